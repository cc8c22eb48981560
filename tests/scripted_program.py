"""A loyalty program that does what a test tells it: how long it takes, and how it ends."""

# ruff: noqa: ARG002 - what it answers does not depend on what it is asked

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import repeat
from typing import Any

from builders import REGISTER, make_customer, make_key, make_quote, make_receipt

from gateway.domain.call import Accepted, Answer, Call, Intent, Operation, OrderView
from gateway.domain.customer import Customer, CustomerKey, SegmentMembership
from gateway.domain.deadline import Deadline
from gateway.domain.quote import Quote
from gateway.domain.receipt import Receipt, RegisterRef
from gateway.domain.sale_record import CREATE_THEN_CANCEL
from gateway.errors import OutcomeUnknown
from gateway.ports import Clock
from gateway.services.guard.guarded import GuardedProgram, GuardRules

HANG = 10_000.0


class Meter:
    """Counts by name and labels' values."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, ...]] = Counter()
        self.times: list[tuple[str, float, dict[str, str]]] = []

    def count(self, name: str, **labels: str) -> None:
        self.counts[(name, *map(str, labels.values()))] += 1

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        self.times.append((name, seconds, labels))

    def set(self, name: str, value: float, **labels: str) -> None: ...

    def call(self, operation: str, outcome: str, seconds: float) -> None: ...

    def request(self, register: RegisterRef | None, operation: str, outcome: str, seconds: float) -> None: ...


class ScriptedProgram:
    """`script` gives the next call's seconds, or the error it ends with at once, or `(seconds, error)`."""

    profile = CREATE_THEN_CANCEL

    def __init__(self, script: Any = 0.08) -> None:
        self.calls: list[str] = []
        self.ended: Counter[str] = Counter()
        self.under_way = 0
        self.most_under_way = 0
        self.script = script

    @property
    def script(self) -> Any:
        return self._script

    @script.setter
    def script(self, script: Any) -> None:
        self._script: Iterator[Any] = script if isinstance(script, Iterator) else repeat(script)

    async def _play(self, kind: str, deadline: Deadline, answer: Any) -> Any:
        self.calls.append(kind)
        step = next(self._script)
        seconds, error = (
            step if isinstance(step, tuple) else (0.0, step) if isinstance(step, Exception) else (step, None)
        )
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await self._wait(seconds, deadline)
            if error is not None:
                raise error
        except asyncio.CancelledError:
            self.ended["cancelled"] += 1
            raise
        finally:
            self.under_way -= 1
        self.ended["answered"] += 1
        return answer

    async def _wait(self, seconds: float, deadline: Deadline) -> None:
        left = deadline.left(asyncio.get_running_loop().time())
        await asyncio.sleep(min(seconds, left))
        if left < seconds:
            raise OutcomeUnknown

    async def identify(self, key: CustomerKey, register: RegisterRef, *, deadline: Deadline) -> Customer | None:
        found: Customer | None = await self._play(
            "identify", deadline, make_customer(id=f"{key.value}-{len(self.calls)}")
        )
        return found

    async def quote(self, receipt: Receipt, order_id: str, at: datetime, *, deadline: Deadline) -> Quote:
        number = len(self.calls)
        quote: Quote = await self._play("quote", deadline, make_quote(hints=(f"{order_id} {number}",)))
        return quote

    async def segments(self, customer_id: str, *, deadline: Deadline) -> tuple[SegmentMembership, ...]:
        found: tuple[SegmentMembership, ...] = await self._play("segments", deadline, ())
        return found

    async def order(self, order_id: str, *, deadline: Deadline) -> OrderView | None:
        await self._play("order", deadline, None)
        return None

    def compose(self, intent: Intent) -> bytes:
        return b"{}"

    async def send(self, call: Call, *, deadline: Deadline) -> Answer:
        answer: Answer = await self._play(call.operation, deadline, Accepted())
        return answer

    async def close(self) -> None: ...


class Till:
    """Asks a guarded program as the services do; `changes` are the breaker's moves."""

    def __init__(self, clock: Clock, script: Any = 0.08, **rules: Any) -> None:
        self.clock = clock
        self.meter = Meter()
        self.program = ScriptedProgram(script)
        self.changes: list[tuple[str, str]] = []
        self.guard = GuardedProgram(
            self.program, GuardRules(**rules), clock, self.meter, lambda *moved: self.changes.append(moved)
        )

    def within(self, seconds: float) -> Deadline:
        return Deadline(self.clock.monotonic() + seconds)

    async def quote(self, receipt: str = "receipt-1", *, within: float = 0.28, **parts: Any) -> str:
        """The number of the call whose answer it was."""
        asked = make_receipt(receipt, **parts)
        quote = await self.guard.quote(asked, receipt, self.clock.now(), deadline=self.within(within))
        return quote.hints[0]

    async def identify(self, *, within: float = 0.28, value: str = "79990000001") -> Customer | None:
        return await self.guard.identify(make_key(value=value), REGISTER, deadline=self.within(within))

    async def send(
        self, operation: Operation = Operation.HOLD, *, within: float = 0.58, order: str = "receipt-1"
    ) -> Answer:
        call = Call(operation=operation, order_id=order, key="key", body=b"{}")
        return await self.guard.send(call, deadline=self.within(within))

    async def learn(self, seconds: float = 0.08, calls: int = 40) -> None:
        """Let the guard see how long answers usually take."""
        self.program.script = seconds
        for number in range(calls):
            await self.quote(f"learnt-{number}", within=1.0)
        self.program.calls.clear()
        self.program.ended.clear()
        self.meter.counts.clear()
