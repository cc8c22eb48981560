"""Russian numbers and words, and what becomes of characters a printer lacks."""

from decimal import Decimal

import pytest

from gateway.domain.slip_charset import fold
from gateway.domain.slip_data import masked
from gateway.slips.filters import money, plural, points


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1234.5", "1\u00a0234,50"), ("0", "0,00"), ("0.005", "0,01"), ("1234567.89", "1\u00a0234\u00a0567,89")],
)
def test_money_groups_thousands_and_keeps_kopecks(amount: str, text: str) -> None:
    assert money(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("amount", "text"), [("150.00", "150"), ("68.18", "68,18"), ("68.10", "68,1"), ("1000", "1\u00a0000"), ("0", "0")]
)
def test_points_have_no_trailing_zeros(amount: str, text: str) -> None:
    assert points(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("number", "word"),
    [
        ("0", "баллов"),
        ("1", "балл"),
        ("2", "балла"),
        ("4", "балла"),
        ("5", "баллов"),
        ("11", "баллов"),
        ("14", "баллов"),
        ("21", "балл"),
        ("111", "баллов"),
        ("122", "балла"),
        ("68.18", "балла"),
        ("1.00", "балл"),
        ("-1", "балл"),
    ],
)
def test_plural_follows_the_number(number: str, word: str) -> None:
    assert plural(Decimal(number), "балл", "балла", "баллов") == word


@pytest.mark.parametrize(
    ("text", "code_page", "folded", "lost"),
    [
        ("«Ёж» — 5 ₽…", "cp866", '"Ёж" - 5 руб....', 0),
        ("«Ёж» — 5 ₽…", "cp1251", "«Ёж» — 5 руб.…", 0),
        ("Café", "cp866", "Cafe", 0),
        ("и\u0306од", "cp866", "йод", 0),
        ("Қазақ 漢 🎂", "cp866", "?аза? ? ?", 4),
        ("a\u200bb\u202ec", "cp866", "abc", 0),
        ("a\x1b@\x10\x04\x01\nb\x7f\x9b", "cp866", "a @   \x20b  ", 0),
        ("1\u202f000", "cp866", "1\u00a0000", 0),
        ("\ud800", "cp866", "?", 1),
    ],
)
def test_fold(text: str, code_page: str, folded: str, lost: int) -> None:
    result = fold(text, code_page)
    assert (result.text, result.lost) == (folded, lost)


@pytest.mark.parametrize(
    ("value", "shown"),
    [("2000000004521", "**** 4521"), ("79161234567", "**** 4567"), ("12345678", "****"), ("", "")],
)
def test_masks_never_show_more_than_the_last_four(value: str, shown: str) -> None:
    assert masked(value) == shown
