"""What is measured, and what it must and should come to."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

Met = Literal["aim", "must", "missed", "reported"]


class Target(Struct, frozen=True, kw_only=True):
    """`must` and `aim` are limits of `value`; None where a figure is only reported."""

    name: str
    unit: str
    must: float | None = None
    aim: float | None = None
    larger_is_better: bool = False

    def met(self, value: float | None) -> Met:
        if self.must is None and self.aim is None:
            return "reported"
        for limit, word in ((self.aim, "aim"), (self.must, "must")):
            if value is not None and limit is not None and self._holds(value, limit):
                return "aim" if word == "aim" else "must"
        return "missed" if self.must is not None else "reported"

    def _holds(self, value: float, limit: float) -> bool:
        return value >= limit if self.larger_is_better else value <= limit


class Figure(Struct, frozen=True, kw_only=True):
    """One row of the result; `value` is None when there was nothing to measure."""

    id: str
    name: str
    value: float | None
    unit: str
    must: float | None
    aim: float | None
    met: Met


MORE = True
TARGETS: dict[str, Target] = {
    "1": Target(name="calculate: requests/s, 16 connections", unit="x M", must=0.70, aim=1.2, larger_is_better=MORE),
    "2": Target(name="confirm with durable row: requests/s", unit="x M", must=0.60, aim=1.0, larger_is_better=MORE),
    "3": Target(name="processor time per calculate", unit="x M", must=1.4, aim=0.9),
    "4": Target(name="added p50, 1 connection", unit="x M", must=1.25, aim=0.7),
    "5": Target(name="open loop 300/s: p99", unit="x M", must=1.5, aim=1.1),
    "6.p99": Target(name="hanging server: later than the budget, p99", unit="ms", must=5, aim=1.5),
    "6.p999": Target(name="hanging server: later than the budget, p99.9", unit="ms", must=15, aim=5),
    "6.max": Target(name="hanging server: later than the budget, max", unit="ms", must=30, aim=10),
    "7": Target(name="answers without data, hedged / not", unit="ratio", must=0.05, aim=0.03),
    "7b.300": Target(name="median 250 ms, budget 300 ms: without data", unit="%"),
    "7b.600": Target(name="median 250 ms, budget 600 ms: without data", unit="%", aim=1),
    "8": Target(name="more calls by hedging, all slow", unit="%", must=10, aim=10),
    "9": Target(name="closes/s, 64 callers / one commit each", unit="ratio", must=4, aim=5, larger_is_better=MORE),
    "10": Target(name="register calls under faults: unanswered or late", unit="calls", must=0, aim=0),
    "11": Target(name="loop stalled by a scrape, 10 registers", unit="ms", must=10, aim=3),
    "12.start": Target(name="resident memory after start", unit="MB", aim=80),
    "12.growth": Target(name="more memory after 100,000 sales", unit="MB", aim=10),
    "13": Target(name="cold start to ready", unit="s", must=1.0, aim=0.5),
}


ORDER: tuple[Met, ...] = ("aim", "must", "missed")


def worst(*met: Met) -> Met:
    """Of a figure that has to hold in two ways."""
    return max(met, key=ORDER.index)


def figure(id_: str, value: float | None, *, note: str = "", met: Met | None = None) -> Figure:
    """`note` goes behind the name; `met` where the value alone does not decide."""
    target = TARGETS[id_]
    rounded = None if value is None else round(value, 3)
    return Figure(
        id=id_,
        name=f"{target.name} ({note})" if note else target.name,
        value=rounded,
        unit=target.unit,
        must=target.must,
        aim=target.aim,
        met=met or target.met(value),
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-len(ordered) * share // 1) - 1))]
