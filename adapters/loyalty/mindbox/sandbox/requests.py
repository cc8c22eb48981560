"""Bodies of requests, as far as the sandbox reads them; unknown fields are let through, as Mindbox does.

Shapes: Mindbox developers docs, pages "preorder", "create-order-with-processing", "update-order-line-status",
"processing-offline-order", "get-customer-data-json", "get-customer-segments", "gift-cards-in-order-save-operations".
"""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from msgspec import Struct, field

from adapters.loyalty.mindbox.nulls import without_nulls
from adapters.loyalty.mindbox.sandbox.refusals import BadRequest

Scalar = str | int | None  # ids and phones come quoted or bare
Ids = dict[str, Scalar]


class _Shape(Struct, frozen=True, kw_only=True, rename="camel"):
    pass


class Ref(_Shape, frozen=True, kw_only=True):
    """Anything that is named by ids of external systems."""

    ids: Ids = field(default_factory=dict)

    @property
    def first(self) -> str:
        """The one id there usually is."""
        return next((str(value) for value in self.ids.values() if value is not None), "")


class CustomerBody(Ref, frozen=True, kw_only=True):
    """Keys, and what a registration or an edit writes down; a field that is absent is left as it is."""

    mobile_phone: Scalar = None
    email: str | None = None
    discount_card: Ref | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    full_name: str | None = None
    birth_date: str | None = None
    sex: str | None = None
    custom_fields: dict[str, Any] = field(default_factory=dict)


class SmsConfirmation(_Shape, frozen=True, kw_only=True):
    code: Scalar = None


class Page(_Shape, frozen=True, kw_only=True):
    """`pageNumber` begins at 1."""

    since_date_time_utc: str | None = None
    till_date_time_utc: str | None = None
    page_number: int = 1
    items_per_page: int = 1000


class BalanceChange(_Shape, frozen=True, kw_only=True):
    change_amount: Decimal
    comment: str = ""


class RequestedPromotion(_Shape, frozen=True, kw_only=True):
    """A discount the register computed; `amount` in roubles of the whole line."""

    type: str = "discount"
    promotion: Ref = field(default_factory=Ref)
    amount: Decimal = Decimal(0)


class GiftCardBody(Ref, frozen=True, kw_only=True):
    """A gift card to be sold or paid with; `get_from_pool` instead of a number: any that is free."""

    get_from_pool: bool = False


class Payment(_Shape, frozen=True, kw_only=True):
    """A gift card is named by `id`, in other templates by `giftCard` ("gift-cards-in-order-save-operations")."""

    type: str | None = None
    amount: Decimal | None = None
    id: Scalar = None
    cvv: Scalar = None
    gift_card: GiftCardBody | None = None

    @property
    def number(self) -> str:
        """Of the gift card."""
        return str(self.id or "") or (self.gift_card.first if self.gift_card else "")


class LineBody(_Shape, frozen=True, kw_only=True):
    line_number: Scalar = None
    line_id: Scalar = None
    quantity: Decimal
    quantity_type: str | None = None
    base_price_per_item: Decimal | None = None
    min_price_per_item: Decimal | None = None
    product: Ref | None = None
    status: str | Ref | None = None
    requested_promotions: list[RequestedPromotion] = field(default_factory=list)
    gift_card: GiftCardBody | None = None


class Points(_Shape, frozen=True, kw_only=True):
    amount: Decimal


class OrderBody(Ref, frozen=True, kw_only=True):
    total_price: Decimal | None = None
    bonus_points: list[Points] = field(default_factory=list)
    coupons: list[Ref] = field(default_factory=list)
    lines: list[LineBody] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    returned_payments: list[Payment] = field(default_factory=list)


class ActionBody(_Shape, frozen=True, kw_only=True):
    custom_fields: dict[str, Any] = field(default_factory=dict)


class Body(_Shape, frozen=True, kw_only=True):
    customer: CustomerBody = field(default_factory=CustomerBody)
    order: OrderBody = field(default_factory=OrderBody)
    order_lines_status: str | Ref | None = None
    customer_action: ActionBody = field(default_factory=ActionBody)
    segmentations: list[Ref] = field(default_factory=list)
    execution_date_time_utc: str | None = None
    point_of_contact: str | None = None
    authentification_code: Scalar = None  # spelt so there
    sms_confirmation: SmsConfirmation = field(default_factory=SmsConfirmation)
    discount_card: Ref = field(default_factory=Ref)
    old_discount_card: Ref = field(default_factory=Ref)
    new_discount_card: Ref = field(default_factory=Ref)
    page: Page = field(default_factory=Page)
    balance_changes: list[BalanceChange] = field(default_factory=list)

    @property
    def at(self) -> datetime | None:
        """The moment the request is back-dated to."""
        return moment(self.execution_date_time_utc)


def moment(text: str | None) -> datetime | None:
    """A time on the wire: UTC where it says nothing else."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRequest("a date and time cannot be read") from error
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def read_body(body: bytes) -> Body:
    """The body of an operation; what is null in it is as good as absent.

    Raises:
        BadRequest: it is not JSON or not of this shape.

    """
    try:
        if b"null" in body:
            return msgspec.convert(without_nulls(body), Body)
        return msgspec.json.decode(body or b"{}", type=Body)
    except (msgspec.DecodeError, InvalidOperation) as error:
        raise BadRequest(f"the body cannot be read: {error}") from error


def status_name(status: str | Ref | None) -> str:
    """A status is a plain string in some operations and an object with ids in others."""
    return status.first if isinstance(status, Ref) else status or ""
