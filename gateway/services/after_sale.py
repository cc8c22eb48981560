"""What a closed receipt puts on paper, and when: its slip once, and every coupon that came after its answer.

How this works. While a register waits for its answer the sale is "answering". When the answer carries the server's
texts, it is the slip. When it does not, a printer of ours waits a moment longer for them, then prints what is known;
what the server says later is printed apart, as long as the customer may still be there. Coupons are stored in the
same transaction as the delivery that brought them: a crash cannot lose their codes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from gateway.domain.call import Accepted
from gateway.domain.customer import Customer
from gateway.domain.print_job import JobState, PrintJob
from gateway.domain.receipt import Refund, RegisterRef
from gateway.domain.sale_record import Close, Sale, State
from gateway.domain.slip import Slip
from gateway.ports import Clock, Meter
from gateway.services.print_book import PrintBook
from gateway.services.printing import LIFE, Printing
from gateway.services.slips import Slips

WORTH = timedelta(seconds=30)
"""Texts that come later than this after the close find their customer gone."""

PATIENCE = timedelta(seconds=5)
"""How long a slip of ours waits for the server's texts before it is printed without them."""

TICK_SECONDS = 0.5


class Answer:
    """What a register is told of its close.

    `sale` as it was read for the answer, None when the close was not taken; `is_first` when no answer went before.
    `delivered` is the sale as its delivery was stored in the meantime.
    """

    def __init__(self) -> None:
        self.sale: Sale | None = None
        self.slip: Slip = ()
        self.customer: Customer | None = None
        self.is_first = False
        self.delivered: Sale | None = None


class Held(Struct, frozen=True):
    """A slip that waits for the server's texts."""

    sale: Sale
    slip: Slip
    customer: Customer | None
    until: datetime


class AfterSale:
    def __init__(self, slips: Slips, printing: Printing, book: PrintBook, clock: Clock, meter: Meter) -> None:
        self._slips = slips
        self._printing = printing
        self._book = book
        self._clock = clock
        self._meter = meter
        self._answering: dict[str, Answer] = {}
        self._held: dict[str, Held] = {}
        self._told_before: set[str] = set()  # all was known and told before the delivery was stored

    def issued(self, sale: Sale) -> tuple[PrintJob, ...]:
        """For the transaction of the delivery: the coupons it brought, until somebody has printed them."""
        job = self._coupons(sale)
        if job is None:
            return ()
        self._book.know(job)
        return (replace(job, version=0),)

    @contextmanager
    def answering(self, sale_id: str) -> Iterator[Answer]:
        """Around the answer to a close."""
        answer = self._answering[sale_id] = Answer()
        try:
            yield answer
        finally:
            if self._answering.get(sale_id) is answer:
                del self._answering[sale_id]
            self._answered(answer)

    def delivered(self, sale: Sale) -> None:
        """The delivery is stored, with what the server said."""
        answer = self._answering.get(sale.id)
        if answer is not None:
            answer.delivered = sale
        elif sale.id in self._told_before:
            self._told_before.discard(sale.id)
            self._printed_elsewhere(sale)
        elif sale.close is not None:
            self._late(sale, sale.close)

    def refunded(self, refund: Refund, slip: Slip) -> None:
        """A refund was stored, and this is its slip."""
        document = refund.document
        if slip and self._printing.prints_slips_of(document.register):
            self._printing.put(self._job(f"refund:{document.id}", document.register, "refund"), slip)

    async def run(self) -> None:
        """Until cancelled: prints the slips that have waited long enough."""
        while True:
            await self._clock.sleep(TICK_SECONDS)
            now = self._clock.now()
            for held in [row for row in self._held.values() if row.until <= now]:
                del self._held[held.sale.id]
                self._printing.put(self._slip_job(held.sale), held.slip)

    def _answered(self, answer: Answer) -> None:
        sale = answer.sale
        if sale is not None and sale.outcome is not None and not self._is_overtaken(sale, answer):
            self._told(answer.delivered or sale, answer)
            return
        if sale is not None and answer.is_first and answer.slip and self._printing.prints_slips_of(sale.register):
            until = self._clock.now() + PATIENCE
            self._held[sale.id] = Held(sale, answer.slip, answer.customer, until)
        if answer.delivered is not None:
            self.delivered(answer.delivered)

    def _is_overtaken(self, sale: Sale, answer: Answer) -> bool:
        """Whether the delivery came during a repeated answer, which prints nothing of it where slips are ours."""
        return answer.delivered is not None and not answer.is_first and self._printing.prints_slips_of(sale.register)

    def _told(self, sale: Sale, answer: Answer) -> None:
        """All was known in time. A repeated answer prints nothing again: that is on paper, or on its way."""
        stored = sale.state is State.DELIVERED
        is_ours = self._printing.prints_slips_of(sale.register)
        if is_ours and not (answer.is_first and answer.slip):
            return
        if not stored:
            self._told_before.add(sale.id)
        if is_ours:
            coupons = self._coupons(sale) if stored else None
            self._printing.put(coupons or self._slip_job(sale), answer.slip)
            if stored and (repeat := self._answering.get(sale.id)) is not None:
                repeat.delivered = None  # it is on this slip
        else:
            self._printed_elsewhere(sale)

    def _printed_elsewhere(self, sale: Sale) -> None:
        if self._coupons(sale) is not None:
            self._printing.printed_elsewhere(_coupons_id(sale))

    def _late(self, sale: Sale, close: Close) -> None:
        """The server's texts after the register's answer."""
        coupons = self._coupons(sale)
        reason = self._hindrance(sale, close)
        if reason:
            if self._printing.has_printer(sale.register):
                self._meter.count("print_jobs", outcome=reason)
            self._unprinted(coupons, reason)
            return
        held = self._held.pop(sale.id, None)
        outcome = sale.outcome or Accepted()
        slip = self._slips.sale(close, outcome, held.customer) if held else self._slips.late(close, outcome)
        if slip:
            self._printing.put(coupons or self._slip_job(sale), slip)
        else:
            self._unprinted(coupons, "no_template")

    def _hindrance(self, sale: Sale, close: Close) -> str:
        """Why nothing of this sale is printed any more; empty when nothing is against it."""
        if not self._printing.has_printer(sale.register):
            return "no_printer"
        return "too_late" if self._clock.now() > close.at + WORTH else ""

    def _unprinted(self, coupons: PrintJob | None, reason: str) -> None:
        if coupons is not None:
            self._printing.unprinted(coupons, reason)

    def _coupons(self, sale: Sale) -> PrintJob | None:
        """The job that the delivery stored; None when it brought no coupon."""
        if sale.outcome is None or not sale.outcome.coupons:
            return None
        job = self._job(_coupons_id(sale), sale.register, "coupon")
        return replace(job, codes=_codes(sale), version=1)

    def _slip_job(self, sale: Sale) -> PrintJob:
        """With the codes that stand on it: no coupon job exists before the delivery is stored."""
        return replace(self._job(f"slip:{sale.id}", sale.register, "sale"), codes=_codes(sale))

    def _job(self, job_id: str, register: RegisterRef, document: str) -> PrintJob:
        now = self._clock.now()
        return PrintJob(
            id=job_id,
            register=register,
            document=document,
            made_at=now,
            expires_at=now + LIFE,
            state=JobState.ISSUED,
        )


def _codes(sale: Sale) -> tuple[str, ...]:
    return tuple(row.code for row in sale.outcome.coupons) if sale.outcome else ()


def _coupons_id(sale: Sale) -> str:
    return f"coupons:{sale.id}"
