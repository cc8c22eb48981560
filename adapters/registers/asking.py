"""What the server of every register knows of a request: who asks, since when, and how long each answer may take."""

from typing import Generic, TypeVar

from msgspec import Struct

from gateway.domain.deadline import Deadline
from gateway.domain.receipt import RegisterRef

Said = TypeVar("Said")
"""The request in the words of its protocol."""


class Budgets(Struct, frozen=True, kw_only=True):
    """Seconds a cashier waits for each kind of answer, at most."""

    identify: float = 0.3
    quote: float = 0.3
    redeem: float = 0.6
    release: float = 0.3
    complete: float = 0.3
    code: float = 3.0
    enrol: float = 3.0


class Asked(Struct, Generic[Said], frozen=True, kw_only=True):
    """One understood request, and since when its register waits (monotonic seconds)."""

    request: Said
    register: RegisterRef
    raw: bytes
    since: float

    def within(self, budget: float) -> Deadline:
        """The latest moment of an answer that may take `budget` seconds."""
        return Deadline(self.since + budget)
