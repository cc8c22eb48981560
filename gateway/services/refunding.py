"""Goods come back: the refund is stored at once and never refused, the money is with the customer already."""

from hashlib import sha256

import structlog

from gateway.domain.change import Change, ParkedDocument
from gateway.domain.receipt import Refund, content_digest
from gateway.domain.refund import RefundRecord
from gateway.domain.told import Closed
from gateway.errors import Conflict
from gateway.ports import Meter
from gateway.services.records import Records
from gateway.services.refunded_sales import RefundedSales, first_stored
from gateway.services.side_slips import SideSlips

log = structlog.get_logger()


class Refunding:
    def __init__(self, records: Records, slips: SideSlips, meter: Meter) -> None:
        self._records = records
        self._sales = RefundedSales(records)
        self._slips = slips
        self._meter = meter

    async def refund(self, refund: Refund, raw: bytes) -> Closed:
        """Store it, once per document; another content under the same id is kept for a person."""
        document, digest = refund.document, content_digest(refund)
        earlier = await self._records.store.refund(document.id)
        known, is_new = (earlier, False) if earlier else await self._store_new(refund, raw, digest)
        if known.digest != digest:
            log.error("refund_differs", refund=document.id, register=str(document.register))
            await self._keep(refund, raw)
        return Closed(slip=self._slips.refund(known.refund, is_new=is_new))

    async def _store_new(self, refund: Refund, raw: bytes, digest: str) -> tuple[RefundRecord, bool]:
        """What is stored, and whether we have stored it."""
        record = RefundRecord(
            id=refund.document.id,
            sale_id=refund.original_id,
            register=refund.document.register,
            refund=refund,
            digest=digest,
            raw=raw,
            at=self._records.clock.now(),
        )
        # One document of a sale at a time, but never behind a call to the server for that sale.
        async with self._records.one_call(f"refunds of {refund.original_id}"):
            within, *beyond = await self._sales.within(await self._sales.found(record))
            try:
                await self._records.commit(first_stored(within, *beyond))
            except Conflict:  # the same document a moment ago, on another connection
                earlier = await self._records.store.refund(record.id)
                if earlier is None:  # it was something else: nothing of this document is stored
                    raise
                return earlier, False
        self._meter.count("refunds", state=within.state)
        return within, True

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
