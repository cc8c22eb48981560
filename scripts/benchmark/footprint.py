"""Figures 11 to 13: what a scrape, the memory and a start cost."""

import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from statistics import median
from urllib.parse import urlsplit

from benchmark.figures import Figure, figure
from benchmark.gateway import Gateway, gateway
from benchmark.load import Job
from benchmark.plan import Plan
from benchmark.processes import load, upstream

SCRAPES = 30
SALES = 100_000
BATCH = 1500
"""Sales between two looks: fewer than the receipts that the gateway remembers, so that each is closed as priced."""

ACTIONS = ["calculate", "payByBonus", "cancelBonusPayment", "confirm", "client", "unknown"]


def measure(plan: Plan) -> Iterator[Figure]:
    with upstream() as up:
        if plan.wants("11"):
            with gateway(up.url, registers=10) as ours:
                yield _stall(plan, ours)
        if plan.wants("12.start"):
            with gateway(up.url) as ours:
                yield from _memory(plan, ours)
        if plan.wants("13"):
            yield figure("13", median(_start(plan, up.url)))


def _stall(plan: Plan, ours: Gateway) -> Figure:
    """The longest wait of a small request while a scrape is made, beyond its usual wait."""
    load(Job(port=ours.port, connections=16, count=plan.scaled(3000), actions=ACTIONS, times=6, registers=10))
    ours.settle()
    series = len(ours.metrics())
    pings = Pings(ours.admin)
    connection = HTTPConnection(urlsplit(ours.admin).netloc)
    stalls = []
    for _ in range(SCRAPES):
        time.sleep(0.05)
        began = time.perf_counter()
        connection.request("GET", "/metrics")
        connection.getresponse().read()
        stalls.append(pings.longest(began, time.perf_counter()) - pings.usual())
    pings.stop()
    plan.note(f"{series} samples; longest of {SCRAPES} stalls {max(stalls) * 1e3:.1f} ms")
    return figure("11", median(stalls) * 1e3, note=f"{series} samples")


class Pings:
    """Asks for `/healthz` again and again in a thread: who waits longer than usual has met a busy loop."""

    def __init__(self, admin: str) -> None:
        self._connection = HTTPConnection(urlsplit(admin).netloc)
        self._taken: list[tuple[float, float]] = []
        self._going = True
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while self._going:
            began = time.perf_counter()
            self._connection.request("GET", "/healthz")
            self._connection.getresponse().read()
            self._taken.append((began, time.perf_counter()))

    def usual(self) -> float:
        return median(end - began for began, end in self._taken)

    def longest(self, began: float, end: float) -> float:
        """Of the pings that were waiting between two moments."""
        time.sleep(0.02)  # the last of them is still on its way
        return max((stop - start for start, stop in self._taken if stop > began and start < end), default=0.0)

    def stop(self) -> None:
        self._going = False
        self._thread.join()


def _memory(plan: Plan, ours: Gateway) -> Iterator[Figure]:
    time.sleep(1)
    start = ours.resident_megabytes()
    yield figure("12.start", start)
    if not plan.soak:
        return
    for first in range(0, plan.scaled(SALES), BATCH):
        for action in ("calculate", "confirm"):
            load(Job(port=ours.port, connections=16, count=BATCH, actions=[action], first=first))
        plan.note(f"{first + BATCH} sales: {ours.resident_megabytes():.1f} MB")
    ours.settle()
    yield figure("12.growth", ours.resident_megabytes() - start)


def _start(plan: Plan, url: str) -> Iterator[float]:
    for _ in plan.rounds("cold start", 5):
        began = time.perf_counter()
        with gateway(url):
            took = time.perf_counter() - began
        plan.note(f"{took:.2f} s")
        yield took
