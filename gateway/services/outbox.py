"""Work that must be done whatever happens: taken from the store when due, settled in the store when done."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog
from msgspec.structs import replace

from gateway.domain.change import Change
from gateway.domain.deadline import Deadline
from gateway.domain.work import SOON, Lane, Work, WorkKind
from gateway.errors import GatewayError, StoreError
from gateway.ports import Meter
from gateway.services.records import Records

log = structlog.get_logger()

LEASE = timedelta(seconds=30)
LONGEST_WAIT = 60.0
LONGEST_SLEEP = SOON.total_seconds()
"""Seconds between looks at the store even when nobody rings: another gateway may have left work behind."""


class Later(Exception):
    """Nothing more can be done now; `seconds` until it is worth another look, None for the usual back-off."""

    def __init__(self, seconds: float | None = None) -> None:
        super().__init__()
        self.seconds = seconds


Handler = Callable[[Work], Awaitable[bool | None]]
"""Does one piece of work. Returns when it is done for good, raises `Later` when it must be tried again.

True: the store has forgotten the work already, in the transaction of its outcome.
"""


class Outbox:
    """`parallel` bounds how many calls a lane makes at once: a recovering server is not run over."""

    def __init__(self, records: Records, meter: Meter, parallel: int) -> None:
        self._records = records
        self._meter = meter
        self._parallel = parallel
        self._handlers: Mapping[WorkKind, Handler] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._looks: dict[Lane, float] = {}

    def serve(self, handlers: Mapping[WorkKind, Handler]) -> None:
        """Who does what. Set once, before the lanes run."""
        self._handlers = handlers

    def start(self, work: Work, handler: Handler | None = None) -> "asyncio.Task[None]":
        """Do one piece of work now, whatever becomes of the caller; by its usual handler when none is given."""
        task = asyncio.create_task(self._do(work, handler or self._handlers[work.kind]), name=work.id)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def try_now(self, work: Work, deadline: Deadline, handler: Handler | None = None) -> None:
        """Begin a piece of work early and wait for it until the deadline; it goes on in the background.

        Not while the computer has lost its time: the server would be told a wrong one.
        """
        if self._records.clock.lost():
            return
        seconds = deadline.left(self._records.clock.monotonic())
        await _ended(self.start(work, handler), seconds)

    def lateness(self) -> float:
        """Seconds since the slowest lane should have looked again; above zero for long, it is stuck."""
        now = self._records.clock.monotonic()
        return max((now - promised for promised in self._looks.values()), default=0.0)

    async def run(self, lane: Lane) -> None:
        """Serve one lane until cancelled."""
        busy: set[asyncio.Task[None]] = set()
        while True:
            self._looks[lane] = self._records.clock.monotonic() + LONGEST_SLEEP
            if self._records.clock.lost():
                self._looks[lane] += LONGEST_WAIT
                log.error("clock_lost", lane=lane)
                await self._records.clock.sleep(LONGEST_WAIT)
                continue
            try:
                busy = {task for task in busy if not task.done()}
                taken = await self._take(lane, self._parallel - len(busy))
                busy |= {self.start(work) for work in taken}
                await self._rest(lane, busy, full=len(busy) >= self._parallel)
            except StoreError as error:
                log.warning("outbox_store_away", lane=lane, why=str(error))
                await self._records.clock.sleep(LONGEST_SLEEP)

    async def drain(self, seconds: float) -> None:
        """Let running work end; what does not is done again after the start, with the same keys."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)

    async def _take(self, lane: Lane, room: int) -> list[Work]:
        if room <= 0:
            return []
        now = self._records.clock.now()
        return list(await self._records.store.lease(lane, now, room, now + LEASE))

    async def _rest(self, lane: Lane, busy: set["asyncio.Task[None]"], *, full: bool) -> None:
        """Until work falls due, somebody rings, or a place becomes free."""
        if full:
            await asyncio.wait(busy, timeout=LONGEST_SLEEP, return_when=asyncio.FIRST_COMPLETED)
            return
        due = await self._records.store.next_due(lane)
        seconds = LONGEST_SLEEP
        if due is not None:
            seconds = min(LONGEST_SLEEP, max(0.0, (due - self._records.clock.now()).total_seconds()))
        await self._records.rung(lane, seconds)

    async def _do(self, work: Work, handler: Handler) -> None:
        try:
            is_settled = await handler(work)
        except Later as later:
            await self._settle(work, Change(again=(self._again(work, later.seconds),)))
        except GatewayError as error:
            log.warning("work_failed", work=work.kind, subject=work.subject, why=error.logged)
            await self._settle(work, Change(again=(self._again(work, None),)))
        except Exception:  # the supervisor of all work: one broken piece must not stop the others
            log.exception("work_broken", work=work.kind, subject=work.subject)
            await self._settle(work, Change(again=(self._again(work, LONGEST_WAIT),)))
        else:
            if not is_settled:
                await self._settle(work, Change(done=(work,)))

    def _again(self, work: Work, seconds: float | None) -> Work:
        self._meter.count("outbox_retries", kind=work.kind)
        wait = backoff(work.tries) if seconds is None else seconds
        return replace(work, due=self._records.clock.now() + timedelta(seconds=wait), tries=work.tries + 1)

    async def _settle(self, work: Work, change: Change) -> None:
        """While the lease is ours. When even this cannot be stored, it runs out and the work is done again."""
        try:
            await self._records.commit(change)
        except StoreError as error:
            log.warning("work_not_settled", work=work.kind, subject=work.subject, why=str(error))


async def _ended(task: "asyncio.Task[None]", seconds: float) -> None:
    """Until it has ended, or so many seconds are over. `asyncio.wait` is for many, and takes five times as long."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    timer = loop.call_later(seconds, _wake, over)
    task.add_done_callback(lambda _task: _wake(over))
    try:
        await over
    finally:
        timer.cancel()


def _wake(sleeper: "asyncio.Future[None]") -> None:
    if not sleeper.done():
        sleeper.set_result(None)


def backoff(tries: int) -> float:
    """1, 2, 4 … 60 s, give or take a fifth, so that many stores do not knock together."""
    return min(LONGEST_WAIT, 2.0 ** min(tries, 10)) * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
