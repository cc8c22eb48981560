"""Limited mode: sales go on without the loyalty server, everybody can see that they do, and why.

It is not a switch for the services: each of them manages by itself. It is what is told: to each cashier once
when it begins and once when it ends, to the administrator all the time.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from msgspec import Struct

from gateway.domain.receipt import RegisterRef
from gateway.domain.texts import Phrase
from gateway.ports import Clock, Meter
from gateway.services.guard.breaker import BreakerState
from gateway.services.guard.guarded import AT_THE_TILL

log = structlog.get_logger()

LOOK_EVERY = 10.0
"""Seconds between looks at whether it has lasted too long."""


class Reason(StrEnum):
    """Why; where several hold, the first is what a cashier is told."""

    STORE = "store"
    MANUAL = "manual"
    SERVER = "server"


BEGINS = {
    Reason.STORE: Phrase.LIMITED_STORE,
    Reason.MANUAL: Phrase.LIMITED_MANUAL,
    Reason.SERVER: Phrase.LIMITED_SERVER,
}


class LimitedState(Struct, frozen=True, kw_only=True):
    """`since` by reason; empty when nothing is limited. `failing`: operations whose breaker is not closed."""

    since: dict[Reason, datetime]
    failing: tuple[str, ...] = ()
    is_overdue: bool = False

    @property
    def began(self) -> datetime | None:
        return min(self.since.values(), default=None)


class LimitedMode:
    """`keep` stores since when it is on by hand, None when it is not; `manual` is what was stored before."""

    def __init__(
        self,
        clock: Clock,
        meter: Meter,
        longest: timedelta,
        keep: Callable[[datetime | None], None],
        manual: datetime | None,
    ) -> None:
        self._clock = clock
        self._meter = meter
        self._longest = longest
        self._keep = keep
        self._since: dict[Reason, datetime] = {} if manual is None else {Reason.MANUAL: manual}
        self._failing: set[str] = set()
        self._told: set[RegisterRef] = set()
        self._warned = False

    @property
    def is_manual(self) -> bool:
        return Reason.MANUAL in self._since

    def state(self) -> LimitedState:
        return LimitedState(since=dict(self._since), failing=tuple(sorted(self._failing)), is_overdue=self._overdue())

    def phrase(self) -> Phrase | None:
        """Why sales go on without the programme, the weightiest reason; None while they do not."""
        return next((phrase for reason, phrase in BEGINS.items() if reason in self._since), None)

    def switch(self, *, on: bool) -> None:
        """By hand. Raises `OSError` when it cannot be stored; then nothing has changed."""
        if on is not self.is_manual:
            now = self._clock.now()
            self._keep(now if on else None)
            self._set(Reason.MANUAL, on=on, now=now)

    def breaker_moved(self, operation: str, state: BreakerState) -> None:
        if operation not in AT_THE_TILL:
            return
        if state is BreakerState.CLOSED:
            self._failing.discard(operation)
        else:
            self._failing.add(operation)
        self._set(Reason.SERVER, on=bool(self._failing), now=self._clock.now())

    def store_answered(self, *, well: bool) -> None:
        """Whether the last change could be stored."""
        if well is (Reason.STORE in self._since):
            self._set(Reason.STORE, on=not well, now=self._clock.now())

    def news_for(self, register: RegisterRef) -> Phrase | None:
        """What this register's cashier has not been told yet; told herewith."""
        if not self._since:
            if register not in self._told:
                return None
            self._told.discard(register)
            return Phrase.LIMITED_ENDED
        if register in self._told:
            return None
        self._told.add(register)
        return self.phrase()

    async def watch(self) -> None:
        """Warn, once, when it lasts longer than it should."""
        while True:
            self.look()
            await self._clock.sleep(LOOK_EVERY)

    def look(self) -> None:
        overdue = self._overdue()
        if overdue and not self._warned:
            reasons = [str(reason) for reason in self._since]
            log.error("limited_mode_lasts", reasons=reasons, longer_than_seconds=self._longest.total_seconds())
        self._warned = overdue

    def _overdue(self) -> bool:
        began = min(self._since.values(), default=None)
        return began is not None and self._clock.now() - began > self._longest

    def _set(self, reason: Reason, *, on: bool, now: datetime) -> None:
        if on is (reason in self._since):
            return
        if on:
            self._since[reason] = now
        else:
            del self._since[reason]
        self._meter.count("limited_mode_changes", reason=reason, to="on" if on else "off")
        log.warning("limited_mode", reason=str(reason), on=on, operations=sorted(self._failing))
