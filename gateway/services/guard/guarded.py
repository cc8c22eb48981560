"""The loyalty program with a guard before it: the same questions and calls, none of which waits in vain."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from gateway.domain.call import Answer, Call, Intent, Operation, OrderView
from gateway.domain.customer import Customer, CustomerKey, SegmentMembership
from gateway.domain.deadline import Deadline
from gateway.domain.quote import Quote
from gateway.domain.receipt import Receipt, RegisterRef
from gateway.ports import Clock, LoyaltyProgram, Meter
from gateway.services.guard.breaker import BreakerRules, BreakerState
from gateway.services.guard.flight import Lane, Question
from gateway.services.guard.gate import Gate
from gateway.services.guard.hedge import Hedge, HedgeRules
from gateway.services.guard.late import LateAnswers
from gateway.services.guard.limiter import Limiter, NoPlace
from gateway.services.guard.questions import Questions
from gateway.services.guard.retries import RetryBudget

T = TypeVar("T")

IDENTIFY, QUOTE, SEGMENTS, ORDER = "identify", "quote", "segments", "order"
QUESTIONS = (IDENTIFY, QUOTE, SEGMENTS, ORDER)

AT_THE_TILL = frozenset({IDENTIFY, QUOTE, str(Operation.HOLD)})
"""Calls a register waits for; of the others nobody notices that they are made later."""

LONGEST_REST = 60.0
"""Seconds a breaker rests at most where no register waits: one delivery a minute is a probe that hurts nobody."""

IDENTIFY_KEPT = 10.0
"""Seconds, at most: the question names no receipt, and the next customer's sale may change the balance."""


class GuardRules(Struct, frozen=True, kw_only=True):
    """`patience`: seconds after which a silent server counts as failed; a slow answer is none."""

    breaker: BreakerRules = BreakerRules()
    hedge: HedgeRules = HedgeRules()
    patience: float = 2.0
    kept_for: float = 30.0
    kept_most: int = 200
    in_flight: int = 64
    retry_share: float = 0.2
    retry_least: int = 3


