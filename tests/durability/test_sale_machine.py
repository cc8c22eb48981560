"""The real services under every order of requests, faults and crashes that a random walk finds.

Registers ask, the loyalty server loses, delays and forgets, the process dies at its writes, another shop spends the
same points. In the end everything mends and the history is checked.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from durability.history import check
from durability.stage import Stage
from durability.till import Till, receipts
from durability.worlds import KINDS, ServerKind
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from msgspec import Struct

from adapters.loyalty.memory import Fault, Question
from gateway.domain.call import Operation

names = st.sampled_from(["plain", "coupon", "plain", "coupon", "nobody", "shirts"])
WITH_POINTS = ("plain", "coupon")
picks = st.integers(0, 255)
at_a_turn = st.integers(0, 200)
"""Of the loop: a write takes 40, so that whatever comes now comes before it, during it or after it."""
lateness = st.sampled_from([1, 25, 55])
faults = st.sampled_from([Fault.UNAVAILABLE, Fault.LOST_REQUEST, Fault.LOST_ANSWER, Fault.LATE])
EXAMPLES = 10
MOST_REFUNDS = 3
calls = st.sampled_from(
    [*(kind for kind in Operation if kind is not Operation.SHOWN), Question.ORDER, Question.QUOTE]
)

Deed = Callable[[], Coroutine[Any, Any, object]]


class Moment(Struct, frozen=True):
    """Chance, at a till: which of the things that may be done there now, and how it meets the others."""

    pick: int
    turns: int
    late: int


def event(**drawn: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A rule: something happens in the world, then somebody does something at a till.

    Walks of rules that do either thing spend most of their steps on what cannot be done now, or on the world alone.
    """

    def made(happens: Callable[..., None]) -> Callable[..., None]:
        def step(self: "SaleMachine", name: str, pick: int, turns: int, late: int, **chosen: Any) -> None:
            happens(self, **chosen)
            self.at_the_till(name, Moment(pick, turns, late))

        step.__name__ = happens.__name__
        return rule(name=names, pick=picks, turns=at_a_turn, late=lateness, **drawn)(step)  # type: ignore[no-any-return]

    return made


class SaleMachine(RuleBasedStateMachine):
    kind = ServerKind()
    on_disk = False

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = TemporaryDirectory() if self.on_disk else None
        path = Path(self.folder.name) / "machine.sqlite" if self.folder else None
        self.stage = self.run(self.begun(path))
        self.tills = {name: Till(self.stage, receipt) for name, receipt in receipts().items()}

    async def begun(self, path: Path | None) -> Stage:
        """Breakers have a test of their own; here every call is let through."""
        stage = Stage(profile=self.kind.profile, variants=self.kind.variants, path=path, prompts=())
        await stage.open()
        return stage

    def run(self, what: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(what)

    # the register

    def at_the_till(self, name: str, moment: Moment) -> None:
        """One of the things that its receipt allows."""
        till = self.tills[name]
        deeds = self.open_deeds(till, moment) if till.is_open else self.closed_deeds(till, moment)
        self.run(deeds[moment.pick % len(deeds)]())

    def open_deeds(self, till: Till, moment: Moment) -> list[Deed]:
        closes: list[Deed] = [till.close, partial(self.closed_late, till, moment)]
        if till.receipt.id not in WITH_POINTS:
            return [till.calculate, *closes]
        if till.points:
            other = partial(till.pay, Decimal(30))
            return [till.undo, till.close, partial(till.pay, till.points), other, *closes]
        unheard = [partial(self.unheard, till, moment, then) for then in (till.undo, till.close, till.repay)]
        late = [partial(self.paid_late, till, moment, then) for then in (till.undo, till.close, till.calculate)]
        return [*(partial(self.paid, till) for _ in range(6)), *unheard, *late, *closes]

    def closed_deeds(self, till: Till, moment: Moment) -> list[Deed]:
        if not till.is_acknowledged:
            return [till.close, partial(till.close_twice, moment.turns)]
        again: list[Deed] = [till.close, till.close_differently, till.repeat_refunds, till.repeat_refunds]
        new: list[Deed] = [partial(till.give_back, quantity) for quantity in (1, 2)]
        return [*again, *new] if len(till.refunds) < MOST_REFUNDS else again

    async def paid(self, till: Till) -> None:
        await till.calculate()
        await till.pay(Decimal(50))

    async def unheard(self, till: Till, moment: Moment, then: Deed) -> None:
        await till.calculate()
        await till.pay_unheard(Decimal(50), moment.turns, then)

    async def paid_late(self, till: Till, moment: Moment, then: Deed) -> None:
        """Nobody waits for it any more; the customer may have changed his mind."""
        await till.calculate()
        self.late(Operation.HOLD, moment.late)
        await till.pay(Decimal(50))
        await then()

    async def closed_late(self, till: Till, moment: Moment) -> None:
        self.late(Operation.SALE, moment.late)
        await till.close()

    def late(self, call: Operation, seconds: int) -> None:
        self.stage.program.late_after = timedelta(seconds=seconds)
        self.stage.program.fail(call, Fault.LATE, 1)

    # the world

    @event()
    def nothing_else(self) -> None: ...

    @event(seconds=st.sampled_from([0.5, 3, 20, 61, 1000]))
    def time_passes(self, seconds: float) -> None:
        self.run(self.stage.live_through(seconds=seconds))

    @event()
    def crash(self) -> None:
        self.run(self.stage.crash())

    @event(writes=st.integers(1, 5), before=st.booleans())
    def crash_at_a_write(self, writes: int, before: bool) -> None:  # noqa: FBT001 - drawn, not chosen
        if not self.stage.process.at:
            self.stage.process.arm(writes, before=before)

    @event(writes=st.integers(1, 4))
    def the_disk_is_full(self, writes: int) -> None:
        self.stage.process.refused = writes

    @event(call=calls, fault=faults, times=st.sampled_from([1, 1, 2, 3]), seconds=lateness)
    def trouble(self, call: Operation | Question, fault: Fault, times: int, seconds: int) -> None:
        self.stage.program.late_after = timedelta(seconds=seconds)
        self.stage.program.fail(call, fault, times)

    @event()
    def the_server_goes_away(self) -> None:
        self.stage.program.fail_all(Fault.UNAVAILABLE)

    @event()
    def the_server_is_well(self) -> None:
        self.stage.program.mend()

    @event(left=st.sampled_from([1500, 0, 40]))
    def another_shop_spends_or_earns(self, left: int) -> None:
        self.stage.spend_elsewhere(left)

    def teardown(self) -> None:
        try:
            self.run(self.settled())
        finally:
            self.run(self.stage.durable.close())
            self.loop.close()
            if self.folder:
                self.folder.cleanup()

    async def settled(self) -> None:
        self.stage.program.mend()
        await self.stage.crash()
        for till in self.tills.values():
            await till.insist()
        await self.stage.live_through(hours=3)
        await check(self.stage, list(self.tills.values()))


def walk(kind: ServerKind, *, examples: int, steps: int = 30, on_disk: bool = False) -> None:
    machine = type("Machine", (SaleMachine,), {"kind": kind, "on_disk": on_disk})
    quiet = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=quiet
        ),
    )


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_whatever_happens_every_promise_is_kept(kind: ServerKind) -> None:
    walk(kind, examples=EXAMPLES)


@pytest.mark.parametrize("name", ["documented", "two phases", "everything at once"])
def test_and_on_disk_too(name: str) -> None:
    walk(KINDS[name], examples=3, on_disk=True)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_whatever_happens_for_longer(kind: ServerKind) -> None:
    walk(kind, examples=250, steps=50)
