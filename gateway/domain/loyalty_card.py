"""Cards of the programme: what a register may learn about one, and what became of giving it to a customer."""

from enum import StrEnum

from msgspec import Struct


class LoyaltyCard(Struct, frozen=True, kw_only=True):
    """`status` is the server's own word for it. Not shown: the number leads to a person."""

    number: str
    status: str = ""

    def __repr__(self) -> str:
        return f"LoyaltyCard(status={self.status!r})"


class CardAnswer(StrEnum):
    BOUND = "bound"  # it is the customer's now, or was before
    ANOTHERS = "anothers"
    UNKNOWN = "unknown"
    NOT_NOW = "not_now"  # blocked, or none left
