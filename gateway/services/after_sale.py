"""What a closed receipt puts on paper, and when: its slip once, and every coupon that came after its answer.

How this works. While a register waits for its answer the sale is "answering". When the answer carries the server's
texts, it is the slip. When it does not, a printer of ours waits a moment longer for them, then prints what is known;
what the server says later is printed apart, as long as the customer may still be there. Coupons are stored in the
same transaction as the delivery that brought them: a crash cannot lose their codes.
"""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from gateway.domain.call import Accepted
from gateway.domain.customer import Customer
from gateway.domain.print_job import PrintJob
from gateway.domain.sale_record import Close, Sale, State
from gateway.domain.slip import Slip
from gateway.ports import Meter
from gateway.services.print_book import PrintBook
from gateway.services.printing import Printing
from gateway.services.records import Records
from gateway.services.slips import Slips

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
    def __init__(self, slips: Slips, printing: Printing, book: PrintBook, records: Records, meter: Meter) -> None:
        self._slips = slips
        self._printing = printing
        self._book = book
        self._clock = records.clock
        self._pays_apart = records.terms.profile.pays_apart
        self._began = records.clock.now()
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

    def answering(self, sale_id: str) -> Answer:
        """The answer to a close begins: `answered` has to end it, whatever becomes of it."""
        answer = self._answering[sale_id] = Answer()
        return answer

    def answered(self, sale_id: str, answer: Answer) -> None:
        """The answer is made, or will not be."""
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
            until = self._clock.now() + self._printing.terms.patience
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
        if self._pays_apart and (close.taken_at or close.at) < self._began:
            self._undecided(coupons)  # the process before us may have told it all, and then died
            return
        reason = self._printing.hindrance(sale.register, close.at)
        if reason:
            if self._printing.has_printer(sale.register):
                self._meter.count("print_jobs", outcome=reason)
            self._unprinted(coupons, reason)
            return
        held = self._held.pop(sale.id, None)
        outcome = sale.outcome or Accepted()
        if held:
            slip = self._slips.sale(close, outcome, held.customer)
        else:
            slip = self._slips.late(close.receipt, close.at, outcome)
        if slip:
            self._printing.put(coupons or self._slip_job(sale), slip)
        else:
            self._unprinted(coupons, "no_template")

    def _undecided(self, coupons: PrintJob | None) -> None:
        if coupons is not None:
            self._printing.undecided(coupons, "restart")

    def _unprinted(self, coupons: PrintJob | None, reason: str) -> None:
        if coupons is not None:
            self._printing.unprinted(coupons, reason)

    def _coupons(self, sale: Sale) -> PrintJob | None:
        """The job that the delivery stored; None when it brought no coupon."""
        if sale.outcome is None or not sale.outcome.coupons:
            return None
        job = self._printing.new_job(_coupons_id(sale), sale.register, "coupon")
        return replace(job, codes=_codes(sale), version=1)

    def _slip_job(self, sale: Sale) -> PrintJob:
        """With the codes that stand on it: no coupon job exists before the delivery is stored."""
        return replace(self._printing.new_job(f"slip:{sale.id}", sale.register, "sale"), codes=_codes(sale))


def _codes(sale: Sale) -> tuple[str, ...]:
    return tuple(row.code for row in sale.outcome.coupons) if sale.outcome else ()


def _coupons_id(sale: Sale) -> str:
    return f"coupons:{sale.id}"
