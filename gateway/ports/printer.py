"""A slip printer."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from gateway.domain.print_outcome import Composed, PrintOutcome, Trouble
from gateway.domain.slip import Slip

Begin = Callable[[], Awaitable[None]]
"""Awaited when a printer is ready, before its first byte. What it raises passes through, and nothing is printed."""


class Printer(Protocol):
    """One slip printer. `columns` is its width in characters of normal size."""

    @property
    def columns(self) -> int: ...

    async def compose(self, slip: Slip) -> Composed:
        """The bytes that print `slip` here: the same slip gives the same bytes, so a repeat is one."""

    async def print(self, data: bytes, *, timeout: float, begin: Begin) -> PrintOutcome:  # noqa: ASYNC109 - a printer's own, not a register's
        """Print composed bytes once, or say why not. Never raises for what a printer does."""

    async def look(self, *, timeout: float) -> Trouble:  # noqa: ASYNC109 - as above
        """How it is now, nothing printed. `NONE` also from one that never answers, if it is known for that."""
