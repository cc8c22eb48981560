"""Requests in Mindbox's own shapes. Pure: the same intent gives the same bytes, so a repeat is a repeat.

Bodies: Mindbox developers docs, "preorder", "create order with processing", "processing offline order",
"update order line status", "chat bots methods" (custom action), "gift cards in order save operations".
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from msgspec import to_builtins

from adapters.loyalty.mindbox.settings import MindboxSettings
from adapters.loyalty.mindbox.wire import AskedLine, encode
from gateway.domain.call import (
    CancelOrder,
    Intent,
    MarkPaid,
    PlaceOfflineOrder,
    PlaceOrder,
    RefundOrder,
    ReportShown,
)
from gateway.domain.customer import CustomerKey, KeyKind
from gateway.domain.money import ZERO
from gateway.domain.quote import Piece
from gateway.domain.receipt import LineItem, Receipt, RegisterRef, Tender, TenderKind

Body = dict[str, Any]
ONE = Decimal(1)

MILLISECONDS = len("2026-11-22T06:01:41.379")


def instant(at: datetime) -> str:
    """UTC with a zone, to the millisecond. As the encoder spells it, cut: `isoformat` costs as much as two lines."""
    spelt: str = to_builtins(at.astimezone(UTC))
    return f"{spelt[:MILLISECONDS]}Z" if at.microsecond else f"{spelt[:-1]}.000Z"


def customer(key: CustomerKey, settings: MindboxSettings) -> Body:
    """By what Mindbox looks for a customer. A wallet card carries the number of a discount card; of a one-time key
    the phone is told and never the code (developers docs, "chat bots, QR authentication").
    """
    match key.kind:
        case KeyKind.PHONE:
            return {"mobilePhone": key.value}
        case KeyKind.EMAIL:
            return {"email": key.value}
        case KeyKind.EXTERNAL:
            return {"ids": {settings.customer_system: key.value}}
        case KeyKind.ONE_TIME:
            return {"mobilePhone": key.value.split(":")[1] if ":" in key.value else key.value}
        case KeyKind.CARD | KeyKind.WALLET:
            return {"discountCard": {"ids": {"number": key.value}}}


def get_customer(key: CustomerKey, register: RegisterRef, settings: MindboxSettings) -> bytes:
    return encode({"pointOfContact": register.outlet, "customer": customer(key, settings)})


def get_segments(customer_id: str) -> bytes:
    return encode({"customer": {"ids": {"mindboxId": customer_id}}})


def get_order(order_id: str, settings: MindboxSettings) -> bytes:
    return encode({"order": {"ids": {settings.order_system: order_id}}})


def preorder(receipt: Receipt, order_id: str, at: datetime, settings: MindboxSettings) -> bytes:
    order = _order(order_id, receipt.register, receipt.coupons, settings)
    order["lines"] = _open_lines(receipt.lines, settings.statuses.checked_out, settings)
    if receipt.gift_payments:
        order["payments"] = _payments(receipt.gift_payments, settings)
    return encode(_addressed(receipt.register, receipt.customer, order, at, settings))


def compose(intent: Intent, settings: MindboxSettings) -> bytes:
    """The body of the call that tells `intent`."""
    match intent:
        case PlaceOrder():
            return encode(_place(intent, settings))
        case PlaceOfflineOrder():
            return encode(_place_offline(intent, settings))
        case CancelOrder(order_id=order_id, at=at):
            return encode(_status(order_id, settings.statuses.cancelled, at, settings))
        case MarkPaid(order_id=order_id, at=at):
            return encode(_status(order_id, settings.statuses.paid, at, settings))
        case RefundOrder():
            return encode(_refund(intent, settings))
        case ReportShown():
            return encode(_shown(intent))


def _place(intent: PlaceOrder, settings: MindboxSettings) -> Body:
    says_paid = intent.paid and settings.sale_status == "paid"
    status = settings.statuses.paid if says_paid else settings.statuses.checked_out
    order = _order(intent.order_id, intent.register, intent.coupons, settings)
    if intent.points and intent.customer:
        order["bonusPoints"] = [{"amount": intent.points, "balanceType": {"ids": {"systemName": settings.balance}}}]
    order["lines"] = _pieces(intent.pieces, status, settings)
    order["payments"] = _payments(intent.tenders, settings)
    order["totalPrice"] = intent.total
    return _addressed(intent.register, intent.customer, order, intent.at, settings)


def _place_offline(intent: PlaceOfflineOrder, settings: MindboxSettings) -> Body:
    """No points and no coupons: the operation cannot spend either."""
    order = _order(intent.order_id, intent.register, (), settings)
    order["lines"] = _open_lines(intent.lines, settings.statuses.paid, settings)
    order["payments"] = _payments(intent.tenders, settings)
    order["totalPrice"] = intent.total
    return _addressed(intent.register, intent.customer, order, intent.at, settings)


def _order(order_id: str, register: RegisterRef, coupons: Sequence[str], settings: MindboxSettings) -> Body:
    order: Body = {
        "ids": {settings.order_system: order_id},
        "cashdesk": {"ids": {"externalId": register.register}},
    }
    if coupons:
        order["coupons"] = [{"ids": {"code": code}} for code in coupons]
    return order


def _addressed(
    register: RegisterRef, key: CustomerKey | None, order: Body, at: datetime, settings: MindboxSettings
) -> Body:
    body: Body = {"pointOfContact": register.outlet}
    if key is not None:
        body["customer"] = customer(key, settings)
    return {**body, "order": order, "executionDateTimeUtc": instant(at)}


def _open_lines(lines: Sequence[LineItem], status: str, settings: MindboxSettings) -> list[AskedLine]:
    """Lines as the register prices them; its own discounts go along as external promotions."""
    state = _state(status)
    return [_goods(line, line.index, line.register_discount, state, settings) for line in lines]


def _pieces(pieces: Sequence[Piece], status: str, settings: MindboxSettings) -> list[AskedLine]:
    state = _state(status)
    return [_goods(piece, piece.number, piece.register_discount, state, settings) for piece in pieces]


def _state(status: str) -> dict[str, dict[str, str]]:
    return {"ids": {"externalId": status}}


def _goods(
    row: LineItem | Piece, number: int, discount: Decimal, state: dict[str, dict[str, str]], settings: MindboxSettings
) -> AskedLine:
    """What a line and a piece of one have in common; `discount` is the register's own."""
    quantity = row.quantity
    return AskedLine(
        line_id=str(row.index),
        line_number=number,
        product={"ids": {settings.product_system: row.sku}},
        quantity=quantity,
        base_price_per_item=row.unit_price,
        quantity_type="double" if quantity % ONE else None,
        min_price_per_item=row.minimum_price or None,
        status=state,
        requested_promotions=_register_discount(discount, settings) if discount > ZERO else None,
        gift_card={"ids": {"number": row.gift_card}} if row.gift_card else None,
    )


