"""How many calls may be under way at once; who comes later waits his turn, as long as his deadline allows."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from msgspec import Struct

from gateway.errors import NotAsked
from gateway.ports import Clock


class NoPlace(NotAsked):
    """Too many calls were under way: nothing was sent, and nothing is known about the server."""


class Waiting(Struct, eq=False):
    turn: "asyncio.Future[None]"
    until: float


class Limiter:
    """First come, first served; one whose deadline has passed is passed over."""

    def __init__(self, most: int, clock: Clock, waited: Callable[[float], None]) -> None:
        self._most = most
        self._clock = clock
        self._waited = waited
        self._queue: deque[Waiting] = deque()
        self.in_flight = 0

    def try_take(self) -> bool:
        """A place at once, or not at all. Give it back with `release`."""
        if self.in_flight >= self._most:
            return False
        self.in_flight += 1
        return True

    async def take(self, until: float) -> None:
        """A place by `until` (monotonic seconds). Raises `NoPlace`. Give it back with `release`."""
        if self.in_flight < self._most:
            self.in_flight += 1
            return
        began = self._clock.monotonic()
        loop = asyncio.get_running_loop()
        waiting = Waiting(loop.create_future(), until)
        self._queue.append(waiting)
        timer = loop.call_later(max(0.0, until - began), _too_late, waiting.turn)
        try:
            await waiting.turn
        except asyncio.CancelledError:
            if waiting.turn.done() and not waiting.turn.cancelled() and waiting.turn.exception() is None:
                self.release()  # the place was ours already
            raise
        finally:
            timer.cancel()
            self._waited(self._clock.monotonic() - began)
            del waiting  # it holds the error, whose traceback holds this frame

    def release(self) -> None:
        """A place is free: it goes to the first who still waits."""
        while self._queue:
            waiting = self._queue.popleft()
            if not waiting.turn.done() and waiting.until > self._clock.monotonic():
                waiting.turn.set_result(None)
                return
        self.in_flight -= 1

    @asynccontextmanager
    async def place(self, until: float) -> AsyncIterator[None]:
        await self.take(until)
        try:
            yield
        finally:
            self.release()


def _too_late(turn: "asyncio.Future[None]") -> None:
    if not turn.done():
        turn.set_exception(NoPlace("too many calls to the loyalty server"))
