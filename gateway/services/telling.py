"""Sending a stored call, and making one answer of every way it may end."""

import structlog
from msgspec import Struct

from gateway.domain.call import (
    Accepted,
    AlreadyProcessed,
    Answer,
    Call,
    NoAnswer,
    Operation,
    OrderState,
    OrderView,
    RefusalReason,
    Refused,
)
from gateway.domain.deadline import Deadline
from gateway.domain.sale_record import Delivery, Hold
from gateway.errors import LoyaltyError
from gateway.ports import LoyaltyProgram

log = structlog.get_logger()

PAID = frozenset({OrderState.PAID, OrderState.PARTLY_RETURNED, OrderState.RETURNED})


class Telling:
    def __init__(self, program: LoyaltyProgram) -> None:
        self._program = program

    async def hold(self, hold: Hold, order_id: str, deadline: Deadline) -> Answer:
        call = Call(operation=Operation.HOLD, order_id=order_id, key=hold.key, body=hold.body)
        return await self._settle(call, hold, deadline)

    async def deliver(self, delivery: Delivery, deadline: Deadline) -> Answer:
        call = Call(operation=delivery.operation, order_id=delivery.order_id, key=delivery.key, body=delivery.body)
        return await self._settle(call, delivery, deadline)

    async def send(self, call: Call, deadline: Deadline) -> Answer:
        """The answer, or `NoAnswer` when it is unknown what happened."""
        try:
            return await self._program.send(call, deadline=deadline)
        except LoyaltyError as error:
            log.warning("call_unanswered", operation=call.operation, why=error.logged)
            return NoAnswer(error.retry_after)

    async def _settle(self, call: Call, sent: Hold | Delivery, deadline: Deadline) -> Answer:
        """ "Already processed" says nothing about what was processed: the order itself does."""
        answer = await self.send(call, deadline)
        if not isinstance(answer, AlreadyProcessed):
            return answer
        found = await self.read(call.order_id, deadline)
        if not found.read:
            return NoAnswer()
        if found.order is not None and self._matches(found.order, call.operation, sent):
            return Accepted(spent=found.order.spent, earned=found.order.earned)
        if call.operation is Operation.HOLD:
            return Refused(reason=RefusalReason.OTHER)
        return answer

    def _matches(self, order: OrderView, operation: Operation, sent: Hold | Delivery) -> bool:
        """A sale that is paid by a call of its own is only placed before."""
        placed = order.state is OrderState.PLACED
        live = placed if operation is Operation.HOLD else order.state in PAID
        if operation is Operation.SALE and self._program.profile.pays_apart:
            live = live or placed
        return live and (order.spent, order.total) == (sent.points, sent.total)

    async def read(self, order_id: str, deadline: Deadline) -> "Found":
        """The order at the server, or that it could not be read."""
        try:
            return Found(read=True, order=await self._program.order(order_id, deadline=deadline))
        except LoyaltyError:
            return Found(read=False)


class Found(Struct, frozen=True, kw_only=True):
    """`order` is None when the server does not know it; only meaningful when `read`."""

    read: bool
    order: OrderView | None = None
