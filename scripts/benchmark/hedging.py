"""Figures 7, 7b and 8: what a second call is worth when the server straggles, and costs when all of it is slow."""

import operator
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import astuple

from benchmark.figures import Figure, Met, Target, figure, worst
from benchmark.gateway import Gateway, gateway
from benchmark.load import Job
from benchmark.plan import Plan
from benchmark.processes import Upstream, load, upstream
from benchmark.throughput import DATA

NOT_HEDGED = """
[loyalty_guard]
hedging = false
"""
BUDGET_600 = """
[budgets]
quote = 0.6
"""
STRAGGLING = {"kind": "lognormal", "median": 0.08, "sigma": 0.25, "straggling": 0.02, "straggler": 0.6}
AS_MEASURED = {"kind": "lognormal", "median": 0.25, "sigma": 0.25}
ALL_SLOW = {"kind": "lognormal", "median": 0.6, "sigma": 0.05}

QUICK, MEDIUM, SLOW = 200, 60, 40
"""Calculates a second: so many that the calls in flight stay below what the guard allows."""

ROUNDS, HEDGED_SECONDS, BARE_SECONDS = 4, 12, 7
"""Of figure 7. A hedge leaves one answer in two thousand without data: it takes many to count them."""

STILL = 0.03
"""Seconds that the computer may stand still while a question waits: longer, and no gateway could have answered it."""

VOID_ABOVE = 10.0
"""Per cent of the questions that do not count: of the rest nothing can be said then."""

AFTER_5_S = 2.0
EXTRA = Target(name="", unit="%", must=6, aim=5)


class Asked(Struct):
    """Questions, and the calls that the server got for them; answers that count, those of them without its prices.

    `excused` questions do not count: this computer stood still while they waited.
    """

    questions: int = 0
    calls: int = 0
    answers: int = 0
    missing: int = 0
    excused: int = 0

    def __add__(self, other: "Asked") -> "Asked":
        return Asked(*map(operator.add, astuple(self), astuple(other)))

    @property
    def without(self) -> float:
        return self.missing / max(1, self.answers)

    def more_than(self, other: "Asked") -> float:
        """Calls for a question, per cent."""
        return (self.calls * other.questions / max(1, other.calls * self.questions) - 1) * 100


class Asking:
    """Calculates to one gateway, no receipt twice. `mode`: what the server does from now on."""

    def __init__(self, plan: Plan, ours: Gateway, up: Upstream) -> None:
        self._plan, self._ours, self._up = plan, ours, up
        self._next = 1

    def calculates(self, found: Asked, mode: dict[str, object], rate: int, seconds: int) -> None:
        self._up.mode(**mode)
        count = self._plan.scaled(rate * seconds)
        job = Job(
            port=self._ours.port, connections=64, count=count, actions=["calculate"], rate=rate, first=self._next
        )
        job.marker, self._next = DATA, self._next + count
        outcome = load(job)
        counting = [mark for mark, still in zip(outcome.marked, outcome.still, strict=True) if still <= STILL]
        found.questions += count
        found.calls += self._up.calls()
        found.excused += len(outcome.marked) - len(counting)
        found.answers += len(counting) + outcome.unanswered
        found.missing += counting.count(False) + outcome.unanswered


def measure(plan: Plan) -> Iterator[Figure]:
    with upstream() as up:
        if plan.wants("7"):
            yield _stragglers(plan, up)
        if plan.wants("7b.300"):
            yield from _as_measured(plan, up)
        if plan.wants("8"):
            yield _all_slow(plan, up)


def _stragglers(plan: Plan, up: Upstream) -> Figure:
    """Both alive at once, asked in turn."""
    hedged, bare = Asked(), Asked()
    with gateway(up.url) as ours, gateway(up.url, more=NOT_HEDGED) as plain:
        asking, asking_plain = Asking(plan, ours, up), Asking(plan, plain, up)
        _warm(asking)
        for number in plan.rounds("stragglers", ROUNDS):
            mode = {**STRAGGLING, "seed": number}
            asking.calculates(hedged, mode, QUICK, HEDGED_SECONDS)
            asking_plain.calculates(bare, mode, QUICK, BARE_SECONDS)
            plan.note(f"so far {hedged.missing} of {hedged.answers}, not hedged {bare.missing} of {bare.answers}")
    ratio = hedged.without / bare.without if bare.missing else 1.0
    extra = hedged.more_than(bare)
    note = f"{hedged.without:.3%} against {bare.without:.2%}, {extra:.1f} % more calls"
    if excused := (hedged + bare).excused:
        note += f"; {hedged.excused} and {bare.excused} not counted, the machine stood still"
        plan.check("figure 7, % not counted", 100 * excused / (hedged + bare).questions, VOID_ABOVE)
    return figure("7", ratio, note=note, met=worst(figure("7", ratio).met, EXTRA.met(extra)))


def _warm(asking: Asking) -> None:
    """A hedge learns from answers: a store that has been open for some minutes."""
    asking.calculates(Asked(), {**STRAGGLING, "seed": 99}, QUICK, 5)


def _as_measured(plan: Plan, up: Upstream) -> Iterator[Figure]:
    for id_, more in (("7b.300", ""), ("7b.600", BUDGET_600)):
        found = Asked()
        with gateway(up.url, more=more) as ours:
            asking = Asking(plan, ours, up)
            asking.calculates(Asked(), AS_MEASURED, MEDIUM, 5)
            asking.calculates(found, {**AS_MEASURED, "seed": 2}, MEDIUM, 10)
        plan.note(f"{id_}: {found.missing} of {found.answers} without data, {found.calls} calls")
        yield figure(id_, found.without * 100)


def _all_slow(plan: Plan, up: Upstream) -> Figure:
    """More calls than without a hedge; the second half of the time is judged by the aim."""
    (early, late), (bare_early, bare_late) = _halves(plan, up, ""), _halves(plan, up, NOT_HEDGED)
    extra, extra_late = (early + late).more_than(bare_early + bare_late), late.more_than(bare_late)
    met: Met = worst(figure("8", extra).met, "aim" if extra_late <= AFTER_5_S else "must")
    return figure("8", extra, note=f"after 5 s {extra_late:.1f} %", met=met)


def _halves(plan: Plan, up: Upstream, more: str) -> tuple[Asked, Asked]:
    """The first and the second five seconds after the server has become slow."""
    early, late = Asked(), Asked()
    with gateway(up.url, more=more) as ours:
        asking = Asking(plan, ours, up)
        _warm(asking)
        for found in (early, late):
            asking.calculates(found, ALL_SLOW, SLOW, 5)
        plan.note(f"{more.strip() or 'as shipped'}: {early.calls} and {late.calls} calls".replace("\n", " "))
    return early, late
