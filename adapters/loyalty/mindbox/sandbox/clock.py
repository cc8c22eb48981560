"""The sandbox's clock: runs like any other, and can be moved on, so that nobody waits for a segment or a code."""

from collections.abc import Callable
from datetime import datetime, timedelta


class MovableClock:
    """`now` tells the time; `move` is how tests reach next week."""

    def __init__(self, base: Callable[[], datetime]) -> None:
        self._base = base
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return self._base() + self._ahead

    def move(self, by: timedelta) -> datetime:
        """Forward, or (negative) back; returns the new time."""
        self._ahead += by
        return self()
