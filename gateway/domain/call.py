"""Calls that change something at the loyalty server: composed once, stored, then sent with their key.

An intent says what is to be told; the loyalty adapter composes its bytes; the bytes and the key are stored
before the first send and never change, so that a repeat is the same request to the last byte.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from gateway.domain.customer import CustomerKey
from gateway.domain.money import ZERO
from gateway.domain.quote import Piece
from gateway.domain.receipt import LineItem, RegisterRef, Tender


class Operation(StrEnum):
    HOLD = "hold"  # spend the points, the receipt is still open
    SALE = "sale"  # the closed receipt, with its points
    OFFLINE_SALE = "offline_sale"  # the closed receipt, whose totals the server cannot reproduce
    PAID = "paid"  # only where a project's "sale" does not say so itself
    CANCEL = "cancel"
    REFUND = "refund"
    SHOWN = "shown"  # the cashier saw the popup


class Call(Struct, frozen=True, kw_only=True):
    """`order_id` is what the call is about; `key` its idempotency key, a GUID as text."""

    operation: Operation
    order_id: str
    key: str
    body: bytes


class PlaceOrder(Struct, frozen=True, kw_only=True):
    """Create or update an order: a hold while the receipt is open, the sale once it is closed (`paid`).

    `total` is what remains to pay after discounts and points; the server must agree or refuse.
    """

    order_id: str
    register: RegisterRef
    customer: CustomerKey | None
    pieces: tuple[Piece, ...]
    coupons: tuple[str, ...] = ()
    tenders: tuple[Tender, ...] = ()
    points: Decimal = ZERO
    total: Decimal
    at: datetime
    paid: bool


class PlaceOfflineOrder(Struct, frozen=True, kw_only=True):
    """A closed receipt with the register's own prices; the server computes nothing but the points earned."""

    order_id: str
    register: RegisterRef
    customer: CustomerKey | None
    lines: tuple[LineItem, ...]
    tenders: tuple[Tender, ...] = ()
    total: Decimal
    at: datetime


class CancelOrder(Struct, frozen=True, kw_only=True):
    order_id: str
    at: datetime


class MarkPaid(Struct, frozen=True, kw_only=True):
    order_id: str
    at: datetime


class ReturnedPiece(Struct, frozen=True, kw_only=True):
    """`number` is the server's line number of the sale, `quantity` how much of it came back."""

    number: int
    quantity: Decimal


class RefundOrder(Struct, frozen=True, kw_only=True):
    order_id: str
    pieces: tuple[ReturnedPiece, ...]
    tenders: tuple[Tender, ...] = ()
    at: datetime


class ReportShown(Struct, frozen=True, kw_only=True):
    """`action` names what is reported, `fields` go with it; neither holds anything personal."""

    customer_id: str
    register: RegisterRef
    action: str
    fields: dict[str, str]
    at: datetime


Intent = PlaceOrder | PlaceOfflineOrder | CancelOrder | MarkPaid | RefundOrder | ReportShown


class IssuedCoupon(Struct, frozen=True, kw_only=True):
    code: str
    title: str = ""

    def __repr__(self) -> str:
        return "IssuedCoupon(***)"


class Accepted(Struct, frozen=True, kw_only=True, tag=True):
    """Done. `earned`, `spent` and `available` are points, None where the server did not say."""

    spent: Decimal | None = None
    earned: Decimal | None = None
    available: Decimal | None = None
    texts: tuple[str, ...] = ()
    coupons: tuple[IssuedCoupon, ...] = ()


class AlreadyProcessed(Struct, frozen=True, tag=True):
    """The server has seen this key succeed; it does not say with what."""


class RefusalReason(StrEnum):
    PRICE = "price"
    POINTS = "points"
    NOT_FOUND = "not_found"
    OTHER = "other"


class Refused(Struct, frozen=True, kw_only=True, tag=True):
    """No, with the server's own words for the cashier. `total` is the price the server would accept."""

    reason: RefusalReason = RefusalReason.OTHER
    text: str = ""
    total: Decimal | None = None


class NoAnswer(Struct, frozen=True, tag=True):
    """Sent, perhaps; processed, perhaps. `retry_after` seconds when the server asked us to wait."""

    retry_after: float | None = None


Answer = Accepted | AlreadyProcessed | Refused | NoAnswer


class OrderState(StrEnum):
    PLACED = "placed"
    PAID = "paid"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    PARTLY_RETURNED = "partly_returned"


class OrderView(Struct, frozen=True, kw_only=True):
    """An order as the server holds it now; `returned` is the quantity of all pieces given back."""

    state: OrderState
    total: Decimal
    spent: Decimal = ZERO
    earned: Decimal | None = None
    returned: Decimal = ZERO
