"""A way to and from a printer, open for one job."""

from typing import Protocol


class Channel(Protocol):
    """Bytes both ways. Every method raises OSError when the way is gone."""

    async def write(self, data: bytes) -> None:
        """Returns once the operating system has taken all of `data`; waits while the printer is slow."""
        ...

    async def read(self, seconds: float) -> bytes:
        """What the printer has said, at least one byte; empty after `seconds` of silence."""
        ...

    async def finish(self) -> None:
        """All was written: let the printer take the tail before the way is closed."""
        ...

    async def close(self) -> None:
        """Give the printer free for others. Never raises."""
        ...


class Link(Protocol):
    """Where a printer is."""

    async def open(self) -> Channel:
        """Raises OSError or TimeoutError when the printer cannot be reached."""
        ...
