"""A clock that is set back: work planned by the wrong time would wait until the right one has caught up."""

from datetime import timedelta

import structlog

from gateway.errors import StoreError
from gateway.ports import Clock, Store

log = structlog.get_logger()

EVERY = 1.0
"""Seconds between looks."""

LEAST = timedelta(seconds=5)
"""Less than this is a clock being kept right, and a wait that is no harm."""


class ClockJumps:
    """A clock that is set forward needs nothing: what it makes due has waited, and goes in its order."""

    def __init__(self, clock: Clock, store: Store) -> None:
        self._clock = clock
        self._store = store

    async def watch(self) -> None:
        """Until cancelled."""
        owed = timedelta(0)
        while True:
            now, monotonic = self._clock.now(), self._clock.monotonic()
            await self._clock.sleep(EVERY)
            passed = timedelta(seconds=self._clock.monotonic() - monotonic)
            back = passed - (self._clock.now() - now)
            if back >= LEAST:
                log.warning("clock_set_back", seconds=round(back.total_seconds()))
                owed += back
            if owed and await self._brought_forward(owed):
                owed = timedelta(0)

    async def _brought_forward(self, by: timedelta) -> bool:
        try:
            await self._store.bring_forward(by)
        except StoreError:  # at the next look
            return False
        return True
