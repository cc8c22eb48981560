"""A desk's changes, waited for with a time limit: what a stream and a long poll have in common."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Changes:
    """The next change always being waited for, so that a time-out never gives up the wait."""

    def __init__(self, source: AsyncIterator[None]) -> None:
        self._source = source
        self._next = asyncio.create_task(self._arrives())
        self.ended = False

    async def within(self, seconds: float) -> bool:
        """Whether something changed in that time. The wait for the change after it has then begun."""
        done, _ = await asyncio.wait({self._next}, timeout=seconds)
        if not done:
            return False
        if not self._next.result():
            self.ended = True
            return False
        self._next = asyncio.create_task(self._arrives())
        await asyncio.sleep(0)  # the new wait stands before the caller reads, so no change falls between
        return True

    async def close(self) -> None:
        self._next.cancel()
        await asyncio.gather(self._next, return_exceptions=True)
        if (aclose := getattr(self._source, "aclose", None)) is not None:
            await aclose()

    async def _arrives(self) -> bool:
        async for _ in self._source:
            return True
        return False


@asynccontextmanager
async def listening(source: AsyncIterator[None]) -> AsyncIterator[Changes]:
    changes = Changes(source)
    try:
        await asyncio.sleep(0)  # a desk may listen only from the first wait on: begin it before anything is read
        yield changes
    finally:
        await changes.close()
