"""Which registers have a screen that would show a popup; one in use without a screen is alerted."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog
from msgspec import Struct

from gateway.domain.hours import Hours
from gateway.domain.receipt import RegisterRef
from gateway.ports import Clock, Meter

log = structlog.get_logger()

LOOK_EVERY = 30.0
"""Seconds between looks."""


class ScreenRules(Struct, frozen=True, kw_only=True):
    """`missing_after`: how long a register may be in use without a screen asking. `open`: the shop's hours."""

    missing_after: timedelta = timedelta(minutes=15)
    open: Hours | None = None


class Screens:
    """`in_use`: when a register asked last; `wanted`: whether any popup may come; `local`: the shop's own time."""

    def __init__(
        self,
        clock: Clock,
        meter: Meter,
        rules: ScreenRules,
        in_use: Callable[[RegisterRef], datetime | None],
        wanted: Callable[[], bool],
    ) -> None:
        self._clock = clock
        self._meter = meter
        self._rules = rules
        self._in_use = in_use
        self._wanted = wanted
        self._began = clock.now()
        self._asked: dict[RegisterRef, datetime] = {}
        self._connected: dict[RegisterRef, int] = {}
        self._missing: frozenset[RegisterRef] = frozenset()

    def asked(self, register: RegisterRef) -> None:
        self._asked[register] = self._clock.now()

    def connected(self, register: RegisterRef, more: int) -> None:
        """A screen has come (1) or gone (-1)."""
        self._connected[register] = self._connected.get(register, 0) + more
        self._meter.set("register_screens", self._connected[register], register=register.register)
        self.asked(register)

    def count(self, register: RegisterRef) -> int:
        return self._connected.get(register, 0)

    def is_missing(self, register: RegisterRef) -> bool:
        return register in self._missing

    async def watch(self, registers: Iterable[RegisterRef], local: Callable[[datetime], datetime]) -> None:
        """Until cancelled."""
        known = tuple(registers)
        while True:
            self.look(known, local)
            await self._clock.sleep(LOOK_EVERY)

    def look(self, registers: Iterable[RegisterRef], local: Callable[[datetime], datetime]) -> None:
        now = self._clock.now()
        is_open = self._rules.open is None or self._rules.open.include(local(now).time())
        matters = is_open and self._wanted()
        missing = frozenset(row for row in registers if matters and self._lacks_one(row, now))
        for register in missing - self._missing:
            log.error("register_without_screen", register=str(register))
        for register in registers:
            self._meter.set("register_without_screen", float(register in missing), register=register.register)
        self._missing = missing

    def _lacks_one(self, register: RegisterRef, now: datetime) -> bool:
        """A register nobody sells at needs none."""
        used = self._in_use(register)
        last = self._asked.get(register, self._began)
        long_ago = now - self._rules.missing_after
        return self.count(register) == 0 and last < long_ago and used is not None and used > long_ago
