"""A quote and the receipts it prices: the same basket or not, the same total or not."""

from decimal import Decimal
from typing import Any

import pytest
from builders import make_key, make_line, make_piece, make_quote, make_receipt, make_tender
from msgspec.structs import replace

from gateway.domain.quote import Quote, carries, is_priced_by, same_basket
from gateway.domain.receipt import LineItem, Receipt, TenderKind

QUOTED = make_receipt(lines=(make_line(1), make_line(2)))  # 120 + 120
QUOTE = make_quote(pieces=(make_piece(1, total=Decimal(50)), make_piece(2, total=Decimal(60))))  # line 1: 110


def with_line(**overrides: Any) -> Receipt:
    """The quoted receipt with its discount applied, and then its first line changed."""
    line: LineItem = replace(QUOTED.lines[0], **{"total": Decimal(110)} | overrides)
    return replace(QUOTED, lines=(line, QUOTED.lines[1]))


def closed(total: str, points: str = "0", discarded: str = "0") -> Receipt:
    line = make_line(total=Decimal(total), discarded=Decimal(discarded))
    return make_receipt(lines=(line,), tenders=(make_tender(kind=TenderKind.POINTS, amount=Decimal(points)),))


def one_line(total: str = "110") -> tuple[Receipt, Quote]:
    return make_receipt(lines=(make_line(),)), make_quote(pieces=(make_piece(total=Decimal(total)),))


def test_a_line_costs_the_sum_of_its_pieces_and_a_line_without_pieces_has_no_discount() -> None:
    assert (QUOTE.total, QUOTE.line_total(1), QUOTE.line_total(2)) == (110, 110, 0)
    assert (QUOTE.discount(QUOTED.lines[0]), QUOTE.discount(QUOTED.lines[1])) == (10, 0)


def test_the_quoted_basket_with_its_discounts_applied_is_priced_by_the_quote() -> None:
    assert is_priced_by(with_line(), QUOTED, QUOTE)


@pytest.mark.parametrize(
    "change",
    [
        {"total": Decimal(120)},
        {"total": Decimal("109.99")},
        {"sku": "other"},
        {"quantity": Decimal(3)},
        {"unit_price": Decimal(61)},
        {"index": 9},
    ],
)
def test_any_other_line_is_not(change: dict[str, Any]) -> None:
    assert not is_priced_by(with_line(**change), QUOTED, QUOTE)


def test_another_customer_more_lines_or_fewer_are_not() -> None:
    good = with_line()
    assert not is_priced_by(replace(good, customer=make_key(value="79990000002")), QUOTED, QUOTE)
    assert not is_priced_by(replace(good, customer=None), QUOTED, QUOTE)
    assert not is_priced_by(replace(good, lines=good.lines[:1]), QUOTED, QUOTE)
    assert not is_priced_by(replace(good, lines=(*good.lines, make_line(3))), QUOTED, QUOTE)


@pytest.mark.parametrize(
    ("total", "points", "discarded", "same"),
    [
        ("110", "0", "0", True),
        ("60", "50", "0", True),  # the register's line totals leave the points out
        ("110", "50", "0", True),  # and here they do not
        ("59.80", "50", "0.20", True),
        ("60.20", "50", "0.20", True),
        ("59.79", "50", "0.20", False),
        ("109.99", "0", "0", False),
        ("120", "0", "0", False),
        ("85", "50", "0", False),
    ],
)
def test_a_closed_receipt_carries_the_quote_when_its_total_is_the_quotes_less_the_points(
    total: str, points: str, discarded: str, *, same: bool
) -> None:
    quoted, quote = one_line()
    assert carries(closed(total, points, discarded), quoted, quote) is same


def test_a_receipt_of_other_goods_carries_nothing_even_at_the_same_total() -> None:
    quoted, quote = one_line()
    good = closed("110")
    assert not carries(replace(good, lines=(replace(good.lines[0], quantity=Decimal(1)),)), quoted, quote)
    assert not carries(replace(good, lines=(replace(good.lines[0], sku="other"),)), quoted, quote)
    assert not carries(replace(good, lines=()), quoted, quote)


def test_a_basket_is_its_goods_sums_customer_and_coupons_and_nothing_else() -> None:
    same = replace(QUOTED, at=None, number="42", shift="13", tenders=(), id="another")
    assert same_basket(same, QUOTED)
    others = (
        with_line(),
        replace(QUOTED, customer=None),
        replace(QUOTED, coupons=("SPRING",)),
        replace(QUOTED, lines=QUOTED.lines[::-1]),
    )
    assert not any(same_basket(other, QUOTED) for other in others)
