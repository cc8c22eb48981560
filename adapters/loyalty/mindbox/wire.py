"""Mindbox's answers as bytes and values: read leniently, as its documentation demands.

Numbers may come quoted, blocks may be missing, fields may be added at any time; ids of external systems come
back with a lower-case first letter (Mindbox developers docs, "v3" and "API usage recommendations").
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from adapters.loyalty.mindbox.nulls import without_nulls
from gateway.errors import LoyaltyProtocolError

Scalar = str | int | float | bool | None


FOUND = {"Found", "Created", "Changed", "NotChanged", "AlreadyExists", "Processed"}
"""Customer statuses that mean somebody (developers docs, "preorder"); an unknown one means nobody."""


class Answered(Struct, rename="camel", frozen=True, kw_only=True, gc=False):
    """Any part of an answer: unknown members are ignored. A tree has no rings for the collector to look for."""


def _either_case(values: Mapping[str, Any], name: str) -> Any:
    found = values.get(name)
    return values.get(name[:1].swapcase() + name[1:]) if found is None else found


class Named(Answered, frozen=True, kw_only=True):
    """A reference to something by its ids."""

    ids: dict[str, Scalar] = {}
    name: str | None = None

    def id(self, system: str) -> str:
        """The id in `system`, empty when absent; the first letter's case does not count."""
        value = self.ids.get(system)
        if value is None:
            value = _either_case(self.ids, system)
        return value if type(value) is str else "" if value is None else str(value)


class BalanceBlock(Answered, frozen=True, kw_only=True):
    available: Decimal | None = None
    blocked: Decimal | None = None
    available_value: Decimal | None = None
    blocked_value: Decimal | None = None
    system_name: str | None = None
    balance_type: Named = Named()


class SegmentationBlock(Answered, frozen=True, kw_only=True):
    segmentation: Named = Named()
    segment: Named | None = None


class CustomerBlock(Named, frozen=True, kw_only=True):
    processing_status: str = ""
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    mobile_phone: Scalar = None
    email: str | None = None
    birth_date: str | None = None
    custom_fields: dict[str, Any] | None = None

    def custom(self, name: str) -> Any:
        """A custom field, None when it is not there; the first letter's case does not count."""
        return _either_case(self.custom_fields or {}, name)


class PromotionSource(Answered, frozen=True, kw_only=True):
    type: str = ""


class PromotionBlock(Answered, frozen=True, kw_only=True):
    type: str = ""
    amount: Decimal | None = None
    promotion: PromotionSource | None = None


class Percent(Answered, frozen=True, kw_only=True):
    amount: Decimal | None = None
    amount_type: str = ""


class PossibleDiscounts(Answered, frozen=True, kw_only=True):
    discount: Percent = Percent()
    products: tuple[Named, ...] = ()


class ContentBlock(Answered, frozen=True, kw_only=True):
    type: str = ""
    message: str | None = None
    possible_discounts: PossibleDiscounts | None = None


class PlaceholderBlock(Named, frozen=True, kw_only=True):
    content: tuple[ContentBlock, ...] = ()


class LineBlock(Answered, frozen=True, kw_only=True):
    """Of what goods it is, and at what shelf price, is what we have told: it is not read again."""

    line_id: Scalar = None
    line_number: Scalar = None
    quantity: Decimal = Decimal(0)
    discounted_price_of_line: Decimal | None = None
    price_of_line: Decimal | None = None
    status: Named | str | None = None
    applied_promotions: tuple[PromotionBlock, ...] = ()
    placeholders: tuple[PlaceholderBlock, ...] = ()


class PointsInfo(Answered, frozen=True, kw_only=True):
    status: str | None = None
    available_amount_for_current_order: Decimal | None = None
    balance_type: Named = Named()
    balance: BalanceBlock = BalanceBlock()


