"""What a register itself reports."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol

from gateway.domain.receipt import RegisterRef
from gateway.domain.till_report import Reported, Unread


class TillReport(Protocol):
    """A register's own list of its receipts, read once from its beginning to its end.

    Complete once all receipts were taken: `unread` are the lines nobody understands, `since` is when it begins to
    tell of a register.
    """

    unread: list[Unread]
    since: dict[RegisterRef, datetime]

    def receipts(self, closed_before: datetime, line: Callable[[int], None]) -> Iterator[Reported]:
        """Receipts and refunds of shifts closed before that moment, in their order; `line` hears how far it is."""
