"""A document of the report as a receipt. Pure. Field numbers: Frontol reference, 3.5."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from adapters.registers.frontol.report.documents import Document
from adapters.registers.frontol.report.wire import Layout, Row, Type
from gateway.domain.customer import CustomerKey
from gateway.domain.ids import reported_document_id
from gateway.domain.money import ZERO, kopecks
from gateway.domain.receipt import LineItem, Receipt, RegisterRef, Tender, TenderKind
from gateway.domain.till_report import Reported

Goods = Literal["code", "article", "barcode"]
GOODS_FIELDS: dict[Goods, int] = {"code": 8, "article": 18, "barcode": 19}
CARDS, PRICE, QUANTITY, SUM = 8, 10, 11, 12
KINDS = {"0": TenderKind.CASH, "1": TenderKind.CARD, "9": TenderKind.CARD}
"""Field 10 of a payment; what is not here is another kind."""

SOLD, STORNO = (Type.GOODS_FREE, Type.GOODS), (Type.STORNO_FREE, Type.STORNO)
SALE, REFUND = 0, 1
"""Field 13."""


class Reading(Struct, frozen=True, kw_only=True):
    """How a chain's reports are read: which version, which code of the goods, whose tills; what a card's text is."""

    layout: Layout
    goods: Goods
    registers: dict[str, RegisterRef]
    scanned: Callable[[str], CustomerKey]


def reported(document: Document, reading: Reading, zoned: Callable[[datetime], datetime]) -> Reported | None:
    """None for a document that is neither a sale nor a refund. `zoned` gives the till's time the outlet's zone."""
    end = document.last
    if end.operation not in (SALE, REFUND):
        return None
    register = reading.registers[end.till]
    try:
        lines, doubt = _lines(document, reading), document.doubt
        tenders = _tenders(document, reading.layout)
        total = abs(end.amount(SUM))
        doubt = doubt or _disagreement(lines, tenders, total, document)
    except ValueError as error:
        lines, tenders, doubt = (), (), str(error)
    receipt = Receipt(
        id=reported_document_id(register, end.at.year, end.shift, end.document),
        register=register,
        number=end.document,
        shift=end.shift,
        at=zoned(end.at),
        customer=_customer(document, reading),
        lines=lines,
        tenders=tenders,
    )
    return Reported(receipt=receipt, is_refund=end.operation == REFUND, doubt=doubt)


def _customer(document: Document, reading: Reading) -> CustomerKey | None:
    """The first of the document's cards; those of its opening where the closing tells none."""
    cards = [row.field(CARDS).split("|")[0].strip() for row in (document.last, document.first)]
    card = next((card for card in cards if card), "")
    return reading.scanned(card) if card else None


def _lines(document: Document, reading: Reading) -> tuple[LineItem, ...]:
    """What was sold after all stornos; quantities and sums are positive in a refund too."""
    left: dict[tuple[str, Decimal], tuple[Decimal, Decimal]] = {}
    for row in document.of(*SOLD, *STORNO):
        key = row.field(GOODS_FIELDS[reading.goods]), row.amount(PRICE)
        quantity, total = left.get(key, (ZERO, ZERO))
        left[key] = quantity + row.amount(QUANTITY), total + row.amount(reading.layout.line_total)
    sold = [(sku, price, abs(quantity), abs(total)) for (sku, price), (quantity, total) in left.items() if quantity]
    return tuple(
        LineItem(index=index, sku=sku, quantity=quantity, unit_price=price, total=kopecks(total))
        for index, (sku, price, quantity, total) in enumerate(sold, 1)
    )


def _tenders(document: Document, layout: Layout) -> tuple[Tender, ...]:
    """Payments by kind, less the change."""
    sums: dict[TenderKind, Decimal] = {}
    for row in document.of(Type.PAYMENT, Type.PAYMENT_PLAIN):
        kind = KINDS.get(row.field(10), TenderKind.OTHER)
        sums[kind] = sums.get(kind, ZERO) + row.amount(layout.paid)
    for row in document.of(Type.PREPAYMENT, Type.OTHER_PAYMENT):
        sums[TenderKind.OTHER] = sums.get(TenderKind.OTHER, ZERO) + row.amount(SUM)
    points = _sum(document.of(Type.POINTS)) - _sum(document.of(Type.POINTS_BACK))
    if points:
        sums[TenderKind.POINTS] = points
    return tuple(Tender(kind=kind, amount=kopecks(abs(amount))) for kind, amount in sums.items() if amount)


def _sum(rows: list[Row]) -> Decimal:
    return sum((row.amount(SUM) for row in rows), ZERO)


def _disagreement(
    lines: tuple[LineItem, ...], tenders: tuple[Tender, ...], total: Decimal, document: Document
) -> str:
    """Why the document's own sums do not agree; empty when they do, but for kopecks dropped by rounding."""
    rounding = abs(_sum(document.of(Type.ROUNDING)))
    goods = sum((line.total for line in lines), ZERO)
    if abs(goods - total) > rounding:
        return f"сумма строк {goods} не равна итогу {total}"
    paid = sum((tender.amount for tender in tenders), ZERO)
    return f"оплачено {paid}, а итог {total}" if tenders and abs(paid - total) > rounding else ""
