"""Load in a process of its own: keep-alive connections, one request at a time on each, no pipelining.

Reads a `Job` as JSON from its input, writes an `Outcome` as JSON to its output.
"""

import asyncio
import os
import random
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec
import uvloop
from msgspec import Struct

from benchmark.cores import CANDIDATE
from benchmark.traffic import Round

LAST_ANSWER_SECONDS = 5.0
"""How long the last answers may take before they count as missing: far beyond any budget."""

TICK_SECONDS, STILL_SECONDS = 0.005, 0.01
"""How often the machine is asked whether it still runs, and how late a tick is when it did not."""

STEAL = 8
"""Its place in a row of /proc/stat; counted in ticks of the kernel's clock."""

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")

now = time.perf_counter


class Job(Struct, kw_only=True):
    """`rate` 0: each connection asks again at once; `spread`: all requests within so many seconds, at random.

    `timer`: a bare timer of so many seconds is started beside each request.
    """

    port: int
    connections: int
    count: int
    actions: list[str]
    first: int = 0
    times: int = 1
    apart: int = 64
    registers: int = 1
    rate: float = 0
    spread: float = 0
    timer: float = 0
    marker: str = ""


class Outcome(Struct, kw_only=True):
    """`latencies` in seconds beside the action's place in the job; `timers` is how late each bare timer rang.

    Beside each latency: whether the answer is `marked`, as it contains the job's marker; and `still`, seconds of it
    in which this process did not run either, or the candidate's core was not there.
    """

    seconds: float
    latencies: list[tuple[int, float]]
    unanswered: int
    refused: int
    timers: list[float]
    marked: list[bool]
    still: list[float]


class Lane(asyncio.Protocol):
    """One connection; `on_free` hears when it can take the next request."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._buffer = b""
        self._asked: tuple[int, float] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # what a TCP client gets

    def ask(self, place: int, began: float) -> None:
        self._asked = (place, began)
        self._transport.write(self._load.requests[place])

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        at = self._buffer.find(b"Content-Length: ", 0, end)
        length = int(self._buffer[at + 16 : self._buffer.index(b"\r\n", at)])
        if len(self._buffer) >= end + 4 + length and self._asked is not None:
            answer, self._buffer = self._buffer, b""
            (place, began), self._asked = self._asked, None
            self._load.answered(place, now() - began, answer)
            self._load.free(self)

    def connection_lost(self, _error: Exception | None) -> None:
        if self._asked is not None:
            self._load.lost()


class Standstill:
    """How long this process has stood still in all: the machine's doing, or its neighbours'. And how long the
    candidate's core was taken away from this machine, where that is a virtual one (`steal` of proc(5), /proc/stat).
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.stolen = stolen()
        self._last = now()

    def tick(self) -> None:
        at = now()
        late = at - self._last - TICK_SECONDS
        if late > STILL_SECONDS:
            self.seconds += late
        self._last = at

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self.tick()
            self.stolen = stolen()

    def since(self, before: tuple[float, float]) -> float:
        """Seconds, of the two whichever was longer: often both are the same moment."""
        return max(self.seconds - before[0], self.stolen - before[1])


def stolen() -> float:
    """Seconds since the machine's start."""
    with Path("/proc/stat").open("rb", buffering=0) as file:
        rows = file.read(4096).splitlines()
    return next(int(row.split()[STEAL]) / CLOCK_TICKS for row in rows if row.startswith(b"cpu%d " % CANDIDATE))


class Load:
    def __init__(self, job: Job) -> None:
        self._job = job
        self._round = Round(job.actions, job.first, job.times, job.apart)
        self.requests = [self._round.request(place, job.registers) for place in range(job.count)]
        self._latencies: list[tuple[int, float]] = []
        self._counts = {"unanswered": 0, "refused": 0}
        self._timers: list[float] = []
        self._standstill = Standstill()
        self._still_before = [(0.0, 0.0)] * job.count
        self._still: list[float] = []
        self._marked: list[bool] = []
        self._due: deque[tuple[int, float]] = deque()
        self._idle: deque[Lane] = deque()
        self._over = asyncio.Event()
        self._marker = job.marker.encode()
        self.free: Callable[[Lane], None] = self._ask_next

    async def run(self) -> Outcome:
        loop = asyncio.get_running_loop()
        for _ in range(self._job.connections):
            _, lane = await loop.create_connection(lambda: Lane(self), "127.0.0.1", self._job.port)
            self._idle.append(lane)
        ticks = asyncio.create_task(self._standstill.watch())
        began = now()
        self._begin(loop)
        try:
            await asyncio.wait_for(self._over.wait(), self._expected() + LAST_ANSWER_SECONDS)
        except TimeoutError:
            self._counts["unanswered"] += self._job.count - len(self._latencies) - self._counts["unanswered"]
        ticks.cancel()
        return Outcome(
            seconds=now() - began,
            latencies=self._latencies,
            timers=self._timers,
            marked=self._marked,
            still=self._still,
            **self._counts,
        )

    def _expected(self) -> float:
        return self._job.count / self._job.rate if self._job.rate else 60.0

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        dice = random.Random(1)  # noqa: S311 - repeatable, not secret
        if self._job.rate or self._job.spread:
            self.free = self._ask_when_due
            for place in range(self._job.count):
                after = place / self._job.rate if self._job.rate else dice.random() * self._job.spread
                loop.call_later(after, self._fall_due, place)
            return
        self._due.extend((place, 0.0) for place in range(self._job.count))
        while self._idle and self._due:
            self._ask_next(self._idle.popleft())

    def _fall_due(self, place: int) -> None:
        began = now()
        self._standstill.tick()  # what was over by now is not this one's
        self._still_before[place] = (self._standstill.seconds, self._standstill.stolen)
        self._due.append((place, began))
        if self._job.timer:
            asyncio.get_running_loop().call_later(self._job.timer, self._rang, began)
        if self._idle:
            self._idle.popleft().ask(*self._due.popleft())

    def _rang(self, began: float) -> None:
        self._timers.append(now() - began - self._job.timer)

    def _ask_when_due(self, lane: Lane) -> None:
        if self._due:
            lane.ask(*self._due.popleft())
        else:
            self._idle.append(lane)

    def _ask_next(self, lane: Lane) -> None:
        if self._due:
            lane.ask(self._due.popleft()[0], now())

    def answered(self, place: int, took: float, answer: bytes) -> None:
        self._standstill.tick()
        self._latencies.append((self._round.action(place), took))
        self._still.append(self._standstill.since(self._still_before[place]))
        self._counts["refused"] += not answer.startswith(b"HTTP/1.1 200")
        self._marked.append(bool(self._marker) and self._marker in answer)
        self._end_when_over()

    def lost(self) -> None:
        """The connection went away without an answer; a new one takes its place."""
        self._counts["unanswered"] += 1
        self._end_when_over()
        self._again = asyncio.ensure_future(self._reconnect())

    async def _reconnect(self) -> None:
        _, lane = await asyncio.get_running_loop().create_connection(lambda: Lane(self), "127.0.0.1", self._job.port)
        self.free(lane)

    def _end_when_over(self) -> None:
        if len(self._latencies) + self._counts["unanswered"] >= self._job.count:
            self._over.set()


if __name__ == "__main__":
    outcome = uvloop.run(Load(msgspec.json.decode(sys.stdin.buffer.read(), type=Job)).run())
    sys.stdout.buffer.write(msgspec.json.encode(outcome))
