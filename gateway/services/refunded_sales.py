"""The sale that a refund gives back: found wherever it was sold, and never given back more than it sold."""

from contextlib import suppress

import structlog
from msgspec.structs import replace

from gateway.domain.change import Change, HistoryRow
from gateway.domain.refund import RefundRecord, RefundState, covered
from gateway.domain.sale_record import Sale
from gateway.domain.work import Work, WorkKind
from gateway.errors import Conflict
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

    async def within(self, record: RefundRecord) -> RefundRecord:
        """The refund as far as its sale covers it. What is above that is stored here, parked, as a record of its own.

        Before the rest: a document is acknowledged only once both are stored, and a repeat finds this one.
        """
        sale = await self.sale_of(record)
        if sale is None or sale.close is None:
            return record
        others = [row for row in await self._records.store.refunds_of(record.sale_id) if row.id != record.id]
        kept, beyond = covered(record, sale.close.receipt.lines, others)
        if kept != record:
            log.error("refund_parked", refund=record.id, register=str(record.register))
        if beyond is not None:
            with suppress(Conflict):  # stored before a crash
                await self._records.commit(first_stored(beyond))
        return kept


def first_stored(record: RefundRecord) -> Change:
    """The transaction in which a refund document is first stored."""
    row = HistoryRow(
        subject=record.id,
        at=record.at,
        who=str(record.register),
        before="",
        after=record.state,
        cause="refund document",
    )
    work = (Work(kind=WorkKind.REFUND, subject=record.id, due=record.at),)
    return Change(refund=record, history=(row,), work=() if record.state is RefundState.PARKED else work)
