"""One printer's jobs: in order, one at a time, each once.

How this works. The front job is tried until the printer takes it or its time is over: while nothing was sent, trying
again cannot print twice. Before the first byte the account says PRINTING; whatever breaks from then on, a crash of
ours included, leaves the job UNKNOWN, and only a person prints it again.
"""

import asyncio
from collections import deque
from datetime import datetime

import structlog
from msgspec.structs import replace

from gateway.domain.print_job import JobState, PrintJob, given_up, moved
from gateway.domain.print_outcome import PrintOutcome, PrintState, Trouble
from gateway.domain.printer_state import LastJob
from gateway.errors import Conflict, StoreError
from gateway.ports import Clock, Meter, Printer
from gateway.services.print_book import PrintBook

log = structlog.get_logger()

JOB_SECONDS = 120.0
"""At most for one job: a long slip on a slow serial line. The printer's own time-outs notice a stall much earlier."""

AGAIN_SECONDS = 2.0
"""Between tries of a job that the printer does not take: paper in, and the slip comes out."""

LOOK_SECONDS = 60.0
"""Between looks at an idle printer, so that somebody puts paper in before a customer waits for it."""


class PrintQueue:
    """`trouble` is why the printer does not print, since `since`; `seen` when that was last found out.

    `last` is the job that ended last.
    """

    def __init__(self, name: str, printer: Printer, book: PrintBook, clock: Clock, meter: Meter) -> None:
        self.name = name
        self.printer = printer
        self.trouble = Trouble.NONE
        self.since: datetime | None = None
        self.seen: datetime | None = None
        self.last: LastJob | None = None
        self._book = book
        self._clock = clock
        self._meter = meter
        self._jobs: deque[PrintJob] = deque()
        self._bell = asyncio.Event()

    def __len__(self) -> int:
        return len(self._jobs)

    def add(self, job: PrintJob) -> None:
        """A WAITING job."""
        self._jobs.append(job)
        self._count()
        self._bell.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            if not self._jobs:
                await self._idle()
            elif await self._is_settled():
                self._jobs.popleft()
                self._count()
            else:
                await self._clock.sleep(AGAIN_SECONDS)

    async def _idle(self) -> None:
        """Look at the printer, then wait for a job, but not for longer than until the next look."""
        self._bell.clear()
        self.note(await self.printer.look(timeout=JOB_SECONDS))
        waits = {asyncio.ensure_future(self._bell.wait()), asyncio.ensure_future(self._clock.sleep(LOOK_SECONDS))}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _is_settled(self) -> bool:
        """Whether the front job is over, one way or the other."""
        job = self._jobs[0]
        if self._clock.now() >= job.expires_at:
            await self._expire(job)
            return True
        try:
            outcome = await self._attempt(job)
        except Conflict:  # another gateway of this database has taken it
            self._book.leave(job.id)
            return True
        except StoreError as error:
            log.warning("print_job_not_stored", printer=self.name, why=str(error))
            return False
        self.note(outcome.reason if outcome.may_repeat else Trouble.NONE)
        if outcome.may_repeat:
            self._jobs[0] = await self._waiting_again(outcome)
            return False
        self._meter.count("print_jobs", outcome=outcome.state)
        self.ended(job.document, outcome.state)
        await self._end(self._jobs[0], outcome)
        return True

    async def _attempt(self, job: PrintJob) -> PrintOutcome:
        async def begin() -> None:
            self._jobs[0] = await self._book.keep(moved(self._jobs[0], JobState.PRINTING))

        return await self.printer.print(job.data, timeout=JOB_SECONDS, begin=begin)

    async def _waiting_again(self, outcome: PrintOutcome) -> PrintJob:
        """Counted once, however often it is tried."""
        job = self._jobs[0]
        if job.state is JobState.PRINTING:  # its way ended before the first byte
            job = await self._book.keep_or_know(moved(job, JobState.WAITING))
        if not job.reason:
            self._meter.count("print_jobs", outcome=outcome.state)
        return replace(job, reason=outcome.reason)

    async def _end(self, job: PrintJob, outcome: PrintOutcome) -> None:
        if outcome.state is not PrintState.UNKNOWN:
            await self._book.end(job.id)
            return
        log.error("print_job_unknown", printer=self.name, job=job.id, why=outcome.reason)
        await self._book.keep_or_know(moved(job, JobState.UNKNOWN, reason=outcome.reason))

    async def _expire(self, job: PrintJob) -> None:
        """The customer is gone. Coupons keep their codes; what may be on paper is a person's again."""
        self._meter.count("print_jobs", outcome="expired")
        self.ended(job.document, "expired")
        log.warning("print_job_expired", printer=self.name, job=job.id, why=job.reason)
        over = given_up(job)
        if not job.codes and over.state is JobState.UNPRINTED:
            await self._book.end(job.id)
            return
        if over.state is JobState.UNPRINTED:
            self._meter.count("unprinted_coupons", reason=job.reason or "expired")
        await self._book.keep_or_know(over)

    def ended(self, document: str, outcome: str) -> None:
        self.last = LastJob(document=document, outcome=outcome, at=self._clock.now())

    def note(self, trouble: Trouble) -> None:
        """What was just seen of the printer."""
        self.seen = self._clock.now()
        if trouble is self.trouble and self.since is not None:
            return
        if trouble is not self.trouble:
            self._meter.set("printer_trouble", 0, printer=self.name, reason=self.trouble or "none")
            if trouble is Trouble.NONE:
                log.info("printer_ready", printer=self.name)
            else:
                log.error("printer_trouble", printer=self.name, why=trouble)
        self.trouble, self.since = trouble, self.seen
        self._meter.set("printer_trouble", 1, printer=self.name, reason=trouble or "none")

    def _count(self) -> None:
        self._meter.set("print_jobs_waiting", len(self._jobs), printer=self.name)
