"""Slips beside the sales: of a refund, of a new participant, and of coupons that a refund brought."""

from msgspec.structs import replace

from gateway.domain.call import Accepted
from gateway.domain.customer import Customer
from gateway.domain.print_job import PrintJob
from gateway.domain.receipt import Refund, RegisterRef
from gateway.domain.refund import RefundRecord
from gateway.domain.slip import Slip
from gateway.services.print_book import PrintBook
from gateway.services.printing import Printing
from gateway.services.slips import Slips


class SideSlips:
    """Each goes on our printer where slips are ours; whoever asks gets it for the register's printer as well."""

    def __init__(self, slips: Slips, printing: Printing, book: PrintBook) -> None:
        self._slips = slips
        self._printing = printing
        self._book = book

    def refund(self, refund: Refund, *, is_new: bool) -> Slip:
        """A refund that was stored; told again, it is not printed by us again."""
        slip, document = self._slips.refund(refund), refund.document
        if is_new:
            self._print(f"refund:{document.id}", document.register, "refund", slip)
        return slip

    def welcome(
        self, customer: Customer, register: RegisterRef, *, wallet_link: str, rules_version: str, is_new: bool
    ) -> Slip:
        """Of a participant who has just become one; told again, it is not printed by us again."""
        slip = self._slips.welcome(customer, register, wallet_link=wallet_link, rules_version=rules_version)
        if is_new:
            self._print(f"welcome:{customer.id}", register, "welcome", slip)
        return slip

    def issued(self, record: RefundRecord, answer: Accepted) -> tuple[PrintJob, ...]:
        """For the transaction of the refund's answer: the coupons it brought, until somebody has printed them."""
        job = self._coupons(record, answer)
        if job is None:
            return ()
        self._book.know(job)
        return (replace(job, version=0),)

    def answered(self, record: RefundRecord, answer: Accepted) -> None:
        """The answer is stored: what it says is printed while the customer may be there."""
        coupons = self._coupons(record, answer)
        reason = self._printing.hindrance(record.register, record.at)
        slip = () if reason else self._slips.late(record.refund.document, record.at, answer)
        if slip:
            texts = self._printing.new_job(f"texts:{record.id}", record.register, "refund")
            self._printing.put(coupons or texts, slip)
        elif coupons is not None:
            self._printing.unprinted(coupons, reason or "no_template")

    def _coupons(self, record: RefundRecord, answer: Accepted) -> PrintJob | None:
        if not answer.coupons:
            return None
        job = self._printing.new_job(f"coupons:{record.id}", record.register, "coupon")
        return replace(job, codes=tuple(row.code for row in answer.coupons), version=1)

    def _print(self, job_id: str, register: RegisterRef, document: str, slip: Slip) -> None:
        if slip and self._printing.prints_slips_of(register):
            self._printing.put(self._printing.new_job(job_id, register, document), slip)
