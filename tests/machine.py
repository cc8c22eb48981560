"""A bare timer beside a test that asserts real time: as late as the machine lets anybody be."""

import threading
import time
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

STEP = 0.02
"""Seconds of each sleep."""


class BareTimer:
    """`with BareTimer() as bare`: sleeps in a thread of its own, and keeps account of by how much it woke late."""

    def __init__(self) -> None:
        self._woke: list[tuple[float, float]] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sleep)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    def lateness(self, since: datetime, until: datetime) -> float:
        """Seconds that it woke late in that time, all sleeps together."""
        began, ended = since.timestamp(), until.timestamp() + STEP
        return sum(late for at, late in self._woke if began <= at <= ended)

    def _sleep(self) -> None:
        while not self._ended.is_set():
            before = time.monotonic()
            time.sleep(STEP)
            self._woke.append((time.time(), time.monotonic() - before - STEP))


def worst(rows: list[tuple[datetime, datetime]], bare: BareTimer) -> timedelta:
    """Of pairs (due, seen): the most that one came late, beyond what the machine made of a bare timer."""
    return max(seen - due - timedelta(seconds=bare.lateness(due, seen)) for due, seen in rows)
