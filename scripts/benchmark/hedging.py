"""Figures 7, 7b and 8: what a second call is worth when the server straggles, and costs when all of it is slow."""

from collections.abc import Iterator

from benchmark.figures import Figure, Met, Target, figure, worst
from benchmark.gateway import Gateway, accepts, gateway
from benchmark.load import Job, Outcome
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
QUICK, SLOW = 100, 40
"""Calculates a second: so many that the calls in flight stay below the gateway's connections to the server."""

SECONDS = 20
AFTER_5_S = 2.0

EXTRA = Target(name="", unit="%", must=6, aim=5)


def measure(plan: Plan) -> Iterator[Figure]:
    with upstream() as up:
        if plan.wants("7"):
            yield _stragglers(plan, up)
        if plan.wants("7b.300"):
            yield from _as_measured(plan, up)
        if plan.wants("8"):
            yield _all_slow(plan, up)


def _stragglers(plan: Plan, up: Upstream) -> Figure:
    if not accepts(NOT_HEDGED):
        missing, _ = _asked(plan, up, "", STRAGGLING)
        return figure("7", 1.0, note=f"not hedged yet; without data {missing:.2%}", met="missed")
    hedged, calls = _asked(plan, up, "", STRAGGLING)
    bare, bare_calls = _asked(plan, up, NOT_HEDGED, STRAGGLING)
    ratio, extra = hedged / bare if bare else 1.0, _more(calls, bare_calls)
    note = f"{hedged:.2%} against {bare:.2%}, {extra:.1f} % more calls"
    met: Met = worst(figure("7", ratio).met, EXTRA.met(extra))
    return figure("7", ratio, note=note, met=met)


def _asked(plan: Plan, up: Upstream, more: str, mode: dict[str, object], rate: int = QUICK) -> tuple[float, int]:
    """The share of answers without the server's prices, and how many calls the server got."""
    with gateway(up.url, more=more) as ours:
        _warm(ours, up, mode, rate)
        up.mode(**mode)
        outcome = _calculates(plan, ours, rate, seconds=SECONDS)
        share = 1 - outcome.marked / len(outcome.latencies)
        plan.note(f"{more.strip() or 'as shipped'}: without data {share:.2%}, {up.calls()} calls".replace("\n", " "))
        return share, up.calls()


def _warm(ours: Gateway, up: Upstream, mode: dict[str, object], rate: int) -> None:
    """A hedge learns from answers: a store that has been open for some seconds."""
    up.mode(**{**mode, "seed": 2})
    load(Job(port=ours.port, connections=64, count=5 * rate, actions=["calculate"], rate=rate, first=10**6))


def _calculates(plan: Plan, ours: Gateway, rate: int, *, seconds: int, first: int = 0) -> Outcome:
    count = plan.scaled(rate * seconds)
    job = Job(port=ours.port, connections=64, count=count, actions=["calculate"], rate=rate, first=first)
    job.marker = DATA
    return load(job)


def _as_measured(plan: Plan, up: Upstream) -> Iterator[Figure]:
    for id_, more in (("7b.300", ""), ("7b.600", BUDGET_600)):
        share, _ = _asked(plan, up, more, AS_MEASURED, SLOW)
        yield figure(id_, share * 100)


def _all_slow(plan: Plan, up: Upstream) -> Figure:
    """More calls than without a hedge; the second half of the time is judged by the aim."""
    if not accepts(NOT_HEDGED):
        return figure("8", 0.0, note="not hedged yet", met="missed")
    (early, late), (bare_early, bare_late) = _halves(plan, up, ""), _halves(plan, up, NOT_HEDGED)
    extra, extra_late = _more(early + late, bare_early + bare_late), _more(late, bare_late)
    met: Met = worst(figure("8", extra).met, "aim" if extra_late <= AFTER_5_S else "must")
    return figure("8", extra, note=f"after 5 s {extra_late:.1f} %", met=met)


def _more(calls: int, bare: int) -> float:
    """Per cent."""
    return (calls / max(1, bare) - 1) * 100


def _halves(plan: Plan, up: Upstream, more: str) -> tuple[int, int]:
    """Calls that reached the server in the first and in the second five seconds."""
    with gateway(up.url, more=more) as ours:
        _warm(ours, up, STRAGGLING, SLOW)
        up.mode(**ALL_SLOW)
        _calculates(plan, ours, SLOW, seconds=5)
        early = up.calls()
        _calculates(plan, ours, SLOW, seconds=5, first=10**5)
        plan.note(f"{more.strip() or 'as shipped'}: {early} and {up.calls() - early} calls".replace("\n", " "))
        return early, up.calls() - early
