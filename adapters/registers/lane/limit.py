"""How long a lane waits for what comes next."""

import asyncio
import time
from collections.abc import Callable

EARLY = 0.001
"""Seconds by which uvloop's timers ring too early, at most."""


class Limit:
    """Set for every request and hardly ever reached, so its timer stays as it is and is looked at when it rings."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        self._then: Callable[[], None] | None = None
        self._until = self._rings_at = 0.0

    def set(self, until: float, then: Callable[[], None]) -> None:
        """Unless something else is set or it is lifted by `until` (monotonic seconds), `then` is called."""
        self._then, self._until = then, until
        if self._timer is None or until < self._rings_at:
            self._start_timer()

    def lift(self) -> None:
        self._then = None

    def end(self) -> None:
        """For good: nothing of the lane may be kept alive by a timer."""
        self._then = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @property
    def is_running(self) -> bool:
        return self._timer is not None

    def _start_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings_at = self._until
        self._timer = self._loop.call_later(max(0.0, self._until - time.monotonic()), self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._then is None:
            return
        if self._until - time.monotonic() > EARLY:
            self._start_timer()
        else:
            self._then()
