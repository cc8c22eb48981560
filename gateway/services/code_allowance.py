"""How many codes may still be sent today: each costs the chain an SMS."""

from datetime import date

import structlog

from gateway.domain.code import Purpose
from gateway.ports import Clock, Meter

log = structlog.get_logger()


class Allowance:
    """Of this process: a restart begins again."""

    def __init__(self, cap: int, clock: Clock, meter: Meter) -> None:
        self._cap = cap
        self._clock = clock
        self._meter = meter
        self._today: date | None = None
        self._taken = 0
        self._said = False

    def take(self, purpose: Purpose) -> bool:
        """Whether one more may be sent; the administrator is told once a day when not."""
        today = self._clock.now().date()
        if today != self._today:
            self._today, self._taken, self._said = today, 0, False
        if self._taken < self._cap:
            self._taken += 1
            return True
        self._meter.count("codes", purpose=purpose, outcome="capped")
        if not self._said:
            self._said = True
            log.error("codes_daily_cap", cap=self._cap)
        return False

    def give_back(self) -> None:
        """It surely was not sent."""
        self._taken = max(0, self._taken - 1)
