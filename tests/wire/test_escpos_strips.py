"""Text as pictures, for printers that have no Russian letters."""

from pathlib import Path

import pytest
from PIL import Image

from adapters.printers.escpos.compose import Composer
from adapters.printers.escpos.strips import strip
from adapters.printers.ink import Ink
from adapters.printers.simulated_stream import commands
from gateway.domain.slip import Cut, Size, Text
from gateway.domain.slip_layout import Line
from gateway.errors import ConfigError


def picture_of(command: bytes) -> Image.Image:
    across, down = int.from_bytes(command[4:6], "little"), int.from_bytes(command[6:8], "little")
    return Image.frombytes("1", (across * 8, down), command[8:])


def test_a_line_is_one_picture_no_wider_than_its_letters() -> None:
    command = strip(Line(text="Ж!"), Ink(), 32)
    assert command[:4] == b"\x1dv0\x00"
    assert (picture_of(command).width, picture_of(command).height) == (24, 30)
    assert strip(Line(text="Ж", size=Size.LARGE), Ink(), 32)[6:8] == (54).to_bytes(2, "little")
    assert picture_of(strip(Line(text=""), Ink(), 32)).getbbox() is None


def test_bold_letters_take_more_ink() -> None:
    thin, bold = (picture_of(strip(Line(text="Привет", bold=bold), Ink(), 32)) for bold in (False, True))
    assert bold.convert("L").histogram()[255] > thin.convert("L").histogram()[255] * 1.2


def test_a_job_of_pictures_holds_no_text_and_needs_no_code_page() -> None:
    composed = Composer(columns=32, ink=Ink()).compose((Text(text="«Қазақ» № 5"), Cut()))
    whole, rest = commands(composed.data)
    assert rest == b""
    assert [command[:2] for command in whole] == [b"\x1b@", b"\x1c.", b"\x1dv", b"\x1dV"]
    assert composed.lost == 0


def test_letters_that_the_font_lacks_are_folded_and_counted() -> None:
    assert not Ink().holds("🎂")
    assert Composer(columns=32, ink=Ink()).compose((Text(text="🎂"),)).lost == 1


def test_a_font_that_is_none_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "x.ttf").write_bytes(b"no font")
    with pytest.raises(ConfigError, match=r"x\.ttf не читается"):
        Ink(str(tmp_path / "x.ttf"))
