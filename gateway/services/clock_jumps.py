"""A clock that is set back: work planned by the wrong time would wait until the right one has caught up."""

from contextlib import suppress
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
        owed = _noticed(await self._set_back_while_away())
        while True:
            if owed and await self._brought_forward(owed):
                owed = timedelta(0)
            now, monotonic = self._clock.now(), self._clock.monotonic()
            await self._clock.sleep(EVERY)
            passed = timedelta(seconds=self._clock.monotonic() - monotonic)
            owed += _noticed(passed - (self._clock.now() - now))

    async def _set_back_while_away(self) -> timedelta:
        """By how much the store is ahead of the clock: nothing happens later than now.

        Asked once the store can be read and the clock is not lost. Whoever asks again before the clock has caught up
        hears it again, which only makes work due early: all work looks at its own times.
        """
        while True:
            if not self._clock.lost():
                with suppress(StoreError):
                    now = self._clock.now()
                    return (await self._store.latest_change() or now) - now
            await self._clock.sleep(EVERY)

    async def _brought_forward(self, by: timedelta) -> bool:
        try:
            await self._store.bring_forward(by)
        except StoreError:  # at the next look
            return False
        return True


def _noticed(back: timedelta) -> timedelta:
    """As much of it as is worth mending."""
    if back < LEAST:
        return timedelta(0)
    log.warning("clock_set_back", seconds=round(back.total_seconds()))
    return back
