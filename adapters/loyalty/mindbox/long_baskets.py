"""The server's rule for long receipts, kept here so that it need not refuse them.

Of the calculations within two minutes at most a tenth may have more than 50 lines, and one always may; one more is
answered with 429, and may be tried two minutes later (Mindbox developers docs, "api-restrictions"). The rule counts
for all stores of an endpoint together; each store keeps to it by itself, and believes a 429 of the server's at once.
"""

from collections import deque

from gateway.errors import NotAsked

WINDOW = 120.0
"""Seconds."""


class LongBaskets:
    """Moments of one clock, in seconds. `most_lines` 0: the project has no such rule."""

    def __init__(self, most_lines: int, share: float) -> None:
        self._most_lines = most_lines
        self._share = share
        self._all: deque[float] = deque()
        self._long: deque[float] = deque()
        self._not_before = 0.0

    def admit(self, lines: int, now: float) -> None:
        """Count a calculation of so many lines. Raises `NotAsked` for one that would be refused."""
        if not self._most_lines:
            return
        for moments in (self._all, self._long):
            while moments and moments[0] <= now - WINDOW:
                moments.popleft()
        if self.is_long(lines):
            if (wait := self._wait(now)) > 0:
                raise NotAsked("too many long baskets within two minutes", retry_after=wait)
            self._long.append(now)
        self._all.append(now)

    def is_long(self, lines: int) -> bool:
        return 0 < self._most_lines < lines

    def refused(self, now: float) -> None:
        """The server has had too many long ones, whoever sent them."""
        self._not_before = now + WINDOW

    def _wait(self, now: float) -> float:
        """Seconds until a long one is allowed; 0 when now."""
        if now < self._not_before:
            return self._not_before - now
        if not self._long or len(self._long) + 1 <= self._share * (len(self._all) + 1):
            return 0.0
        return self._long[0] + WINDOW - now
