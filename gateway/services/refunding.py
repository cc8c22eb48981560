"""Goods come back: the refund is stored at once and never refused, the money is with the customer already."""

from collections.abc import Sequence
from hashlib import sha256

import structlog

from gateway.domain.change import Change, HistoryRow, ParkedDocument
from gateway.domain.receipt import LineItem, Refund, content_digest
from gateway.domain.refund import RefundRecord, RefundState, exceeds, moved
from gateway.domain.told import Closed
from gateway.domain.work import Work, WorkKind
from gateway.errors import Conflict
from gateway.ports import Meter
from gateway.services.records import Records
from gateway.services.wording import Wording

log = structlog.get_logger()


class Refunding:
    def __init__(self, records: Records, wording: Wording, meter: Meter) -> None:
        self._records = records
        self._wording = wording
        self._meter = meter

    async def refund(self, refund: Refund, raw: bytes) -> Closed:
        """Store it, once per document; another content under the same id is kept for a person."""
        document, digest = refund.document, content_digest(refund)
        known = await self._records.store.refund(document.id) or await self._store_new(refund, raw, digest)
        if known.digest != digest:
            log.error("refund_differs", refund=document.id, register=str(document.register))
            await self._keep(refund, raw)
        return Closed(slip=self._wording.refund_slip(known.refund))

    async def _store_new(self, refund: Refund, raw: bytes, digest: str) -> RefundRecord:
        record = RefundRecord(
            id=refund.document.id,
            sale_id=refund.original_id,
            register=refund.document.register,
            refund=refund,
            digest=digest,
            raw=raw,
            at=self._records.clock.now(),
        )
        async with self._records.one_call(refund.original_id):
            record = await self._parked_if_too_much(record)
            try:
                await self._records.commit(_new(record))
            except Conflict:  # the same document a moment ago, on another connection
                return await self._records.store.refund(record.id) or record
        self._meter.count("refunds", state=record.state)
        return record

    async def _parked_if_too_much(self, record: RefundRecord) -> RefundRecord:
        sale = await self._records.store.sale(record.sale_id)
        if sale is None or sale.close is None:
            return record
        earlier = await self._records.store.refunds_of(record.sale_id)
        if not exceeds(record.refund.document.lines, sale.close.receipt.lines, _lines(earlier)):
            return record
        log.error("refund_parked", refund=record.id, register=str(record.register))
        return moved(record, RefundState.PARKED, refusal="возвращается больше, чем продано")

    async def _keep(self, refund: Refund, raw: bytes) -> None:
        register = refund.document.register
        kept = ParkedDocument(
            id=sha256(f"{register}|".encode() + raw).hexdigest(),
            register=register,
            at=self._records.clock.now(),
            reason=f"другой возврат под тем же номером {refund.document.id}",
            raw=raw,
        )
        await self._records.commit(Change(documents=(kept,)))


def _lines(refunds: Sequence[RefundRecord]) -> tuple[LineItem, ...]:
    counted = (row for row in refunds if row.state is not RefundState.PARKED)
    return tuple(line for row in counted for line in row.refund.document.lines)


def _new(record: RefundRecord) -> Change:
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
