"""A circuit breaker for one kind of operation: a pure state machine that is told the time.

Closed, it counts. Open, it refuses at once: nobody waits for a server that is away. After its time it is
half open and lets one call through, the probe, whose outcome decides.
"""

import sys
from collections import deque
from enum import IntEnum

from msgspec import Struct


class BreakerState(IntEnum):
    """The numbers are those of the metric."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class BreakerRules(Struct, frozen=True, kw_only=True):
    """Opens at `in_a_row` failures, or at `share` of at least `calls` calls within `window` seconds.

    It stays open for `opens_for` seconds times the number of openings since it was last closed, at most
    `opens_at_most`.
    """

    in_a_row: int = 5
    share: float = 0.5
    calls: int = 20
    window: float = 10.0
    opens_for: float = 30.0
    opens_at_most: float = 300.0


NEVER = BreakerRules(in_a_row=sys.maxsize, calls=sys.maxsize)
"""For what is worth something for two minutes only: it is tried to the end."""


class Tally(Struct):
    """Calls and failures of one second."""

    second: int
    calls: int = 0
    failures: int = 0


Ticket = int
"""Which stretch of the breaker's life a call began in: an outcome from an earlier stretch decides nothing."""


class Breaker:
    def __init__(self, rules: BreakerRules) -> None:
        self._rules = rules
        self.state = BreakerState.CLOSED
        self._stretch: Ticket = 0
        self._row = 0
        self._openings = 0
        self._until = 0.0
        self._probing = False
        self._tallies: deque[Tally] = deque()

    def admits(self, now: float) -> bool:
        """Whether a call would be let through; takes nothing."""
        return self.state is BreakerState.CLOSED or (now >= self._until and not self._probing)

    def rest(self, now: float) -> float:
        """Seconds until it is worth trying; 0 when a call would be let through."""
        return 0.0 if self.admits(now) else max(1.0, self._until - now)

    def enter(self, now: float) -> Ticket | None:
        """A ticket to give back with the call's outcome; None when the call must not be made."""
        if self.state is BreakerState.CLOSED:
            return self._stretch
        if not self.admits(now):
            return None
        self._move(BreakerState.HALF_OPEN)
        self._probing = True
        return self._stretch

    def still_admits(self, ticket: Ticket) -> bool:
        """Whether a call that has this ticket, and was not made yet, may be made now."""
        return self.state is BreakerState.CLOSED or (self.state is BreakerState.HALF_OPEN and ticket == self._stretch)

    def succeeded(self, ticket: Ticket, now: float) -> None:
        if ticket != self._stretch:
            return
        if self.state is BreakerState.HALF_OPEN:
            self._openings = 0
            self._move(BreakerState.CLOSED)
            return
        self._row = 0
        self._tally(now).calls += 1

    def failed(self, ticket: Ticket, now: float) -> None:
        if ticket != self._stretch:
            return
        if self.state is BreakerState.HALF_OPEN:
            self._open(now)
            return
        self._row += 1
        tally = self._tally(now)
        tally.calls += 1
        tally.failures += 1
        if self._row >= self._rules.in_a_row or self._mostly_fails():
            self._open(now)

    def abandoned(self, ticket: Ticket) -> None:
        """The call ended without saying anything about the server: another may be the probe."""
        if ticket == self._stretch:
            self._probing = False

    def hurry(self, now: float) -> None:
        """The server gave a sign of life elsewhere: the next call here is the probe, whatever the time."""
        if self.state is BreakerState.OPEN:
            self._until = min(self._until, now)

    def _open(self, now: float) -> None:
        self._openings += 1
        self._until = now + min(self._rules.opens_for * self._openings, self._rules.opens_at_most)
        self._move(BreakerState.OPEN)

    def _move(self, state: BreakerState) -> None:
        self.state = state
        self._stretch += 1
        self._row, self._probing = 0, False
        self._tallies.clear()

    def _tally(self, now: float) -> Tally:
        second = int(now)
        if not self._tallies or self._tallies[-1].second != second:
            self._tallies.append(Tally(second))
            while self._tallies[0].second <= now - self._rules.window:
                self._tallies.popleft()
        return self._tallies[-1]

    def _mostly_fails(self) -> bool:
        calls = sum(tally.calls for tally in self._tallies)
        if calls < self._rules.calls:
            return False
        return sum(tally.failures for tally in self._tallies) >= self._rules.share * calls
