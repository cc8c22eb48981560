"""How much of what goes to the loyalty server may be said again: a recovering one is not run over."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


class RetryBudget:
    """Retries under way at once: `share` of the calls under way, never fewer than `least`."""

    def __init__(self, share: float, least: int, in_flight: Callable[[], int]) -> None:
        self._share = share
        self._least = least
        self._in_flight = in_flight
        self._running = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    @property
    def most(self) -> int:
        return max(self._least, int(self._share * self._in_flight()))

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place: the work keeps its lease, and there is other work to do meanwhile."""
        while self._running >= self.most:
            turn = asyncio.get_running_loop().create_future()
            self._queue.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if not turn.cancelled():
                    self._wake()  # the turn was ours already: hand it on
                raise
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1
            self._wake()

    def _wake(self) -> None:
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
