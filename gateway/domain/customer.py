"""Who buys: the key a register gives us, and what the loyalty server says about that person."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from gateway.domain.money import ZERO


class KeyKind(StrEnum):
    PHONE = "phone"
    CARD = "card"
    WALLET = "wallet"  # the barcode of a card in the phone's wallet
    ONE_TIME = "one_time"  # phone and code of one visit, from the customer's screen: never stored
    EMAIL = "email"
    EXTERNAL = "external"  # an id of the chain's own system


class CustomerKey(Struct, frozen=True):
    """How a customer is found: a phone as digits with the country code, or the text of a card or code."""

    kind: KeyKind
    value: str

    def __str__(self) -> str:
        """Masked, so that a key may stand in a log or on a slip: the last four characters only."""
        return "****" + self.value[-4:]

    __repr__ = __str__


class Balance(Struct, frozen=True, kw_only=True):
    """Points: `available` may be spent now, `pending` are earned but not active yet."""

    available: Decimal = ZERO
    pending: Decimal = ZERO


class SegmentMembership(Struct, frozen=True, kw_only=True):
    """The customer is in `segment` of `segmentation` (external ids of the loyalty server)."""

    segmentation: str
    segment: str
    name: str = ""


class Customer(Struct, frozen=True, kw_only=True):
    """A participant as the loyalty server knows him; `id` is the server's own.

    `favourite_category` is empty when none was chosen, None when the server does not say; `expiring_points` are lost
    after `points_expire_on`.
    """

    id: str
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    phone: str = ""
    email: str = ""
    card: str = ""
    birth_date: date | None = None
    balance: Balance = Balance()
    level: str = ""
    favourite_category: str | None = None
    expiring_points: Decimal = ZERO
    points_expire_on: date | None = None
    segments: tuple[SegmentMembership, ...] = ()

    @property
    def name(self) -> str:
        """What a cashier calls the customer by: surname, then name."""
        return " ".join(part for part in (self.last_name, self.first_name) if part)

    def __repr__(self) -> str:
        return f"Customer(id={self.id!r})"
