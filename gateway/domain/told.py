"""What a register is told: outcomes of its requests, before any protocol has shaped them."""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from gateway.domain.customer import Customer
from gateway.domain.money import ZERO
from gateway.domain.slip import Slip


class Identified(Struct, frozen=True, kw_only=True):
    """`customer` is None when nobody has this key, or when nobody could be asked (`known` is False)."""

    customer: Customer | None
    known: bool
    notices: tuple[str, ...] = ()
    slip: Slip = ()


class Quoted(Struct, frozen=True, kw_only=True):
    """`discounts` by line index, in roubles for the whole line; `spendable` None when nobody could be asked."""

    customer: Customer | None
    discounts: dict[int, Decimal] = {}
    spendable: Decimal | None = None
    notices: tuple[str, ...] = ()
    slip: Slip = ()


class Redeemed(Struct, frozen=True, kw_only=True):
    """The points are spent; `by_line` says how much of each line they pay, None when it does not divide."""

    points: Decimal
    by_line: dict[int, Decimal] | None
    notices: tuple[str, ...] = ()


class Released(Struct, frozen=True, kw_only=True):
    points: Decimal = ZERO
    notices: tuple[str, ...] = ()


class Closed(Struct, frozen=True, kw_only=True):
    """A sale or a refund is stored."""

    notices: tuple[str, ...] = ()
    slip: Slip = ()


class DeclineReason(StrEnum):
    RECALCULATE = "recalculate"
    TOO_MANY_POINTS = "too_many_points"
    RETURNING = "returning"
    TOO_LATE = "too_late"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    ANONYMOUS = "anonymous"


class Declined(Struct, frozen=True, kw_only=True):
    """No, and what the cashier should know or do."""

    reason: DeclineReason
    text: str
