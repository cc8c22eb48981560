"""The real services under every order of requests, faults and crashes that a random walk finds.

Registers ask, the loyalty server loses, delays and forgets, the process dies at its writes, another shop spends the
same points. In the end everything mends and the history is checked.
"""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from decimal import Decimal
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
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from adapters.loyalty.memory import Fault, Question
from gateway.domain.call import Operation

names = st.sampled_from(sorted(receipts()))
with_points = st.sampled_from(["plain", "coupon"])
PAID_WITH_POINTS = (
    ("calculate", "50", "close"),
    ("calculate", "50", "undo", "calculate", "50", "close"),
    ("calculate", "50", "undo", "close"),
    ("calculate", "30", "calculate", "undo", "50", "close"),
    ("calculate", "50"),
)
COURSES = {
    "plain": PAID_WITH_POINTS,
    "coupon": PAID_WITH_POINTS,
    "nobody": (("close",), ("calculate", "close")),
    "shirts": (("close",),),
}
faults = st.sampled_from([Fault.UNAVAILABLE, Fault.LOST_REQUEST, Fault.LOST_ANSWER, Fault.LATE])
lateness = st.sampled_from([1, 25, 55])
EXAMPLES = 20
calls = st.sampled_from(
    [*(kind for kind in Operation if kind is not Operation.SHOWN), Question.ORDER, Question.QUOTE]
)


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

    @initialize(chosen=st.fixed_dictionaries({name: st.sampled_from(courses) for name, courses in COURSES.items()}))
    def customers_come(self, chosen: dict[str, tuple[str, ...]]) -> None:
        self.ahead = {name: list(course) for name, course in chosen.items()}

    def step(self, name: str) -> None:
        """The next thing that happens to this receipt."""
        if not self.ahead[name]:
            return
        what, till = self.ahead[name].pop(0), self.tills[name]
        if what.isdigit():
            self.pay(till, what)
        else:
            self.run({"calculate": till.calculate, "undo": till.undo, "close": till.close}[what]())

    def pay(self, till: Till, points: str) -> None:
        """A cashier who was told "recalculate" or "not now" tries twice more."""
        self.run(till.pay(Decimal(points)))
        if not till.points and till.declined < 3:
            self.ahead[till.receipt.id][:0] = ["calculate", points]

    @rule(name=with_points)
    def go_on(self, name: str) -> None:
        self.step(name)

    @rule(name=with_points)
    def go_on_again(self, name: str) -> None:
        self.step(name)

    @rule(name=names)
    def go_on_with_any(self, name: str) -> None:
        self.step(name)

    @rule(name=with_points)
    def repeat_the_payment(self, name: str) -> None:
        till = self.tills[name]
        if till.is_open and till.points:
            self.run(till.pay(till.points))

    @rule(name=names)
    def repeat_the_close(self, name: str) -> None:
        if not self.tills[name].is_open:
            self.run(self.tills[name].close())

    @rule(name=names)
    def close_with_another_content(self, name: str) -> None:
        if self.tills[name].is_acknowledged:
            self.run(self.tills[name].close_differently())

    @rule(name=names, quantity=st.sampled_from([1, 2]))
    def give_back(self, name: str, quantity: int) -> None:
        if self.tills[name].is_acknowledged and len(self.tills[name].refunds) < 3:
            self.run(self.tills[name].give_back(quantity))

    @rule(name=names)
    def repeat_a_refund(self, name: str) -> None:
        for refund in self.tills[name].refunds:
            self.run(self.tills[name].repeat_refund(refund))

    # the world

    @rule(seconds=st.sampled_from([0.5, 3, 20, 61, 1000]))
    def time_passes(self, seconds: float) -> None:
        self.run(self.stage.live_through(seconds=seconds))

    @rule()
    def crash(self) -> None:
        self.run(self.stage.crash())

    @precondition(lambda self: not self.stage.process.at)
    @rule(writes=st.integers(1, 5), before=st.booleans())
    def crash_at_a_write(self, writes: int, before: bool) -> None:  # noqa: FBT001 - drawn, not chosen
        self.stage.process.arm(writes, before=before)

    @rule(writes=st.integers(1, 4))
    def the_disk_is_full(self, writes: int) -> None:
        self.stage.process.refused = writes

    @rule(call=calls, fault=faults, times=st.sampled_from([1, 1, 2, 3]), late=st.sampled_from([1, 25, 55]))
    def trouble(self, call: Operation | Question, fault: Fault, times: int, late: int) -> None:
        self.stage.program.late_after = timedelta(seconds=late)
        self.stage.program.fail(call, fault, times)

    def late(self, call: Operation, seconds: int) -> None:
        self.stage.program.late_after = timedelta(seconds=seconds)
        self.stage.program.fail(call, Fault.LATE, 1)

    @rule(name=with_points, seconds=lateness, undone=st.booleans())
    def a_payment_arrives_late(self, name: str, seconds: int, undone: bool) -> None:  # noqa: FBT001 - drawn
        """Nobody waits for it any more; the customer may have changed his mind."""
        till = self.tills[name]
        if till.is_open and not till.points:
            self.run(till.calculate())
            self.late(Operation.HOLD, seconds)
            self.run(till.pay(Decimal(50)))
            if undone:
                self.run(till.undo())

    @rule(name=names, seconds=lateness)
    def a_sale_arrives_late(self, name: str, seconds: int) -> None:
        till = self.tills[name]
        if till.is_open:
            self.late(Operation.SALE, seconds)
            self.run(till.close())

    @rule()
    def the_server_goes_away(self) -> None:
        self.stage.program.fail_all(Fault.UNAVAILABLE)

    @rule()
    def the_server_is_well(self) -> None:
        self.stage.program.mend()

    @rule(left=st.sampled_from([1500, 0, 40]))
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
    walk(KINDS[name], examples=4, on_disk=True)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_whatever_happens_for_longer(kind: ServerKind) -> None:
    walk(kind, examples=250, steps=50)
