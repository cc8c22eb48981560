"""The sale that a refund gives back: found wherever it was sold, and never given back more than it sold."""

import structlog
from msgspec.structs import replace

from gateway.domain.change import Change, HistoryRow
from gateway.domain.refund import RefundRecord, RefundState, covered
from gateway.domain.sale_record import Sale
from gateway.domain.work import Work, WorkKind
from gateway.services.records import Records

log = structlog.get_logger()


class RefundedSales:
    def __init__(self, records: Records) -> None:
        self._records = records

    async def sale_of(self, record: RefundRecord) -> Sale | None:
        """The closed sale; None while we have not seen it."""
        sale = await self._records.store.sale(record.sale_id)
        return sale if sale is not None and sale.close is not None else None

    async def found(self, record: RefundRecord) -> RefundRecord:
        """The refund with the id of its sale, which another register may have sold: then the id is another one.

        Its own register's sale comes first. Unchanged when there is none, or more than one that it may be.
        """
        if await self.sale_of(record) is not None:
            return record
        elsewhere = [replace(record, sale_id=one) for one in record.refund.elsewhere]
        sold = [one for one in elsewhere if await self.sale_of(one) is not None]
        return sold[0] if len(sold) == 1 else record

    async def within(self, record: RefundRecord) -> tuple[RefundRecord, ...]:
        """The refund as far as its sale covers it; after it, parked, a record of its own of what is above that.

        Both belong into one transaction: what is left depends on the sale's other refunds of this moment.
        """
        sale = await self.sale_of(record)
        if sale is None or sale.close is None:
            return (record,)
        others = [row for row in await self._records.store.refunds_of(record.sale_id) if row.id != record.id]
        kept, beyond = covered(record, sale.close.receipt.lines, others)
        if kept != record:
            log.error("refund_parked", refund=record.id, register=str(record.register))
        return (kept,) if beyond is None else (kept, beyond)


def first_stored(*records: RefundRecord) -> Change:
    """The transaction in which the records of a refund document are first stored."""
    waiting = [record for record in records if record.state is not RefundState.PARKED]
    return Change(
        refunds=records,
        history=tuple(map(_stored, records)),
        work=tuple(Work(kind=WorkKind.REFUND, subject=record.id, due=record.at) for record in waiting),
    )


def _stored(record: RefundRecord) -> HistoryRow:
    return HistoryRow(
        subject=record.id,
        at=record.at,
        who=str(record.register),
        before="",
        after=record.state,
        cause="refund document",
    )
