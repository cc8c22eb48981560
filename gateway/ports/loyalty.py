"""The chain's loyalty server: what it is asked and told of sales."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol

from gateway.domain.call import Answer, Call, Intent, OrderView
from gateway.domain.check import Check
from gateway.domain.customer import Customer, CustomerKey, SegmentMembership
from gateway.domain.deadline import Deadline
from gateway.domain.quote import Quote
from gateway.domain.receipt import Receipt, RegisterRef
from gateway.domain.sale_record import Profile


class LoyaltyProgram(Protocol):
    """The chain's loyalty server. Questions change nothing; a change is composed, stored, then sent.

    Every method raises `LoyaltyError`: `LoyaltyUnavailable` when the server surely did nothing,
    `OutcomeUnknown` when it may have, `LoyaltyRejected` for a refusal of a question, `LoyaltyProtocolError`
    for an answer nobody understands.
    """

    profile: Profile

    async def identify(self, key: CustomerKey, register: RegisterRef, *, deadline: Deadline) -> Customer | None:
        """Who has this key; None when nobody."""

    async def quote(self, receipt: Receipt, order_id: str, at: datetime, *, deadline: Deadline) -> Quote:
        """Price an open receipt. `order_id` ties it to the price rules of an order saved before."""

    async def segments(self, customer_id: str, *, deadline: Deadline) -> tuple[SegmentMembership, ...]:
        """The segments the customer is in now."""

    async def order(self, order_id: str, *, deadline: Deadline) -> OrderView | None:
        """An order as the server holds it; None when it does not know it."""

    def compose(self, intent: Intent) -> bytes:
        """The bytes of the call that tells `intent`. Pure: the same intent gives the same bytes."""

    async def send(self, call: Call, *, deadline: Deadline) -> Answer:
        """Send a stored call; refusals are answers, not errors."""

    async def close(self) -> None: ...


class Examination(Protocol):
    """What is wrong with a loyalty server, as far as it can be seen from the shop. Changes nothing there."""

    def steps(self, calls: int) -> int:
        """How often `done` will be called, when nothing is wrong."""

    def checks(self, calls: int, done: Callable[[], None]) -> Iterator[Check]:
        """One after the other; `calls` are measured for each question a cashier waits for. Blocks."""
