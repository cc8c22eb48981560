"""Slips as bytes. The literals are Epson's ESC/POS commands; what they print, emupos judges."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.printers.escpos.compose import Composer
from adapters.printers.simulated_stream import FIXED, commands
from gateway.domain.slip import Align, Code128, Cut, Ean13, Element, Feed, Pair, QrCode, Rule, Size, Slip, Text
from gateway.domain.slip_layout import columns_of

START = b"\x1b@\x1c.\x1bt\x11"


def body(*slip: Element, composer: Composer | None = None) -> bytes:
    data = (composer or Composer(columns=32)).compose(slip).data
    assert data.startswith(START)
    return data.removeprefix(START)


def test_a_job_resets_leaves_kanji_and_selects_the_code_page() -> None:
    assert Composer().compose(()).data == b"\x1b\x40\x1c\x2e\x1b\x74\x11"
    clone = Composer(code_page="cp1251", page_number=73)
    assert clone.compose((Text(text="Ё«»"),)).data == b"\x1b@\x1c.\x1bt\x49" + b"\xa8\xab\xbb\n"


def test_russian_text_is_one_run_of_cp866() -> None:
    assert body(Text(text="Ёж «№ 1»")) == b"\xf0\xa6 \x22\xfc 1\x22\n"


def test_style_is_sent_when_it_changes_and_only_then() -> None:
    slip = (
        Text(text="a", size=Size.LARGE, bold=True),
        Text(text="b", size=Size.LARGE, bold=True),
        Text(text="c"),
        Text(text="d", size=Size.SMALL),
        Text(text="e"),
    )
    assert body(*slip) == (
        b"\x1d!\x11\x1bE\x01a\nb\n"  # GS ! 0x11, ESC E 1
        b"\x1d!\x00\x1bE\x00c\n"
        b"\x1d!\x00\x1bM\x01\x1bt\x11d\n"  # ESC M 1, and the code page again
        b"\x1d!\x00\x1bM\x00\x1bt\x11e\n"
    )


def test_rules_feeds_pairs_and_the_cut() -> None:
    assert body(Rule()) == b"-" * 32 + b"\n"
    assert body(Feed(lines=3)) == b"\x1bd\x03"
    assert body(Pair(left="a", right="b")) == b"a" + b" " * 30 + b"b\n"
    assert body(Pair(left="a", right="b", bold=True)) == b"\x1bE\x01a" + b" " * 30 + b"b\n"
    assert body(Cut()) == b"\x1dV\x42\x00"
    assert body(Cut(), composer=Composer(cut=False)) == b"\x1bd\x04"


def test_ean13_gets_its_check_digit_and_leaves_the_printer_at_the_left() -> None:
    bars = b"\x1dh\x50\x1dw\x03\x1df\x00\x1dH\x02\x1dk\x43\x0d4601234567893"
    assert body(Ean13(data="460123456789")) == b"\x1ba\x01" + bars + b"\x1ba\x00"


def test_code128_names_its_code_set_and_doubles_braces() -> None:
    assert b"\x1dk\x49\x06{BAB-1" in body(Code128(data="AB-1"))
    assert b"\x1dk\x49\x06{BA{{B" in body(Code128(data="A{B"))


def test_a_native_qr_code() -> None:
    assert body(QrCode(data="ё"), composer=Composer(columns=32, qr="native")) == (
        b"\x1ba\x01"
        b"\x1bd\x01"  # a quiet line
        b"\x1d(k\x04\x001A2\x00"  # model 2
        b"\x1d(k\x03\x001C\x06"  # 6 dots a module
        b"\x1d(k\x03\x001E1"  # correction level M
        b"\x1d(k\x05\x001P0\xd1\x91"  # data, UTF-8
        b"\x1d(k\x03\x001Q0"  # print
        b"\x1bd\x01"
        b"\x1ba\x00"
    )


def test_a_raster_qr_code_is_one_picture_that_fits() -> None:
    picture = body(QrCode(data="https://example.org")).removeprefix(b"\x1ba\x01").removesuffix(b"\x1ba\x00")
    # GS v 0, normal density; version 2 is 25 modules, 33 with the quiet zone, of 6 dots: 198 dots in 25 bytes.
    assert picture.startswith(b"\x1dv0\x00\x19\x00\xc6\x00")
    assert len(picture) == 8 + 25 * 198


@pytest.mark.parametrize("length", [1, 100, 300])
@pytest.mark.parametrize("columns", [32, 42, 48])
def test_no_raster_is_wider_than_the_paper(length: int, columns: int) -> None:
    data = body(QrCode(data="x" * length), composer=Composer(columns=columns))
    width = data[data.index(b"\x1dv0") + 4]
    assert 0 < width * 8 <= columns * 12 + 7


def test_nothing_is_said_on_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    body(QrCode(data="a"), Ean13(data="460123456789"), Code128(data="a"))
    body(QrCode(data="a"), composer=Composer(qr="native"))
    assert capfd.readouterr() == ("", "")


texts = st.text(max_size=200) | st.text(st.characters(max_codepoint=0x9F), max_size=60)
elements: st.SearchStrategy[Element] = st.one_of(
    st.builds(Text, text=texts, align=st.sampled_from(Align), size=st.sampled_from(Size), bold=st.booleans()),
    st.builds(Pair, left=texts, right=texts, fill=st.text(max_size=2), bold=st.booleans()),
    st.builds(Rule, symbol=st.text(max_size=2)),
    st.builds(Ean13, data=texts),
    st.builds(Code128, data=texts),
    st.builds(QrCode, data=texts),
    st.builds(Feed, lines=st.integers()),
)


@settings(deadline=None)  # a busy machine is no failure
@given(
    slip=st.lists(elements, max_size=6).map(tuple),
    columns=st.sampled_from([32, 42, 48]),
    code_page=st.sampled_from(["cp866", "cp1251"]),
)
def test_data_never_becomes_a_command(slip: Slip, columns: int, code_page: str) -> None:
    composer = Composer(columns=columns, code_page=code_page, qr="native")
    data = composer.compose(slip).data
    whole, rest = commands(data)  # raises on a command we never send
    assert rest == b""
    assert len(data) < 200 + 4000 * len(slip)
    size, run = Size.NORMAL, 0
    for command in whole:
        if command[:2] == b"\x1d!":
            size = Size.LARGE if command[2] else Size.NORMAL
        elif command[:2] == b"\x1bM":
            size = Size.SMALL if command[2] else Size.NORMAL
        elif command == b"\n":
            run = 0
        elif len(command) == 1:
            assert command >= b" "
            assert command != b"\x7f"
            run += 1
            assert run <= columns_of(size, columns)
        else:
            ours = command[:2] in FIXED or command[:3] in {b"\x1d(k", b"\x1dkC", b"\x1dkI"}
            assert ours
            assert command[:2] not in {b"\x10\x04", b"\x1dr"}, "a question inside a job"
