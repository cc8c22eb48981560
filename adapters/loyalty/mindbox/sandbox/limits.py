"""How much a project lets through (Mindbox developers docs, "api-restrictions" and "api-usage-recommendations").

Too many calls of one operation at one endpoint in a minute; too many calculations of long orders within two
minutes; too many wrong addresses from one computer: each is answered with 429 and not carried out.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta

from msgspec import Struct

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LONG_WINDOW = timedelta(minutes=2)


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """0 is "without limit". The documented figure of `calls_per_minute` is 8000: it would stop a load test.

    A calculation of more than `long_lines` lines is long; of those within two minutes at most `long_share` may be,
    and the first always may. `test_calls_per_hour` is for each test key. `most_lines` and `largest_body_bytes` of one
    request are not published: beyond them it is a wrong request, 400.
    """

    calls_per_minute: int = 0
    long_lines: int = 50
    long_share: float = 0.1
    wrong_addresses_per_minute: int = 30
    test_calls_per_hour: int = 100
    most_lines: int = 0
    largest_body_bytes: int = 0


class Counter:
    """Moments of the last `window`, for each of many things."""

    def __init__(self, window: timedelta) -> None:
        self._window = window
        self._moments: defaultdict[Hashable, deque[datetime]] = defaultdict(deque)

    def count(self, thing: Hashable, now: datetime) -> int:
        moments = self._moments[thing]
        while moments and moments[0] <= now - self._window:
            moments.popleft()
        return len(moments)

    def add(self, thing: Hashable, now: datetime) -> None:
        self._moments[thing].append(now)


class Gatekeeper:
    """Counts, and says which call is one too many; a call that is refused counts for nothing."""

    def __init__(self, limits: Limits, now: Callable[[], datetime]) -> None:
        self._limits = limits
        self._now = now
        self._calls = Counter(MINUTE)
        self._test_calls = Counter(HOUR)
        self._calculations = Counter(LONG_WINDOW)
        self._long = Counter(LONG_WINDOW)
        self._astray = Counter(MINUTE)
        self._banned: dict[str, datetime] = {}

    def lets(self, endpoint: str, operation: str) -> bool:
        """Whether one more call of this minute is allowed."""
        most = self._limits.calls_per_minute
        return not most or self._within(self._calls, (endpoint, operation), most)

    def lets_test_key(self, key: str) -> bool:
        return self._within(self._test_calls, key, self._limits.test_calls_per_hour)

    def is_too_large(self, lines: int, size: int) -> bool:
        most, largest = self._limits.most_lines, self._limits.largest_body_bytes
        return 0 < most < lines or 0 < largest < size

    def lets_calculation(self, endpoint: str, lines: int) -> bool:
        """Whether a calculation of so many lines is allowed: the share of long ones is looked at."""
        now, limits = self._now(), self._limits
        is_long = limits.long_lines > 0 and lines > limits.long_lines
        if is_long:
            long, all_of_them = self._long.count(endpoint, now), self._calculations.count(endpoint, now)
            if long and long + 1 > limits.long_share * (all_of_them + 1):
                return False
            self._long.add(endpoint, now)
        self._calculations.add(endpoint, now)
        return True

    def went_astray(self, computer: str) -> None:
        """A call to an address that does not exist; too many of them, and the computer is not served for a minute."""
        now, most = self._now(), self._limits.wrong_addresses_per_minute
        self._astray.add(computer, now)
        if most and self._astray.count(computer, now) > most:
            self._banned[computer] = now + MINUTE

    def serves(self, computer: str) -> bool:
        until = self._banned.get(computer)
        return until is None or self._now() >= until

    def _within(self, counter: Counter, thing: Hashable, most: int) -> bool:
        now = self._now()
        if counter.count(thing, now) >= most:
            return False
        counter.add(thing, now)
        return True