class GuardedProgram:
    """`LoyaltyProgram` around another one. `on_change` hears of every breaker that moves."""

    def __init__(
        self,
        program: LoyaltyProgram,
        rules: GuardRules,
        clock: Clock,
        meter: Meter,
        on_change: Callable[[str, BreakerState], None],
    ) -> None:
        self.profile = program.profile
        self._program = program
        self._rules = rules
        self._clock = clock
        self._on_change = on_change
        self._limiter = Limiter(rules.in_flight, clock, lambda waited: meter.observe("loyalty_queue_wait", waited))
        self._gates = {
            kind: Gate(kind, _breaker_rules(kind, rules), clock, meter, self._changed)
            for kind in map(str, (*QUESTIONS, *Operation))
        }
        self._lanes = {kind: self._lane(kind, meter) for kind in QUESTIONS}
        self._hedges = {kind: Hedge(rules.hedge) for kind in (IDENTIFY, QUOTE, SEGMENTS)}
        self._questions = Questions(meter, LateAnswers(rules.kept_most))
        self.retries = RetryBudget(rules.retry_share, rules.retry_least, lambda: self._limiter.in_flight)

    @property
    def gates(self) -> Mapping[str, Gate]:
        return self._gates

    @property
    def in_flight(self) -> int:
        return self._limiter.in_flight

    def rest(self, *operations: Operation) -> float:
        """Seconds until calls of all these kinds would be let through; 0 when now."""
        return max(self._gates[operation].rest() for operation in operations)

    def may_hold(self) -> bool:
        """Whether points may be asked for: a server that cannot price a receipt is not trusted with points."""
        return self._gates[Operation.HOLD].rest() <= 0 and self._gates[QUOTE].is_closed

    async def identify(self, key: CustomerKey, register: RegisterRef, *, deadline: Deadline) -> Customer | None:
        call = partial(self._program.identify, key, register)
        question = Question((IDENTIFY, register, key), None, call, self._hedges[IDENTIFY])
        return await self._questions.ask(self._lanes[IDENTIFY], question, deadline)

    def quote(
        self, receipt: Receipt, order_id: str, at: datetime, *, deadline: Deadline
    ) -> Coroutine[Any, Any, Quote]:
        """Two moments of one basket are one question: `at` moves on with every repeat."""
        call = partial(self._program.quote, receipt, order_id, at)
        asked = (receipt.register, receipt.customer, receipt.lines, receipt.coupons, receipt.tenders)
        hedge = self._hedges[QUOTE] if len(receipt.lines) <= self._rules.hedge.lines else None
        question = Question((QUOTE, order_id), asked, call, hedge)
        return self._questions.ask(self._lanes[QUOTE], question, deadline)

    async def segments(self, customer_id: str, *, deadline: Deadline) -> tuple[SegmentMembership, ...]:
        call = partial(self._program.segments, customer_id)
        question = Question((SEGMENTS, customer_id), None, call, self._hedges[SEGMENTS])
        return await self._questions.ask(self._lanes[SEGMENTS], question, deadline)

    async def order(self, order_id: str, *, deadline: Deadline) -> OrderView | None:
        """Never shared: it is asked to learn what a call of a moment ago has done."""
        return await self._through(ORDER, lambda: self._program.order(order_id, deadline=deadline), deadline)

    def compose(self, intent: Intent) -> bytes:
        return self._program.compose(intent)

    async def send(self, call: Call, *, deadline: Deadline) -> Answer:
        """Once: a change is never doubled, shared or cut short by anything but its own deadline."""
        self._questions.drop((QUOTE, call.order_id))
        try:
            return await self._through(call.operation, lambda: self._program.send(call, deadline=deadline), deadline)
        finally:
            self._questions.drop((QUOTE, call.order_id))

    async def close(self) -> None:
        """End all questions under way. The program itself stays open: it may be behind more than one guard."""
        await self._questions.close()

    async def _through(self, kind: str, call: Callable[[], Awaitable[T]], deadline: Deadline) -> T:
        """A call that passes the breaker and the limiter, and nothing else."""
        gate, clock = self._gates[kind], self._clock
        began, error = clock.monotonic(), None
        if deadline.at <= began:
            raise NoPlace("no time left to ask")
        ticket = gate.enter(began)
        try:
            await self._limiter.take(deadline.at)
            began = clock.monotonic()
            try:
                ticket = gate.enter_late(ticket, began)
                return await call()
            finally:
                self._limiter.release()
        except BaseException as raised:
            error = raised
            raise
        finally:
            now = clock.monotonic()
            gate.settle(ticket, error, now - began, now, cut_short=now >= deadline.at)
            del error  # its traceback holds this frame

    def _lane(self, kind: str, meter: Meter) -> Lane:
        gate = self._gates[kind]
        return Lane(
            gate=gate,
            limiter=self._limiter,
            clock=self._clock,
            patience=self._rules.patience,
            keeps={QUOTE: self._rules.kept_for, IDENTIFY: min(self._rules.kept_for, IDENTIFY_KEPT)}.get(kind, 0.0),
            hedged=lambda result: meter.count("loyalty_hedges", operation=kind, result=result),
        )

    def _changed(self, gate: Gate) -> None:
        if gate.is_closed:
            for other in self._gates.values():
                other.breaker.hurry(self._clock.monotonic())
        self._on_change(gate.kind, gate.breaker.state)


def _breaker_rules(kind: str, rules: GuardRules) -> BreakerRules:
    if kind in AT_THE_TILL:
        return rules.breaker
    return replace(rules.breaker, opens_at_most=min(rules.breaker.opens_at_most, LONGEST_REST))


def _conforms(program: GuardedProgram) -> LoyaltyProgram:
    return program
