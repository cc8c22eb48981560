"""Time, as everything here is told it."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Durable times come from `now` (with a zone), durations and deadlines from `monotonic`."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...

    def synchronised(self) -> bool:
        """Whether the computer's clock is kept right (NTP); when not, registers' own clocks are believed."""

    def lost(self) -> bool:
        """Whether the computer has lost its time: no sale may be told with it, and no due date means anything."""

    async def sleep(self, seconds: float) -> None: ...
