"""Values for tests: each builder gives a whole, plausible one; a test overrides only what it is about."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from gateway.domain.call import Accepted, IssuedCoupon, Operation
from gateway.domain.change import HistoryRow, ParkedDocument
from gateway.domain.customer import Balance, Customer, CustomerKey, KeyKind, SegmentMembership
from gateway.domain.print_job import JobState, PrintJob
from gateway.domain.prompt import Prompt
from gateway.domain.quote import CouponAnswer, CouponState, Piece, Quote
from gateway.domain.receipt import LineItem, Receipt, Refund, RegisterRef, Tender, TenderKind
from gateway.domain.refund import RefundRecord
from gateway.domain.sale_record import Alert, Close, Delivery, Form, Hold, Priced, Release, Sale, State
from gateway.domain.work import Work, WorkKind

AT = datetime(2026, 11, 21, 12, 30, 15, 123456, tzinfo=UTC)
REGISTER = RegisterRef(outlet="shop-7", register="2")


def later(**parts: float) -> datetime:
    """`AT` plus a timedelta's parts: later(seconds=5)."""
    return AT + timedelta(**parts)


def make_key(**overrides: Any) -> CustomerKey:
    return CustomerKey(**{"kind": KeyKind.PHONE, "value": "79990000001"} | overrides)


def make_line(index: int = 1, **overrides: Any) -> LineItem:
    values = {"sku": f"sku-{index}", "name": f"Товар {index}", "quantity": Decimal(2)}
    money = {"unit_price": Decimal("60.00"), "total": Decimal("120.00")}
    return LineItem(index=index, **values | money | overrides)


def make_tender(**overrides: Any) -> Tender:
    return Tender(**{"kind": TenderKind.CASH, "amount": Decimal("120.00")} | overrides)


def make_receipt(receipt_id: str = "receipt-1", **overrides: Any) -> Receipt:
    values = {
        "register": REGISTER,
        "number": "41",
        "shift": "12",
        "at": AT,
        "customer": make_key(),
        "lines": (make_line(),),
        "tenders": (make_tender(),),
    }
    return Receipt(id=receipt_id, **values | overrides)


def make_customer(**overrides: Any) -> Customer:
    values = {
        "id": "customer-1",
        "first_name": "Анна",
        "last_name": "Петрова",
        "phone": "79990000001",
        "birth_date": date(1990, 2, 28),
        "balance": Balance(available=Decimal("350.5"), pending=Decimal(12)),
        "segments": (SegmentMembership(segmentation="level", segment="gold", name="Gold"),),
    }
    return Customer(**values | overrides)


def make_piece(number: int = 1, **overrides: Any) -> Piece:
    values = {"index": 1, "sku": "sku-1", "quantity": Decimal(2), "unit_price": Decimal("60.00")}
    return Piece(number=number, **values | {"total": Decimal("110.10")} | overrides)


def make_quote(**overrides: Any) -> Quote:
    values = {
        "customer": make_customer(),
        "pieces": (make_piece(),),
        "spendable": Decimal("55.05"),
        "accrual": Decimal("5.5"),
        "hints": ("Ещё один в подарок",),
        "coupons": (CouponAnswer(code="SPRING", state=CouponState.USED_HERE),),
    }
    return Quote(**values | overrides)


def make_hold(**overrides: Any) -> Hold:
    values = {"points": Decimal(50), "total": Decimal("60.10"), "body": b'{"hold": 1}', "key": "hold-key"}
    return Hold(**values | {"copies": 1, "last_sent": AT} | overrides)


def make_close(**overrides: Any) -> Close:
    values = {"receipt": make_receipt(), "digest": "d1", "raw": b"\x00\xff raw", "at": AT, "quote": make_quote()}
    return Close(**values | overrides)


def make_delivery(**overrides: Any) -> Delivery:
    values = {"operation": Operation.SALE, "order_id": "receipt-1", "body": b"{}", "key": "sale-key"}
    money = {"points": Decimal(50), "total": Decimal("60.10")}
    return Delivery(**values | money | {"copies": 2, "last_sent": later(seconds=9), "previous_sent": AT} | overrides)


def make_accepted(**overrides: Any) -> Accepted:
    values = {"spent": Decimal(50), "earned": Decimal("5.50"), "texts": ("Спасибо",)}
    return Accepted(**values | {"coupons": (IssuedCoupon(code="NEXT-10", title="-10 %"),)} | overrides)


def make_sale(sale_id: str = "receipt-1", **overrides: Any) -> Sale:
    return Sale(id=sale_id, **{"register": REGISTER, "seen_at": AT} | overrides)


def make_full_sale(sale_id: str = "receipt-1", **overrides: Any) -> Sale:
    """Every field is used, even those that are never used together."""
    values = {
        "state": State.DELIVERING,
        "generation": 1,
        "attempt": 2,
        "hold": make_hold(),
        "releases": (Release(generation=0, was_held=True, copies_until=later(seconds=60)),),
        "close": make_close(),
        "form": Form.REPRICED,
        "delivery": make_delivery(),
        "sold": (make_piece(),),
        "delivered_order": "receipt-1~1",
        "delivered_at": later(seconds=20),
        "outcome": make_accepted(),
        "alerts": (Alert.TOTAL_DIFFERS, Alert.POINTS_OWED),
        "refusal": "нет",
        "priced": Priced(receipt=make_receipt(), quote=make_quote()),
        "stripped": True,
        "dropped": "решено с покупателем",
    }
    return make_sale(sale_id, **values | overrides)


def make_refund(refund_id: str = "refund-1", **overrides: Any) -> RefundRecord:
    document = make_receipt(refund_id, lines=(make_line(original_index=1, quantity=Decimal(1)),))
    values = {
        "sale_id": "receipt-1",
        "register": REGISTER,
        "refund": Refund(document=document, original_id="receipt-1"),
        "digest": "d2",
        "raw": b"\xfe\xff",
        "at": AT,
    }
    return RefundRecord(id=refund_id, **values | overrides)


def make_job(job_id: str = "job-1", **overrides: Any) -> PrintJob:
    values = {
        "register": REGISTER,
        "document": "coupon",
        "made_at": AT,
        "expires_at": later(seconds=180),
        "state": JobState.WAITING,
        "printer": "front",
        "data": b"\x1b@\x00",
        "codes": ("GIFT-42",),
    }
    return PrintJob(id=job_id, **values | overrides)


def make_prompt(prompt_id: str = "prompt-1", **overrides: Any) -> Prompt:
    values = {
        "sale_id": "receipt-1",
        "register": REGISTER,
        "rule": "gold",
        "text": "Поздравьте: уровень Gold",
        "customer_id": "customer-1",
        "action": "popup-shown",
        "offered_at": AT,
        "stays": timedelta(seconds=60),
        "deadline": later(minutes=2),
    }
    return Prompt(id=prompt_id, **values | overrides)


def make_document(document_id: str = "document-1", **overrides: Any) -> ParkedDocument:
    values = {"register": REGISTER, "at": AT, "reason": "no lines", "raw": b"\x80<check/>"}
    return ParkedDocument(id=document_id, **values | overrides)


def make_history(subject: str = "receipt-1", **overrides: Any) -> HistoryRow:
    values = {"at": AT, "who": "register 2", "before": "open", "after": "closed", "cause": "close"}
    return HistoryRow(subject=subject, **values | overrides)


def make_work(subject: str = "receipt-1", **overrides: Any) -> Work:
    return Work(subject=subject, **{"kind": WorkKind.DELIVER, "due": AT} | overrides)
