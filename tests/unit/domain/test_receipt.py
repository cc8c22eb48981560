"""A document's sums, and the digest that tells a repeat from another document."""

from datetime import timedelta
from decimal import Decimal

from builders import AT, make_line, make_receipt, make_tender
from msgspec.structs import replace

from gateway.domain.receipt import Receipt, Refund, TenderKind, before_points, content_digest


def variants(receipt: Receipt) -> list[Receipt]:
    """Each differs from `receipt` in one thing that makes it another document."""
    return [
        replace(receipt, id="another"),
        replace(receipt, number="42"),
        replace(receipt, customer=None),
        replace(receipt, coupons=("SPRING",)),
        replace(receipt, tenders=()),
        replace(receipt, lines=(make_line(total=Decimal("119.99")),)),
        replace(receipt, lines=(make_line(), make_line(2))),
    ]


def test_a_repeat_with_another_clock_reading_is_the_same_document() -> None:
    receipt = make_receipt()
    assert content_digest(replace(receipt, at=AT + timedelta(hours=3))) == content_digest(receipt)
    assert content_digest(replace(receipt, at=None)) == content_digest(receipt)


def test_anything_else_makes_another_document() -> None:
    receipt = make_receipt()
    assert len({content_digest(one) for one in (receipt, *variants(receipt))}) == 8


def test_a_refund_is_named_by_its_document_and_its_sale_and_is_no_sale() -> None:
    refund = Refund(document=make_receipt(), original_id="sale")
    later = replace(refund, document=make_receipt(at=None))
    assert content_digest(later) == content_digest(refund)
    others = (
        replace(refund, original_id="other"),
        replace(refund, document=make_receipt(number="42")),
        make_receipt(),
    )
    assert len({content_digest(one) for one in (refund, *others)}) == 4


def test_points_are_the_tenders_of_points_fiscal_or_not() -> None:
    tenders = (
        make_tender(kind=TenderKind.POINTS, amount=Decimal(30), fiscal=False),
        make_tender(kind=TenderKind.POINTS, amount=Decimal(20)),
        make_tender(),
    )
    assert make_receipt(tenders=tenders).points == 50
    assert make_receipt().points == 0


def test_totals_are_sums_of_lines_and_a_floor_is_the_minimum_price_of_all_of_a_line() -> None:
    lines = (make_line(discarded=Decimal("0.30")), make_line(2, discarded=Decimal("0.02")))
    receipt = make_receipt(lines=lines)
    assert (receipt.total, receipt.discarded) == (240, Decimal("0.32"))
    assert make_line(minimum_price=Decimal("10.50")).floor == 21


def with_points(**overrides: object) -> Receipt:
    """120 roubles and 60.10, of which points pay 30: the lines leave them out."""
    lines = (make_line(total=Decimal("100.02")), make_line(2, unit_price=Decimal("30.05"), total=Decimal("50.08")))
    points = make_tender(kind=TenderKind.POINTS, amount=Decimal(30), fiscal=False)
    return make_receipt(lines=lines, tenders=(points, make_tender(amount=Decimal("150.10"))), **overrides)


def test_points_go_back_on_lines_that_leave_them_out() -> None:
    before = before_points(with_points())
    assert [line.total for line in before.lines] == [Decimal("120.00"), Decimal("60.10")]
    assert before_points(before) == before, "lines that have them in stay as they are"


def test_points_are_not_put_where_they_cannot_have_been() -> None:
    lines = tuple(replace(line, unit_price=line.total / 2) for line in with_points().lines)
    assert before_points(replace(with_points(), lines=lines)).lines == lines
    assert before_points(make_receipt()) == make_receipt()