class PointsChange(Answered, frozen=True, kw_only=True):
    balance_type: Named = Named()
    earned_amount: Decimal | None = None
    spent_amount: Decimal | None = None


class CouponBlock(Named, frozen=True, kw_only=True):
    status: str = ""
    pool: Named = Named()


class CouponInfo(Answered, frozen=True, kw_only=True):
    coupon: CouponBlock = CouponBlock()
    promotion: Named = Named()


class GiftCardBlock(Named, frozen=True, kw_only=True):
    status: str = ""


class PaymentInfo(Answered, frozen=True, kw_only=True):
    available_amount_for_current_order: Decimal | None = None
    gift_card: GiftCardBlock | None = None


class OrderBlock(Named, frozen=True, kw_only=True):
    processing_status: str = ""
    status_description: str | None = None
    total_price: Decimal | None = None
    lines: tuple[LineBlock, ...] = ()
    placeholders: tuple[PlaceholderBlock, ...] = ()
    bonus_points_info: tuple[PointsInfo, ...] = ()
    total_bonus_points_info: PointsInfo | None = None
    bonus_points_changes: tuple[PointsChange, ...] = ()
    bonus_points_info_per_balance_types: tuple[PointsChange, ...] = ()
    coupons_info: tuple[CouponInfo, ...] = ()
    issued_coupons: tuple[CouponInfo, ...] = ()
    payments_info: tuple[PaymentInfo, ...] = ()


class Message(Answered, frozen=True, kw_only=True):
    message: str = ""
    location: str | None = None


class Envelope(Answered, frozen=True, kw_only=True):
    """The whole answer of any operation."""

    status: str = "Success"
    customer: CustomerBlock | None = None
    order: OrderBlock | None = None
    balances: tuple[BalanceBlock, ...] = ()
    discount_cards: tuple[Named, ...] = ()
    customer_segmentations: tuple[SegmentationBlock, ...] | None = None
    validation_messages: tuple[Message, ...] = ()
    error_message: str | None = None

    @property
    def said(self) -> str:
        """The server's own words for a person."""
        words = [message.message for message in self.validation_messages if message.message]
        return " ".join(words) or self.error_message or ""


A = TypeVar("A", bound=Envelope)

_decoder = msgspec.json.Decoder(Envelope, strict=False)
_encoder = msgspec.json.Encoder(decimal_format="number")


def decode(body: bytes) -> Envelope:
    """Raises `LoyaltyProtocolError` when this is no answer of the protocol."""
    return read(_decoder, body)


def read(decoder: msgspec.json.Decoder[A], body: bytes) -> A:
    """A block that is there as `null` counts as missing. Raises `LoyaltyProtocolError`."""
    try:
        try:
            return decoder.decode(body)
        except msgspec.ValidationError:
            return msgspec.convert(without_nulls(body), decoder.type, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, InvalidOperation) as error:
        raise LoyaltyProtocolError("the loyalty server's answer could not be read") from error


def encode(body: dict[str, Any]) -> bytes:
    """Bytes of a request: sums as JSON numbers, everything else as it stands."""
    return _encoder.encode(body)


class AskedLine(Struct, rename="camel", omit_defaults=True, kw_only=True, gc=False):
    """A line of an order that we send (developers docs, "preorder"); what it does not say is left out."""

    line_id: str
    line_number: int
    product: dict[str, dict[str, str]]
    quantity: Decimal
    base_price_per_item: Decimal
    quantity_type: str | None = None
    min_price_per_item: Decimal | None = None
    status: dict[str, dict[str, str]]
    requested_promotions: list[dict[str, Any]] | None = None
    gift_card: dict[str, dict[str, str]] | None = None


class _Addressed(Struct):
    customer: msgspec.Raw = msgspec.Raw()


def has_customer(body: bytes) -> bool:
    """Whether a stored request names a customer: it chooses between the two operations of an order."""
    return bool(bytes(msgspec.json.decode(body, type=_Addressed).customer))
