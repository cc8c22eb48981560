"""The clocks: wall time with a zone for what is durable, the monotonic one for how long a register waits."""

import asyncio
import time
from datetime import UTC, datetime

from gateway.ports import Clock


class SystemClock(Clock):
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
