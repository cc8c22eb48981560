"""Slips on printers of our own: never in a register's way, durable before the first byte, printed once.

How this works. `put` takes a slip and returns at once. One task makes bytes of slips and stores the jobs; each
printer has a queue and a task of its own. After a crash the jobs of the store go on: what was waiting is printed if
it is still worth it, what was being printed waits for a person.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from functools import partial

import structlog
from msgspec import Struct
from msgspec.structs import replace

from gateway.domain.print_job import JobState, PrintJob, given_up, moved
from gateway.domain.print_outcome import PrintOutcome, Trouble
from gateway.domain.printer_state import PrinterState
from gateway.domain.receipt import RegisterRef
from gateway.domain.slip import Slip
from gateway.errors import Conflict, StoreError
from gateway.ports import Clock, Meter, Printer
from gateway.services.print_book import PrintBook
from gateway.services.print_queue import PrintQueue
from gateway.services.side_jobs import Job

log = structlog.get_logger()

KEPT = timedelta(hours=1)
"""How long an unknown job keeps its bytes, for a person to print it again."""

CODES_KEPT = timedelta(days=7)
"""How long the codes of coupons that did not get on paper are kept: as long as a sale keeps its customer."""

QUEUE = 200
SWEEP_SECONDS = 60.0


class Printers(Struct, frozen=True, kw_only=True):
    """Printers by name, and which of them a register has. `slips_of`: registers whose slips are printed by us.

    `registers` are all of this gateway: jobs of others in the same database are not ours.
    """

    registers: AbstractSet[RegisterRef] = frozenset()
    named: Mapping[str, Printer] = {}
    of_register: Mapping[RegisterRef, str] = {}
    slips_of: AbstractSet[RegisterRef] = frozenset()


class PaperTerms(Struct, frozen=True, kw_only=True):
    """`life`: how long a slip is worth printing: the customer waits while the cashier changes the roll, not for the
    next day. `worth`: the server's texts that come later than this after the receipt find their customer gone.
    `patience`: how long a slip of ours waits for these texts before it is printed without them.
    """

    life: timedelta = timedelta(seconds=180)
    worth: timedelta = timedelta(seconds=30)
    patience: timedelta = timedelta(seconds=5)


Order = Callable[[], Awaitable[None]]
"""What is to be done about a job, one after the other."""


class Printing:
    def __init__(self, printers: Printers, book: PrintBook, clock: Clock, meter: Meter, terms: PaperTerms) -> None:
        self.terms = terms
        self._printers = printers
        self._book = book
        self._clock = clock
        self._meter = meter
        self._orders: asyncio.Queue[Order] = asyncio.Queue(QUEUE)
        self._queues = {
            name: PrintQueue(name, printer, book, clock, meter) for name, printer in printers.named.items()
        }

    def jobs(self) -> list[Job]:
        """What has to run for ever."""
        return [self._take_orders, *(queue.run for queue in self._queues.values()), self._sweep_for_ever]

    def has_printer(self, register: RegisterRef) -> bool:
        return register in self._printers.of_register

    def prints_slips_of(self, register: RegisterRef) -> bool:
        """Whether the register's slips come out of a printer of ours, not only its late coupons."""
        return register in self._printers.slips_of

    def hindrance(self, register: RegisterRef, since: datetime) -> str:
        """Why the server's texts on a receipt of `since` are printed no more; empty when nothing is against it."""
        if not self.has_printer(register):
            return "no_printer"
        return "too_late" if self._clock.now() > since + self.terms.worth else ""

    def new_job(self, job_id: str, register: RegisterRef, document: str) -> PrintJob:
        """Of which nobody has said yet who prints it."""
        now = self._clock.now()
        return PrintJob(
            id=job_id,
            register=register,
            document=document,
            made_at=now,
            expires_at=now + self.terms.life,
            state=JobState.ISSUED,
        )

    def put(self, job: PrintJob, slip: Slip) -> None:
        """Print `slip` on the printer of the job's register. Returns at once, and never raises.

        `job` has no bytes yet; it is new (version 0), or was stored before with the codes of its coupons.
        """
        self._order(partial(self._take, replace(job, printer=self._printers.of_register[job.register]), slip))

    def printed_elsewhere(self, job_id: str) -> None:
        """The register itself prints what the job was to print."""
        self._order(partial(self._book.end, job_id))

    def unprinted(self, job: PrintJob, reason: str) -> None:
        """Its coupons will not be on paper: counted, and the codes kept."""
        self._meter.count("unprinted_coupons", reason=reason)
        self._order(partial(self._keep, moved(job, JobState.UNPRINTED, reason=reason)))

    def undecided(self, job: PrintJob, reason: str) -> None:
        """Its coupons may be on paper: a person looks."""
        self._order(partial(self._keep, moved(job, JobState.UNKNOWN, reason=reason)))

    def _order(self, order: Order) -> None:
        try:
            self._orders.put_nowait(order)
        except asyncio.QueueFull:
            self._meter.count("print_jobs", outcome="queue_full")
            log.warning("slip_dropped", orders=QUEUE)

    def printers(self) -> tuple[PrinterState, ...]:
        """Every printer as it is now."""
        return tuple(self._state(queue) for queue in self._queues.values())

    def _state(self, queue: PrintQueue) -> PrinterState:
        states = [job.state for job in self._book if job.printer == queue.name]
        return PrinterState(
            name=queue.name,
            registers=tuple(ref for ref, name in self._printers.of_register.items() if name == queue.name),
            columns=queue.printer.columns,
            trouble=queue.trouble,
            since=queue.since,
            seen=queue.seen,
            waiting=len(queue),
            unknown=states.count(JobState.UNKNOWN),
            unprinted=states.count(JobState.UNPRINTED),
            last=queue.last,
        )

    def tried(self, name: str, document: str, outcome: PrintOutcome) -> None:
        """Somebody has printed past the queue, to see how the printer is."""
        queue = self._queues[name]
        queue.note(outcome.reason if outcome.may_repeat else Trouble.NONE)
        queue.ended(document, outcome.state)

    async def _take_orders(self) -> None:
        await self._resume()
        while True:
            order = await self._orders.get()
            try:
                await order()
            except StoreError as error:
                log.warning("print_job_not_stored", why=str(error))

    async def _take(self, job: PrintJob, slip: Slip) -> None:
        queue = self._queues[job.printer]
        composed = await queue.printer.compose(slip)
        if composed.lost:
            self._meter.count("print_lost_characters", printer=queue.name)
        expires_at = self._clock.now() + self.terms.life
        await self.enqueue(moved(job, JobState.WAITING, data=composed.data, expires_at=expires_at))

    async def enqueue(self, job: PrintJob) -> None:
        """A WAITING job. If it cannot be stored now, it is stored before its first byte, or it is not printed."""
        self._queues[job.printer].add(await self._book.keep_or_know(job))

    async def _keep(self, job: PrintJob) -> None:
        await self._book.keep(job)

    async def _resume(self) -> None:
        """The jobs that another process has left behind. Until the store can be read they wait."""
        while True:
            try:
                stored = await self._book.stored()
                break
            except StoreError as error:
                log.warning("print_jobs_not_read", why=str(error))
                await self._clock.sleep(1)
        for job in stored:
            if job.register in self._printers.registers and self._book.find(job.id) is None:
                await self._resume_one(job)

    async def _resume_one(self, job: PrintJob) -> None:
        self._book.know(job)
        queue = self._queues.get(job.printer)
        if job.state is JobState.WAITING and queue is not None:
            queue.add(job)
        elif job.state in (JobState.ISSUED, JobState.PRINTING):
            await self._book.keep_or_know(moved(job, JobState.UNKNOWN, reason="restart"))
        elif job.state is JobState.WAITING:
            await self._book.keep_or_know(given_up(job, reason="no_printer"))

    async def _sweep_for_ever(self) -> None:
        while True:
            await self._clock.sleep(SWEEP_SECONDS)
            try:
                await self.sweep()
            except StoreError as error:
                log.warning("print_jobs_not_swept", why=str(error))

    async def sweep(self) -> None:
        """What nobody will print any more loses its bytes, and its codes when nobody will ask for them either.

        Coupons of which nobody has said who prints them are a person's.
        """
        for job in list(self._book):
            try:
                await self._sweep_one(job, self._clock.now() - job.made_at)
            except Conflict:  # another gateway has it, or its delivery was never stored
                self._book.leave(job.id)

    async def _sweep_one(self, job: PrintJob, age: timedelta) -> None:
        if job.state is JobState.ISSUED and age > self.terms.life:
            # its order was dropped: it may be on a register's slip
            await self._book.keep(moved(job, JobState.UNKNOWN, reason="undecided"))
        elif job.state not in (JobState.UNKNOWN, JobState.UNPRINTED):
            return
        elif age > (CODES_KEPT if job.codes else KEPT):
            await self._book.end(job.id)
        elif job.data and age > KEPT:
            await self._book.keep(replace(job, data=b""))
