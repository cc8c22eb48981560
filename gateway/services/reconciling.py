"""A register's own report held against what the gateway was told: what it never heard of is delivered late.

Nothing is sent twice: a receipt is looked for under its shift and number first, then by its sum and time; only one
that is surely unknown gets an identity, which is the same at every run, and which its own late close finds again.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from msgspec import Struct, field

from gateway.domain.money import ZERO
from gateway.domain.receipt import Receipt, RegisterRef, content_digest
from gateway.domain.refund import RefundRecord
from gateway.domain.sale_events import CloseAsked, Verdict
from gateway.domain.sale_record import Close, Sale
from gateway.domain.till_report import Difference, DifferenceKind, Reconciled, Reported
from gateway.ports import TillReport
from gateway.services.records import Records

NEAR = timedelta(minutes=5)
"""Two receipts of one sum this close to each other may be one, whatever their numbers say."""

WHO = "report"


class Told(Struct, frozen=True, kw_only=True):
    """A receipt as the gateway was told it."""

    id: str
    number: str
    totals: frozenset[Decimal]
    at: datetime
    is_refund: bool


class KnownShift(Struct):
    """What the gateway knows of a shift; `met` are those the report has, too."""

    told: list[Told]
    met: set[str] = field(default_factory=set)


class Reconciling:
    def __init__(self, records: Records, settle: timedelta) -> None:
        """`settle`: how long a shift has to be closed: until then a register may still send what it kept."""
        self._records = records
        self._settle = settle
        self._shifts: dict[tuple[RegisterRef, str], KnownShift] = {}

    async def reconcile(
        self, report: TillReport, *, send: bool, line: Callable[[int], None] = lambda _line: None
    ) -> Reconciled:
        """Compare all settled shifts of the report; with `send`, deliver what was never told."""
        receipts = sent = 0
        differences: list[Difference] = []
        visited: dict[tuple[RegisterRef, str], None] = {}
        for reported in report.receipts(self._records.clock.now() - self._settle, line):
            receipts += 1
            visited[reported.receipt.register, reported.receipt.shift] = None
            difference = await self._compare(reported)
            if difference is None:
                continue
            if send and difference.kind is DifferenceKind.MISSING:
                sent += await self._deliver(reported.receipt)
            differences.append(difference)
        for register, shift in visited:
            known = await self._shift(register, shift)
            differences.extend(_unreported(register, shift, known, report.since[register]))
        agreed = receipts - sum(row.kind is not DifferenceKind.UNREPORTED for row in differences)
        return Reconciled(
            receipts=receipts,
            agreed=agreed,
            sent=sent,
            differences=tuple(differences),
            unread=tuple(report.unread),
        )

    async def _compare(self, reported: Reported) -> Difference | None:
        """None when the gateway was told the same."""
        receipt = reported.receipt
        shift = await self._shift(receipt.register, receipt.shift)
        same = [row for row in shift.told if row.number == receipt.number and row.is_refund == reported.is_refund]
        shift.met.update(row.id for row in same)
        if any(_total(reported) in row.totals for row in same):
            return None
        if same:
            return _difference(DifferenceKind.TOTAL, reported, told=max(same[0].totals))
        kind, why = await self._unknown(reported)
        return _difference(kind, reported, why=why)

    async def _unknown(self, reported: Reported) -> tuple[DifferenceKind, str]:
        """What to make of a receipt whose number was never told, and why a person has to look at it."""
        receipt = reported.receipt
        if (like := await self._alike(reported)) is not None:
            return DifferenceKind.UNCERTAIN, f"похож на чек № {like.number or 'без номера'}, принятый от кассы"
        if reported.doubt:
            return DifferenceKind.UNCERTAIN, reported.doubt
        if reported.is_refund:
            return DifferenceKind.REFUND, ""
        if receipt.points:
            return DifferenceKind.UNCERTAIN, "в отчёте списаны баллы, а шлюз о чеке не знает"
        if receipt.customer is None:
            return DifferenceKind.ANONYMOUS, ""
        if not await self._numbering_fits(receipt):
            why = "ни одного чека этой и соседних смен от этой кассы: проверьте frontol_report.tills"
            return DifferenceKind.UNCERTAIN, why
        return DifferenceKind.MISSING, ""

    async def _alike(self, reported: Reported) -> Told | None:
        """A receipt of the same sum at about the same time that nobody else in the report claims."""
        receipt, total = reported.receipt, _total(reported)
        for name in (receipt.shift, "", *_neighbours(receipt.shift)):
            shift = await self._shift(receipt.register, name)
            for row in shift.told:
                near = receipt.at is not None and abs(row.at - receipt.at) <= NEAR
                if row.id not in shift.met and row.is_refund == reported.is_refund and near and total in row.totals:
                    return row
        return None

    async def _numbering_fits(self, receipt: Receipt) -> bool:
        """Whether this register is known to number its shifts as the report does: another till would double a day."""
        shifts = [receipt.shift, *_neighbours(receipt.shift)]
        return any([(await self._shift(receipt.register, shift)).told for shift in shifts])

    async def _deliver(self, receipt: Receipt) -> bool:
        """As a late close: the outbox takes it from here. False when it was taken before."""
        now = self._records.clock.now()
        close = Close(
            receipt=receipt,
            digest=content_digest(receipt),
            raw=b"",
            at=receipt.at or now,
            taken_at=now,
            coupons=receipt.coupons,
        )
        step = await self._records.apply(receipt.id, receipt.register, lambda _sale: CloseAsked(close=close), who=WHO)
        return step.verdict is Verdict.DONE

    async def _shift(self, register: RegisterRef, shift: str) -> KnownShift:
        key = (register, shift)
        if key not in self._shifts:
            found = await self._records.store.shift(register, shift)
            self._shifts[key] = KnownShift(told=[*map(_sold, found.sales), *map(_returned, found.refunds)])
        return self._shifts[key]


def _neighbours(shift: str) -> tuple[str, ...]:
    return (str(int(shift) - 1), str(int(shift) + 1)) if shift.isdecimal() else ()


def _total(reported: Reported) -> Decimal:
    return reported.receipt.total


def _sold(sale: Sale) -> Told:
    """Registers differ in whether a line's total leaves the points out: both sums are the receipt's."""
    if sale.close is None:
        raise ValueError("only closed sales belong to a shift")
    receipt = sale.close.receipt
    totals = frozenset({receipt.total, receipt.total - receipt.points, receipt.total + receipt.points})
    return Told(id=sale.id, number=receipt.number, totals=totals, at=sale.close.at, is_refund=False)


def _returned(refund: RefundRecord) -> Told:
    document = refund.refund.document
    return Told(
        id=refund.id, number=document.number, totals=frozenset({document.total}), at=refund.at, is_refund=True
    )


def _unreported(register: RegisterRef, shift: str, known: KnownShift, since: datetime) -> Iterator[Difference]:
    """What the report should have had: the beginning of a shift may stand in the report of another day."""
    for row in known.told:
        if row.id not in known.met and row.at >= since:
            yield Difference(
                kind=DifferenceKind.UNREPORTED,
                register=register,
                shift=shift,
                number=row.number,
                at=row.at,
                total=ZERO,
                told=max(row.totals),
            )


def _difference(
    kind: DifferenceKind, reported: Reported, *, told: Decimal | None = None, why: str = ""
) -> Difference:
    receipt = reported.receipt
    return Difference(
        kind=kind,
        register=receipt.register,
        shift=receipt.shift,
        number=receipt.number,
        at=receipt.at,
        total=_total(reported),
        told=told,
        why=why,
    )
