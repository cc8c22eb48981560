"""Figure 6: how late the budget is when the loyalty server hangs, beyond a bare timer beside it."""

from collections.abc import Iterator

from benchmark.figures import Figure, figure, percentile
from benchmark.gateway import gateway
from benchmark.load import Job
from benchmark.plan import Plan
from benchmark.processes import load, upstream

AT_ONCE = 200
BUDGET = 0.3
SPREAD = 0.25
"""Seconds over which the calculates arrive: all are waiting before the first budget ends, so that a breaker that
opens then spares none of them the wait."""


def measure(plan: Plan) -> Iterator[Figure]:
    """Each round has a fresh gateway, warmed up, and then a server that says nothing."""
    late: list[float] = []
    timers: list[float] = []
    with upstream() as up:
        for number in plan.rounds("hanging server", 10):
            up.mode(kind="fast")
            with gateway(up.url) as ours:
                job = Job(port=ours.port, connections=AT_ONCE, count=AT_ONCE, actions=["calculate"], spread=SPREAD)
                load(job)
                up.mode(kind="hang", seed=number)
                job.first, job.timer = AT_ONCE, BUDGET
                outcome = load(job)
            round_ = [took - BUDGET for _, took in outcome.latencies]
            plan.note(f"p50 {percentile(round_, 0.5) * 1e3:.1f} ms, max {max(round_) * 1e3:.1f} ms over the budget")
            late += round_
            timers += outcome.timers
    for name, share in (("p99", 0.99), ("p999", 0.999), ("max", 1.0)):
        beyond = percentile(late, share) - max(0.0, percentile(timers, share))
        yield figure(f"6.{name}", beyond * 1e3)
