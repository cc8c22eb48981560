"""What a slip template may speak of. Phones and cards come masked: a template cannot print what it never gets."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from gateway.domain.customer import Customer

VISIBLE_DIGITS = 4


def masked(value: str) -> str:
    """`**** 4521`; empty for nothing, and no digit at all of a value so short that four would give it away."""
    if not value:
        return ""
    return "**** " + value[-VISIBLE_DIGITS:] if len(value) > 2 * VISIBLE_DIGITS else "****"


class SlipCustomer(Struct, frozen=True, kw_only=True):
    """Who bought. `card` and `phone` are masked; `available` are points to spend, None when not said."""

    first_name: str = ""
    last_name: str = ""
    card: str = ""
    phone: str = ""
    level: str = ""
    available: Decimal | None = None


class SlipCoupon(Struct, frozen=True, kw_only=True):
    """A code for a next purchase; `title` says what it gives, empty when the server did not."""

    code: str
    title: str = ""


class SlipData(Struct, frozen=True, kw_only=True):
    """All a template gets. A sum in roubles or points is None while nobody has said it.

    `number` is the receipt's, `available` the balance after the sale, `returned` points given back by a refund,
    `texts` lines of the loyalty server; `customer` is None for an anonymous receipt. `wallet_link` leads to the
    wallet card of a new participant, `rules_version` names the rules agreed to; `days_to_birthday` is 0 on the day.
    """

    outlet: str
    register: str
    now: datetime
    number: str = ""
    customer: SlipCustomer | None = None
    total: Decimal | None = None
    discount: Decimal | None = None
    spent: Decimal | None = None
    earned: Decimal | None = None
    available: Decimal | None = None
    returned: Decimal | None = None
    texts: tuple[str, ...] = ()
    coupons: tuple[SlipCoupon, ...] = ()
    wallet_link: str = ""
    rules_version: str = ""
    days_to_birthday: int | None = None


def slip_customer(customer: Customer) -> SlipCustomer:
    """`customer` as a slip may show him."""
    return SlipCustomer(
        first_name=customer.first_name,
        last_name=customer.last_name,
        card=masked(customer.card),
        phone=masked(customer.phone),
        level=customer.level,
        available=customer.balance.available,
    )
