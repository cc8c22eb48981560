"""Signs of life for systemd, given only while the loop, the store's writer and the outbox all move.

How this works. This runs on the loop, so a loop that stands feeds nobody. At each turn a job goes through the
store's writer and has to come back; a refusal (disk full, database away) is a sign of life, silence is not. Each
lane of the outbox says when it will look again at the latest; a lane that is late is stuck. What is stuck is logged,
and after WatchdogSec= systemd kills and restarts the process: it goes on where the store says.
"""

import asyncio
import itertools

import structlog

from gateway.errors import StoreError
from gateway.ports import Store
from gateway.services.outbox import Outbox
from gateway.supervision.notify import Notify

log = structlog.get_logger()

BEATS = 3
"""Signs of life in each time-out: one may be lost."""

STATUS_EVERY = 10
"""Beats between two countings of the outbox."""


class Watchdog:
    def __init__(self, notify: Notify, store: Store, outbox: Outbox) -> None:
        self._notify = notify
        self._store = store
        self._outbox = outbox

    async def feed(self) -> None:
        """Until cancelled; at rest when nobody watches."""
        every = self._notify.watchdog_seconds / BEATS
        if not every:
            await asyncio.Event().wait()
        for beat in itertools.count():
            if stuck := await self._stuck(every):
                log.error("watchdog_not_fed", stuck=stuck)
            else:
                self._notify.alive()
            if beat % STATUS_EVERY == 0:
                await self._tell_status(every)
            await asyncio.sleep(every)

    async def _stuck(self, patience: float) -> str:
        """What does not move; empty when all does."""
        try:
            async with asyncio.timeout(patience):
                await self._store.pulse()
        except TimeoutError:
            return "store"
        except StoreError:
            pass  # it answered: what it lacks, a restart does not bring
        return "outbox" if self._outbox.lateness() > patience else ""

    async def _tell_status(self, patience: float) -> None:
        try:
            async with asyncio.timeout(patience):
                counts = await self._store.counts()
        except (TimeoutError, StoreError):
            return
        parked = counts.parked_sales + counts.parked_refunds + counts.parked_documents
        self._notify.status(f"работает; ждут отправки: {counts.pending}, отклонено: {parked}")
