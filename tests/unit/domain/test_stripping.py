"""A stripped record tells of goods and sums, and of nobody."""

from decimal import Decimal

import msgspec
from builders import (
    make_accepted,
    make_close,
    make_full_sale,
    make_key,
    make_line,
    make_piece,
    make_receipt,
    make_refund,
)
from msgspec.structs import replace

from gateway.domain.call import IssuedCoupon
from gateway.domain.receipt import Tender, TenderKind
from gateway.domain.sale_record import State
from gateway.domain.stripping import stripped_refund, stripped_sale

PERSONAL = (b"79990000001", "Анна".encode(), "Петрова".encode(), b"SECRET-CODE")


def test_a_stripped_sale_names_nobody() -> None:
    outcome = make_accepted(coupons=(IssuedCoupon(code="SECRET-CODE"),), texts=("Анна, спасибо",))
    sale = make_full_sale(state=State.DELIVERED, outcome=outcome)
    assert any(word in msgspec.json.encode(sale) for word in PERSONAL), "the sale had something to lose"
    kept = msgspec.json.encode(stripped_sale(sale))
    assert not [word for word in PERSONAL if word in kept]


def test_a_stripped_sale_keeps_what_a_refund_and_a_repeat_need() -> None:
    sale = make_full_sale(state=State.DELIVERED)
    kept = stripped_sale(sale)
    assert sale.close is not None
    assert kept.close is not None
    assert kept.close.digest == sale.close.digest
    assert kept.sold == sale.sold
    assert [line.quantity for line in kept.close.receipt.lines] == [
        line.quantity for line in sale.close.receipt.lines
    ]
    assert kept.stripped


def test_a_stripped_sale_knows_no_gift_card() -> None:
    """Whoever knows the number may spend it."""
    paid = Tender(kind=TenderKind.GIFT_CARD, amount=Decimal(5), gift_card="7700000001")
    receipt = make_receipt(lines=(make_line(gift_card="7700000003"),), tenders=(paid,))
    sale = make_full_sale(
        state=State.DELIVERED, close=make_close(receipt=receipt), sold=(make_piece(gift_card="7700000003"),)
    )
    kept = stripped_sale(sale)
    assert b"77000" in msgspec.json.encode(sale)
    assert b"77000" not in msgspec.json.encode(kept)
    assert kept.close is not None
    assert kept.close.receipt.tenders == (replace(paid, gift_card=""),)


def test_a_stripped_refund_names_nobody() -> None:
    refund = make_refund()
    assert refund.refund.document.customer == make_key()
    assert not [word for word in PERSONAL if word in msgspec.json.encode(stripped_refund(refund))]
