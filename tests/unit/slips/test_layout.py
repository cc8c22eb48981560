"""Where lines break, and where columns stand."""

from gateway.domain.barcode import ean13
from gateway.domain.slip import Align, Code128, Cut, Ean13, Feed, Pair, QrCode, Rule, Size, Text
from gateway.domain.slip_layout import Line, lay_out


def lines(*elements: Text | Pair | Rule, columns: int = 32) -> list[str]:
    layout = lay_out(elements, columns=columns)
    return [piece.text for piece in layout.pieces if isinstance(piece, Line)]


def test_text_wraps_at_words_and_cuts_words_longer_than_the_line() -> None:
    assert lines(Text(text="один два три четыре"), columns=10) == ["один два", "три четыре"]
    assert lines(Text(text="x" * 25), columns=10) == ["x" * 10, "x" * 10, "x" * 5]


def test_a_sum_and_its_currency_stay_together() -> None:
    assert lines(Text(text="скидка 1\u00a0234,50"), columns=14) == ["скидка", "1 234,50"]


def test_width_is_measured_after_folding() -> None:
    # ₽ becomes four characters: measured before, this line would be 13 wide on paper of 10.
    assert lines(Text(text="цена 100 ₽"), columns=10) == ["цена 100", "руб."]


def test_alignment_uses_the_columns_of_the_size() -> None:
    assert lines(Text(text="ab", align=Align.CENTER)) == [" " * 15 + "ab"]
    assert lines(Text(text="ab", align=Align.RIGHT)) == [" " * 30 + "ab"]
    assert lines(Text(text="ab", align=Align.RIGHT, size=Size.LARGE)) == [" " * 14 + "ab"]
    assert lines(Text(text="ab", align=Align.RIGHT, size=Size.SMALL)) == [" " * 40 + "ab"]


def test_the_right_column_stands_on_the_last_line_of_the_left() -> None:
    assert lines(Pair(left="Начислено баллов", right="+68"), columns=12) == ["Начислено", "баллов   +68"]


def test_a_right_column_that_leaves_no_room_gets_its_own_line() -> None:
    assert lines(Pair(left="Карта", right="**** 4521"), columns=10) == ["Карта", " **** 4521"]
    assert lines(Pair(left="Сумма", right="1" * 15), columns=10) == ["Сумма", "1" * 10, " " * 5 + "11111"]


def test_a_pair_may_be_filled_with_dots() -> None:
    assert lines(Pair(left="Итого", right="5", fill="."), columns=10) == ["Итого....5"]


def test_rules_span_the_paper() -> None:
    assert lines(Rule(), Rule(symbol="="), Rule(symbol=""), columns=4) == ["----", "====", "----"]


def test_an_ean_gets_its_check_digit_and_a_wrong_one_becomes_a_qr_code() -> None:
    assert ean13("460123456789") == "4601234567893"
    assert ean13("4601234567890") is None
    right = lay_out((Ean13(data="460123456789"),), columns=32)
    assert right.pieces == (Ean13(data="4601234567893"),)
    wrong = lay_out((Ean13(data="4601234567890"),), columns=32)
    assert wrong.pieces == (QrCode(data="4601234567890"), Line(text=" " * 9 + "4601234567890"))


def test_a_code128_too_wide_for_the_paper_becomes_a_qr_code() -> None:
    short, long = Code128(data="GIFT-42"), Code128(data="GIFT-42-GIFT-42-GIFT")
    assert lay_out((short,), columns=32).pieces == (short,)
    assert lay_out((long,), columns=32).pieces[0] == QrCode(data=long.data)
    assert lay_out((long,), columns=48).pieces == (long,)
    assert lay_out((Code128(data="ЗИМА"),), columns=48).pieces[0] == QrCode(data="ЗИМА")


def test_a_qr_code_nobody_could_read_is_printed_as_text() -> None:
    assert all(isinstance(piece, Line) for piece in lay_out((QrCode(data="x" * 301),), columns=32).pieces)
    assert lay_out((QrCode(data="a\nb"),), columns=32).pieces == (Line(text=" " * 14 + "a b"),)


def test_feeds_are_bounded_and_cuts_pass() -> None:
    assert lay_out((Feed(lines=500), Feed(lines=-1), Cut()), columns=32).pieces == (
        Feed(lines=20),
        Feed(lines=1),
        Cut(),
    )


def test_lost_characters_are_counted() -> None:
    assert lay_out((Text(text="漢字"), Pair(left="Қ", right="1")), columns=32).lost == 3
