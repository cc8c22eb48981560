"""What a register is told: outcomes of its requests, before any protocol has shaped them."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from gateway.domain.account import Offer, PointsMovement
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
    """`discounts` by line index, in roubles for the whole line; `spendable` None when nobody could be asked.

    `stranger`: the server says that nobody has the customer's key; without it an unknown customer may be somebody.
    `code_needed`: points are spent only with a code from the customer's phone. `code` is that code, once it is on its
    way, for a register that compares codes itself; empty for any other: it asks for one with `send_code`.
    """

    customer: Customer | None
    stranger: bool = False
    discounts: dict[int, Decimal] = {}
    spendable: Decimal | None = None
    code_needed: bool = False
    code: str = ""
    notices: tuple[str, ...] = ()
    slip: Slip = ()

    def __repr__(self) -> str:
        return f"Quoted(spendable={self.spendable!r}, code_needed={self.code_needed!r})"


class CodeSent(Struct, frozen=True, kw_only=True):
    """A code is on its way to the customer's phone, or was a moment ago; `code` only where the register compares."""

    code: str = ""
    notices: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "CodeSent(***)"


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


class Begun(Struct, frozen=True, kw_only=True):
    """An application is in order. `code_needed`: the customer tells a code from his phone before it is finished.

    `code` is that code, only where the register compares.
    """

    code_needed: bool = False
    code: str = ""
    notices: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Begun(code_needed={self.code_needed!r})"


class Enrolled(Struct, frozen=True, kw_only=True):
    """He takes part now; `already`: he did before. `wallet_link`: the address of his wallet card, if there is one."""

    customer_id: str
    already: bool = False
    wallet_link: str = ""
    notices: tuple[str, ...] = ()
    slip: Slip = ()


class About(Struct, frozen=True, kw_only=True):
    """A customer for the staff's eyes: who he is, his last movements (newest first), what he may use now."""

    customer: Customer
    movements: Sequence[PointsMovement] = ()
    offers: Sequence[Offer] = ()


class DeclineReason(StrEnum):
    RECALCULATE = "recalculate"
    TOO_MANY_POINTS = "too_many_points"
    RETURNING = "returning"
    TOO_LATE = "too_late"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    ANONYMOUS = "anonymous"
    UNKNOWN = "unknown"  # nobody has this key
    NOT_ALLOWED = "not_allowed"  # this kind of key does not spend, or the shop does not offer it
    CODE_NEEDED = "code_needed"
    WRONG_CODE = "wrong_code"
    MALFORMED = "malformed"  # a field of the form is not filled in rightly


class Declined(Struct, frozen=True, kw_only=True):
    """No, and what the cashier should know or do."""

    reason: DeclineReason
    text: str
