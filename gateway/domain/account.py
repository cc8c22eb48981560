"""What a participant has earned, spent and bought: information for the staff, never for a decision."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct


class MovementKind(StrEnum):
    PURCHASE = "purchase"  # earned with a purchase
    PAYMENT = "payment"  # spent on a purchase
    GIFT = "gift"  # given or taken by the programme
    EXPIRED = "expired"


class PointsMovement(Struct, frozen=True, kw_only=True):
    """One change of points. `available_from` and `expires` where the server says so."""

    at: datetime
    kind: MovementKind
    amount: Decimal
    outlet: str = ""
    comment: str = ""
    available_from: datetime | None = None
    expires: datetime | None = None


class Offer(Struct, frozen=True, kw_only=True):
    """A promotion the customer may use now; `codes` are his personal codes for it."""

    name: str
    description: str = ""
    until: datetime | None = None
    codes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Offer(name={self.name!r})"
