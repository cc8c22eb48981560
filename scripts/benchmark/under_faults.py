"""Figure 10: whatever the way to the loyalty server does, every register call is answered in time."""

import time
from collections.abc import Iterator

from benchmark.faulty import FAULTS
from benchmark.figures import Figure, figure
from benchmark.gateway import gateway
from benchmark.load import Job, Outcome
from benchmark.plan import Plan
from benchmark.processes import BESIDE, free_port, load, python, upstream

CALLS = 10_000
RATE = 450
"""A second: more than 1,000 registers that ask every three seconds."""

ACTIONS = {"calculate": 0.3, "payByBonus": 0.6, "confirm": 0.3, "client": 0.3}
"""And the budget of each, seconds."""

ALLOWED = 0.03


def measure(plan: Plan) -> Iterator[Figure]:
    """A fresh gateway for each fault."""
    wrong: dict[str, int] = {}
    with upstream() as up:
        for name in FAULTS:
            with python(BESIDE, "faulty", free_port(), str(up.port), name) as proxy:
                time.sleep(1.2 if name == "no connect" else 0)
                wrong[name] = _wrong(plan, proxy.port, name)
    worst = max(wrong, key=lambda name: wrong[name])
    note = f"{plan.scaled(CALLS)} under each of {len(wrong)}" + (f"; most: {worst}" if wrong[worst] else "")
    yield figure("10", sum(wrong.values()), note=note)


def _wrong(plan: Plan, loyalty: int, name: str) -> int:
    with gateway(f"http://127.0.0.1:{loyalty}", registers=10) as ours:
        count = plan.scaled(CALLS)
        job = Job(
            port=ours.port, connections=256, count=count, actions=list(ACTIONS), times=4, registers=10, rate=RATE
        )
        outcome = load(job)
    late = _late(outcome)
    slowest = max((took for _, took in outcome.latencies), default=0)
    said = f"{outcome.unanswered} unanswered, {outcome.refused} not 200, {late} late, slowest {slowest * 1e3:.0f} ms"
    plan.note(f"{name}: {said}")
    return outcome.unanswered + outcome.refused + late


def _late(outcome: Outcome) -> int:
    budgets = list(ACTIONS.values())
    return sum(took > budgets[action] + ALLOWED for action, took in outcome.latencies)
