"""The clocks: wall time with a zone for what is durable, the monotonic one for how long a register waits."""

import asyncio
import ctypes
import time
from datetime import UTC, datetime
from functools import partial

from gateway import RELEASED
from gateway.ports import Clock

UNSYNCHRONISED = 5
"""`adjtimex(2)` returns TIME_ERROR while the kernel's clock is not kept by anybody."""

TIMEX_BYTES = 256
"""More than `struct timex` on any Linux; a zeroed one asks and changes nothing."""


class SystemClock(Clock):
    """`trusted`: somebody else keeps this clock right, whatever the kernel knows of it."""

    def __init__(self, *, trusted: bool = True) -> None:
        self._trusted = trusted

    now = staticmethod(partial(datetime.now, UTC))
    monotonic = staticmethod(time.monotonic)

    def synchronised(self) -> bool:
        """What the kernel says, unless the clock is trusted; True where it cannot be asked."""
        if self._trusted:
            return True
        try:
            state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES))
        except (OSError, AttributeError):
            return True
        return bool(state != UNSYNCHRONISED)

    def lost(self) -> bool:
        return self.now() < RELEASED

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
