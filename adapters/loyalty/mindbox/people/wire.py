"""Answers about people: bytes and values, read as leniently as all others (`adapters/loyalty/mindbox/wire.py`).

Shapes: Mindbox developers docs, "mobile-phone-verification", "customer-card-activation", "get-discount-card-details",
"get-customer-bonus-balance-history", "get-promotions-for-customer"; help centre, "set-retail-integration".
"""

from decimal import Decimal

import msgspec

from adapters.loyalty.mindbox.wire import Answered, CustomerBlock, Envelope, Named, Scalar, read


class PersonBlock(CustomerBlock, frozen=True, kw_only=True):
    is_mobile_phone_confirmed: bool | None = None


class Processed(Named, frozen=True, kw_only=True):
    """A section that says what became of it."""

    processing_status: str = ""
    status: Named = Named()


class ChangeKind(Answered, frozen=True, kw_only=True):
    system_name: str = ""


class BalanceChangeBlock(Answered, frozen=True, kw_only=True):
    change_amount: Decimal = Decimal(0)
    available_from_date_time_utc: str | None = None
    expiration_date_time_utc: str | None = None
    comment: str | None = None
    balance_type: Named = Named()
    balance_change_kind: ChangeKind = ChangeKind()


class ActionBlock(Answered, frozen=True, kw_only=True):
    date_time_utc: str | None = None
    point_of_contact: Named = Named()
    customer_balance_changes: tuple[BalanceChangeBlock, ...] = ()


class PromoActionBlock(Named, frozen=True, kw_only=True):
    description: str | None = None
    end_date_time_utc: str | None = None
    promo_codes: tuple[Named, ...] = ()


class PeopleEnvelope(Envelope, frozen=True, kw_only=True):
    """The whole answer of an operation about people."""

    customer: PersonBlock | None = None
    sms_confirmation: Processed | None = None
    authentication_code: Scalar = None
    discount_card: Processed | None = None
    customer_actions: tuple[ActionBlock, ...] = ()
    promo_actions: tuple[PromoActionBlock, ...] = ()


_decoder = msgspec.json.Decoder(PeopleEnvelope, strict=False)


def decode_people(body: bytes) -> PeopleEnvelope:
    """Raises `LoyaltyProtocolError` when this is no answer of the protocol."""
    return read(_decoder, body)
