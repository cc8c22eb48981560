"""A clock that stands still until a test moves it."""

import asyncio
from datetime import datetime, timedelta

from builders import AT


class FakeClock:
    """`now` and `monotonic` move together; who sleeps wakes when the clock is moved far enough."""

    def __init__(self, start: datetime = AT) -> None:
        self.is_synchronised = True
        self.is_lost = False
        self._now = start
        self._monotonic = 1000.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def synchronised(self) -> bool:
        return self.is_synchronised

    def lost(self) -> bool:
        return self.is_lost

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self._sleepers.append((self._monotonic + seconds, woken))
        await woken.wait()

    def move(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds
        for at, woken in self._sleepers:
            if at <= self._monotonic + 1e-9:
                woken.set()
        self._sleepers = [row for row in self._sleepers if not row[1].is_set()]

    def set_back(self, seconds: float) -> None:
        """Somebody has put the wall clock right; no time has passed."""
        self._now -= timedelta(seconds=seconds)

    def move_to(self, at: datetime) -> None:
        """Never backwards."""
        self.move(max(0.0, (at - self._now).total_seconds()))
