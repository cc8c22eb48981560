"""Figure 10: whatever the way to the loyalty server does, every register call is answered in time."""

import time
from collections.abc import Iterator

from msgspec import Struct

from benchmark.cores import BESIDE
from benchmark.faulty import FAULTS
from benchmark.figures import Figure, figure
from benchmark.gateway import gateway
from benchmark.load import Job, Outcome
from benchmark.plan import Plan
from benchmark.processes import free_port, load, python, upstream

CALLS = 10_000
RATE = 450
"""A second: more than 1,000 registers that ask every three seconds."""

ACTIONS = {"calculate": 0.3, "payByBonus": 0.6, "confirm": 0.3, "client": 0.3}
"""And the budget of each, seconds."""

ALLOWED = 0.03


class Found(Struct):
    """Calls without an answer or a 200, late ones, and ones that were late because this computer stood still."""

    failed: int
    late: int
    excused: int

    @property
    def wrong(self) -> int:
        return self.failed + self.late


def measure(plan: Plan) -> Iterator[Figure]:
    """A fresh gateway for each fault."""
    found: dict[str, Found] = {}
    with upstream() as up:
        for name in FAULTS:
            with python(BESIDE, "faulty", free_port(), str(up.port), name) as proxy:
                time.sleep(1.2 if name == "no connect" else 0)
                found[name] = _ask(plan, proxy.port, name)
    wrong, excused = sum(each.wrong for each in found.values()), sum(each.excused for each in found.values())
    note = f"{plan.scaled(CALLS)} under each of {len(found)}"
    if wrong:
        note += f"; most: {max(found, key=lambda name: found[name].wrong)}"
    if excused:
        note += f"; {excused} more while the machine stood still"
    yield figure("10", wrong, note=note)


def _ask(plan: Plan, loyalty: int, name: str) -> Found:
    with gateway(f"http://127.0.0.1:{loyalty}", registers=10) as ours:
        count = plan.scaled(CALLS)
        job = Job(
            port=ours.port, connections=256, count=count, actions=list(ACTIONS), times=4, registers=10, rate=RATE
        )
        outcome = load(job)
    found = judged(outcome)
    slowest = max((took for _, took in outcome.latencies), default=0)
    plan.note(
        f"{name}: {found.failed} not answered well, {found.late} late, {found.excused} excused, "
        f"slowest {slowest * 1e3:.0f} ms"
    )
    return found


def judged(outcome: Outcome) -> Found:
    """Late beyond a bare timer beside it: what the machine stood still is not the gateway's."""
    limits = [budget + ALLOWED for budget in ACTIONS.values()]
    over = [took - limits[action] for action, took in outcome.latencies]
    late = sum(by > still for by, still in zip(over, outcome.still, strict=True))
    return Found(outcome.unanswered + outcome.refused, late, sum(by > 0 for by in over) - late)
