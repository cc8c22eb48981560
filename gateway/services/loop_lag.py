"""How late the event loop is: every register waits that much longer."""

from gateway.ports import Clock, Meter

EVERY = 0.1
"""Seconds between looks."""


class LoopLag:
    def __init__(self, clock: Clock, meter: Meter) -> None:
        self._clock = clock
        self._meter = meter

    async def watch(self) -> None:
        while True:
            asked = self._clock.monotonic() + EVERY
            await self._clock.sleep(EVERY)
            self._meter.observe("event_loop_lag", max(0.0, self._clock.monotonic() - asked))
