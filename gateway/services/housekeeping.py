"""Every ten minutes: old sales lose their person, older records go, and a disk that fills is noticed."""

from datetime import datetime, timedelta

import structlog
from msgspec import Struct

from gateway.domain.change import Change
from gateway.domain.stripping import stripped_refund, stripped_sale
from gateway.errors import Conflict, StoreError
from gateway.ports import Meter
from gateway.services.records import Records

log = structlog.get_logger()

EVERY = 600.0
BATCH = 200
"""Records at a time: a register's close never waits behind more than one such commit."""


class Keeping(Struct, frozen=True, kw_only=True):
    """How long what is kept: a customer's data; outcomes, that a late repeat may find; what a refund needs.

    `disk_warning`: bytes of free space below which somebody has to be told.
    """

    personal: timedelta = timedelta(days=7)
    outcomes: timedelta = timedelta(days=35)
    refund_facts: timedelta = timedelta(days=3 * 365)
    disk_warning: int = 1024**3


class Housekeeping:
    def __init__(self, records: Records, meter: Meter, keeping: Keeping) -> None:
        self._records = records
        self._meter = meter
        self._keeping = keeping

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.tidy()
            except StoreError as error:
                log.warning("housekeeping_failed", why=str(error))
            await self._records.clock.sleep(EVERY)

    async def tidy(self) -> None:
        """All that is due now, a batch at a time."""
        await self._look_at_the_disk()
        if self._records.clock.lost():
            return  # a wrong clock would throw away what is young
        now = self._records.clock.now()
        store = self._records.store
        while await self._strip(now - self._keeping.personal):
            pass
        while await self._strip_refunds(now - self._keeping.personal):
            pass
        while await store.forget(now - self._keeping.outcomes, BATCH):
            pass
        while await store.forget_sales(now - self._keeping.refund_facts, BATCH):
            pass

    async def _look_at_the_disk(self) -> None:
        """Before it is full: a close that cannot be stored is not acknowledged, and the queue at the till stands."""
        size = await self._records.store.size()
        self._meter.set("store_used_bytes", size.used)
        if size.disk_free is None:
            return
        self._meter.set("disk_free_bytes", size.disk_free)
        if size.disk_free < self._keeping.disk_warning:
            log.error("disk_fills", free_megabytes=size.disk_free // 1024**2)

    async def _strip(self, before: datetime) -> bool:
        """One batch. False when nothing is left to do."""
        sales = await self._records.store.old_sales(before, BATCH)
        done = [await self._stored(Change(sale=stripped_sale(sale))) for sale in sales]
        for _ in filter(None, done):
            self._meter.count("stripped_sales")
        return any(done)

    async def _strip_refunds(self, before: datetime) -> bool:
        """Apart from their sales: a refund may come when its sale was stripped long ago."""
        refunds = await self._records.store.old_refunds(before, BATCH)
        return any([await self._stored(Change(refunds=(stripped_refund(refund),))) for refund in refunds])

    async def _stored(self, change: Change) -> bool:
        """False when something still happens to the record: it is not old."""
        try:
            await self._records.commit(change)
        except Conflict:
            return False
        return True
