"""A document's sums, and the digest that tells a repeat from another document."""

from datetime import timedelta
from decimal import Decimal

from builders import AT, make_line, make_receipt, make_tender
from msgspec.structs import replace

from gateway.domain.receipt import Receipt, Refund, TenderKind, content_digest


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