def _register_discount(discount: Decimal, settings: MindboxSettings) -> list[Body]:
    promotion = {"ids": {"externalId": settings.register_discount}}
    return [{"type": "discount", "promotion": promotion, "amount": discount}]


def _payments(tenders: Sequence[Tender], settings: MindboxSettings) -> list[Body]:
    """Points are no payment there: they stand in `bonusPoints`. A gift card is named by its number as `id`."""
    return [
        {"type": settings.payments.name(tender.kind), "amount": tender.amount}
        | ({"id": tender.gift_card} if tender.gift_card else {})
        for tender in tenders
        if tender.kind is not TenderKind.POINTS
    ]


def _status(order_id: str, status: str, at: datetime, settings: MindboxSettings) -> Body:
    return {
        "order": {"ids": {settings.order_system: order_id}},
        "orderLinesStatus": status,
        "executionDateTimeUtc": instant(at),
    }


def _refund(intent: RefundOrder, settings: MindboxSettings) -> Body:
    lines = [
        {"lineNumber": piece.number, "quantity": piece.quantity, "status": settings.statuses.returned}
        for piece in intent.pieces
    ]
    order: Body = {"ids": {settings.order_system: intent.order_id}, "lines": lines}
    if payments := _payments(intent.tenders, settings):
        order["returnedPayments"] = payments
    return {"order": order, "executionDateTimeUtc": instant(intent.at)}


def _shown(intent: ReportShown) -> Body:
    return {
        "pointOfContact": intent.register.outlet,
        "customer": {"ids": {"mindboxId": intent.customer_id}},
        "customerAction": {"customFields": {"action": intent.action, **intent.fields}},
        "executionDateTimeUtc": instant(intent.at),
    }
