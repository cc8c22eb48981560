"""The queue of async calls: told "Success" at once, carried out later, sometimes in another order, or never."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count


class Queue:
    """Runs jobs when the sandbox's clock says so; `look` after the clock was moved."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._jobs: list[tuple[datetime, int, Callable[[], None]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._numbers = count()
        self.received = 0

    def __len__(self) -> int:
        return len(self._jobs)

    def put(self, job: Callable[[], None], delay: timedelta) -> None:
        """Jobs due at the same moment keep their order."""
        heappush(self._jobs, (self._now() + delay, next(self._numbers), job))
        self.look()

    def look(self) -> None:
        """Carry out what is due, and wake up for the next."""
        self.stop()
        while self._jobs and self._jobs[0][0] <= self._now():
            heappop(self._jobs)[2]()
        if self._jobs:
            wait = (self._jobs[0][0] - self._now()).total_seconds()
            self._timer = asyncio.get_running_loop().call_later(wait, self.look)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
