"""A loyalty server inside this process: the programme of the sandboxes without wire and sockets, honest in its rules.

What it does with calls stands in `memory_server.py`, or for a two-phase profile in `memory_two_phase.py`.
"""

from datetime import datetime, timedelta

from msgspec import json
from msgspec.structs import replace

from adapters.loyalty.memory_faults import Calls, Fault, Question, Troubles
from adapters.loyalty.memory_mapping import (
    account_of,
    coupons_of,
    customer_of,
    gift_cards_of,
    gifts_of,
    id_of,
    once,
    open_line,
    order_view,
    quoted,
    texts_of,
)
from adapters.loyalty.memory_server import MemoryServer
from adapters.loyalty.memory_two_phase import TwoPhaseServer
from adapters.loyalty.programme import Basket, Programme
from gateway.domain.call import Answer, Call, Intent, Operation, OrderView, PlaceOrder
from gateway.domain.customer import Customer, CustomerKey, SegmentMembership
from gateway.domain.deadline import Deadline
from gateway.domain.money import ZERO
from gateway.domain.quote import Quote
from gateway.domain.receipt import Receipt, RegisterRef
from gateway.domain.sale_record import CREATE_THEN_CANCEL, Profile
from gateway.errors import LoyaltyRejected, LoyaltyUnavailable, OutcomeUnknown
from gateway.ports import Clock, LoyaltyProgram

REFUSAL = "Этот чек рассчитать нельзя"

__all__ = ["Fault", "MemoryProgram", "Question"]


class MemoryProgram:
    """`LoyaltyProgram` over a `Programme`.

    `arrived` are the changes that reached the server, in their order, `failed` the queued ones that came to
    nothing: their callers were told "accepted".
    """

    def __init__(
        self,
        programme: Programme,
        clock: Clock,
        *,
        queue_delay: timedelta = timedelta(seconds=0.2),
        late_after: timedelta = timedelta(seconds=30),
        profile: Profile = CREATE_THEN_CANCEL,
    ) -> None:
        self.profile = profile
        self.late_after = late_after
        self._programme = programme
        self._clock = clock
        serves = MemoryServer if profile.updates_held else TwoPhaseServer
        self._server = serves(programme, clock, queue_delay)
        self._troubles = Troubles()

    @property
    def arrived(self) -> list[Call]:
        return self._server.arrived

    @property
    def failed(self) -> list[Call]:
        return self._server.failed

    def fail(self, calls: Calls, fault: Fault, times: int | None = None) -> None:
        """From now on these calls meet `fault`: the next `times` of them, or all until `mend`."""
        self._troubles.fail(calls, fault, times)

    def fail_all(self, fault: Fault) -> None:
        for calls in (*Operation, *Question):
            self.fail(calls, fault)

    def mend(self) -> None:
        self._troubles.mend()

    def catch_up(self) -> None:
        """Carry out what has fallen due; for those, too, who look at the programme without a call."""
        self._server.catch_up()

    async def identify(self, key: CustomerKey, register: RegisterRef, *, deadline: Deadline) -> Customer | None:  # noqa: ARG002 - one programme for all registers
        await self._asked(Question.IDENTIFY, deadline)
        account = account_of(self._programme, key)
        return customer_of(self._programme, account) if account else None

    async def quote(self, receipt: Receipt, order_id: str, at: datetime, *, deadline: Deadline) -> Quote:
        await self._asked(Question.QUOTE, deadline)
        account = account_of(self._programme, receipt.customer)
        lines = tuple(open_line(line) for line in receipt.lines)
        basket = Basket(
            order_id=order_id,
            account=id_of(account),
            lines=lines,
            coupons=once(receipt.coupons),
            at=at,
            gift_payments=gifts_of(receipt.tenders),
        )
        priced = self._programme.price(basket)
        return Quote(
            customer=customer_of(self._programme, account) if account else None,
            stranger=receipt.customer is not None and account is None,
            pieces=tuple(quoted(piece) for piece in priced.pieces),
            spendable=priced.redeemable if account else ZERO,
            accrual=priced.accrued,
            hints=texts_of(priced.hints),
            coupons=coupons_of(priced),
            gift_cards=gift_cards_of(priced),
        )

    async def segments(self, customer_id: str, *, deadline: Deadline) -> tuple[SegmentMembership, ...]:
        await self._asked(Question.SEGMENTS, deadline)
        account = self._programme.account(customer_id)
        return self._programme.segments(account) if account else ()

    async def order(self, order_id: str, *, deadline: Deadline) -> OrderView | None:
        await self._asked(Question.ORDER, deadline)
        order = self._programme.order(order_id)
        return order_view(order) if order else None

    def compose(self, intent: Intent) -> bytes:
        if isinstance(intent, PlaceOrder) and self.profile.pays_apart:
            intent = replace(intent, paid=False)
        return json.encode(intent)

    async def send(self, call: Call, *, deadline: Deadline) -> Answer:
        fault = await self._meet(call.operation, deadline)
        if fault is Fault.LATE:
            self._server.enqueue(call, self.late_after)
        if fault in {Fault.LATE, Fault.HANGING, Fault.LOST_REQUEST}:
            raise OutcomeUnknown
        answer = self._server.arrive(call)
        if fault is Fault.LOST_ANSWER:
            raise OutcomeUnknown
        return answer

    async def close(self) -> None:
        self._troubles.mend()

    async def _asked(self, question: Question, deadline: Deadline) -> None:
        """A question that gets no answer has changed nothing, wherever it was lost."""
        if await self._meet(question, deadline) is not None:
            raise LoyaltyUnavailable

    async def _meet(self, calls: Operation | Question, deadline: Deadline) -> Fault | None:
        """The trouble this call meets. Raises `LoyaltyUnavailable` when it surely goes nowhere."""
        if deadline.left(self._clock.monotonic()) <= 0:
            raise LoyaltyUnavailable("no time left to ask")
        fault = self._troubles.strike(calls)
        if fault is Fault.REFUSED:
            raise LoyaltyRejected(REFUSAL)
        if fault is Fault.UNAVAILABLE:
            raise LoyaltyUnavailable
        if fault is Fault.HANGING:
            await self._clock.sleep(deadline.left(self._clock.monotonic()))
        self.catch_up()
        return fault


_conforms: type[LoyaltyProgram] = MemoryProgram
