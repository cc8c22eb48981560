"""The loyalty program as registers get it: in limited mode by hand nobody at a till waits for it.

Deliveries, refunds and popups do not pass here: what is stored goes out whatever the switch says.
"""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from gateway.domain.call import Answer, Call, Intent, OrderView
from gateway.domain.customer import Customer, CustomerKey, SegmentMembership
from gateway.domain.deadline import Deadline
from gateway.domain.quote import Quote
from gateway.domain.receipt import Receipt, RegisterRef
from gateway.errors import LoyaltyUnavailable
from gateway.ports import LoyaltyProgram
from gateway.services.guard.guarded import GuardedProgram


class FrontProgram:
    """`LoyaltyProgram` that asks nothing while `is_off`."""

    def __init__(self, program: GuardedProgram, is_off: Callable[[], bool]) -> None:
        self.profile = program.profile
        self._program = program
        self._is_off = is_off

    def may_hold(self) -> bool:
        """Whether points may be asked for now."""
        return not self._is_off() and self._program.may_hold()

    def _check(self) -> None:
        if self._is_off():
            raise LoyaltyUnavailable("switched off by the administrator")

    async def identify(self, key: CustomerKey, register: RegisterRef, *, deadline: Deadline) -> Customer | None:
        self._check()
        return await self._program.identify(key, register, deadline=deadline)

    def quote(
        self, receipt: Receipt, order_id: str, at: datetime, *, deadline: Deadline
    ) -> Coroutine[Any, Any, Quote]:
        self._check()
        return self._program.quote(receipt, order_id, at, deadline=deadline)

    async def segments(self, customer_id: str, *, deadline: Deadline) -> tuple[SegmentMembership, ...]:
        self._check()
        return await self._program.segments(customer_id, deadline=deadline)

    async def order(self, order_id: str, *, deadline: Deadline) -> OrderView | None:
        self._check()
        return await self._program.order(order_id, deadline=deadline)

    def compose(self, intent: Intent) -> bytes:
        return self._program.compose(intent)

    async def send(self, call: Call, *, deadline: Deadline) -> Answer:
        """A change that was stored is sent: refusing it here would leave it in doubt."""
        return await self._program.send(call, deadline=deadline)

    async def close(self) -> None:
        """It has nothing of its own."""


def _conforms(program: FrontProgram) -> LoyaltyProgram:
    return program
