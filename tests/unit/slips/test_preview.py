"""What a template will look like, before a customer sees it."""

import importlib.util
import io
import re
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image
from typer.testing import CliRunner

from gateway.cli import app
from gateway.domain.slip import Code128, Cut, Ean13, QrCode, Text
from gateway.slips.html import page
from gateway.workbench import picture

ROOT = Path(__file__).parents[3]


def script() -> ModuleType:
    """`scripts/draw_slips.py`, which is no package."""
    spec = importlib.util.spec_from_file_location("draw_slips", ROOT / "scripts" / "draw_slips.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(*words: str) -> tuple[int, bytes]:
    told = CliRunner().invoke(app, ["slip", *words])
    return told.exit_code, told.stdout_bytes


@pytest.mark.parametrize("columns", [32, 42, 48])
def test_a_picture_is_as_wide_as_its_paper(columns: int) -> None:
    drawn = Image.open(io.BytesIO(picture((Text(text="Ж"), Cut()), columns=columns, code_page="cp866")))
    assert drawn.width == columns * 12 + 4 * 24


def test_every_shipped_template_has_a_picture_of_what_it_says_now_and_the_readme_shows_it() -> None:
    """Otherwise: scripts/slip-pictures, and look at what it has drawn."""
    drawing = script()
    readme = (ROOT / "receipt_templates" / "README.md").read_text(encoding="utf-8")
    for name, slip in drawing.slips():
        assert drawing.is_fresh(name, slip), name
        assert f"(pictures/{name}.png)" in readme


def test_a_page_holds_texts_as_texts_and_codes_as_drawings() -> None:
    html = page(
        (Text(text="<b>&", bold=True), QrCode(data="x"), Ean13(data="460123456789"), Code128(data="A-1"), Cut()),
        columns=48,
    )
    assert '<pre class="normal bold">&lt;b&gt;&amp;</pre>' in html
    assert (html.count("<svg"), html.count('class="paper"')) == (3, 1)
    assert "4601234567893" in html
    assert not re.search(r"https?://|<script", html)


def test_a_preview_is_a_text_a_picture_or_a_page(tmp_path: Path) -> None:
    code, text = run("preview", "sale", "--width", "32")
    assert code == 0
    assert "Начислено            68,18 балла" in text.decode()
    assert run("preview", "sale", "--as", "png", "-o", str(tmp_path / "sale.png"))[0] == 0
    assert (tmp_path / "sale.png").read_bytes().startswith(b"\x89PNG")
    assert "<!doctype html>" in run("preview", "coupon", "--as", "html")[1].decode()


def test_a_file_of_the_shops_own_is_shown_and_a_broken_one_is_refused_with_its_line(tmp_path: Path) -> None:
    own = tmp_path / "coupon.txt"
    own.write_text("@title Свой купон\nстрока внизу", encoding="utf-8")
    assert "строка внизу" in run("preview", str(own), "--width", "32")[1].decode()
    own.write_text("ok\n@titel Свой купон", encoding="utf-8")
    told = CliRunner().invoke(app, ["slip", "preview", str(own)])
    assert told.exit_code == 1
    assert f"{own}:2" in str(told.exception)
