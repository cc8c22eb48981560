"""What registers asked and the loyalty server answered in the last hour, minute by minute: in memory only."""

from collections import deque
from datetime import datetime

from msgspec import Struct

from gateway.domain.overview import Minute
from gateway.domain.receipt import RegisterRef
from gateway.errors import StoreError
from gateway.ports import Clock, Store

MINUTES = 60
LENGTH = 60.0
MOST = 5000
"""Times of a minute that are kept for its p99: a busy store has a tenth of them."""

WELL = frozenset({"ok", "refused"})
"""Outcomes of register requests that are none of the administrator's business: a refusal is the cashier's."""


class Seen(Struct):
    """What a register did since the start."""

    last: datetime | None = None
    calls: int = 0
    errors: int = 0


class LastHour:
    """Hears what `Metrics` hears. `watch` ends a minute; without it only the running one is known."""

    def __init__(self, clock: Clock, store: Store) -> None:
        self._clock = clock
        self._store = store
        self._minutes: deque[Minute] = deque(maxlen=MINUTES - 1)
        self._times: list[float] = []
        self._calls = self._errors = 0
        self.registers: dict[RegisterRef, Seen] = {}
        self.last_success: datetime | None = None
        self.last_failure: datetime | None = None

    def asked(self, register: RegisterRef | None, outcome: str, seconds: float) -> None:
        failed = outcome not in WELL
        self._calls += 1
        self._errors += failed
        if len(self._times) < MOST:
            self._times.append(seconds)
        if register is not None:
            seen = self.registers.get(register) or self.registers.setdefault(register, Seen())
            seen.last = self._clock.now()
            seen.calls += 1
            seen.errors += failed

    def answered(self, outcome: str) -> None:
        """A call to the loyalty server ended."""
        if outcome in ("ok", "refused"):
            self.last_success = self._clock.now()
        else:
            self.last_failure = self._clock.now()

    async def minutes(self) -> tuple[Minute, ...]:
        """The last one is still running."""
        return (*self._minutes, await self._minute())

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            await self._clock.sleep(LENGTH)
            self._minutes.append(await self._minute())
            self._times, self._calls, self._errors = [], 0, 0

    async def _minute(self) -> Minute:
        try:
            pending: int | None = (await self._store.counts()).pending
        except StoreError:
            pending = None
        return Minute(
            at=self._clock.now(),
            calls=self._calls,
            errors=self._errors,
            p99=percentile(self._times, 0.99),
            pending=pending,
        )


def percentile(times: list[float], share: float) -> float | None:
    if not times:
        return None
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]
