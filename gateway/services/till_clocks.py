"""Whose clock says when a receipt was closed: ours for a live sale, the register's own for a late one.

Registers' clocks are wrong now and then. How wrong is measured on requests that are always live (nobody queues
a calculation), so that an old receipt can be told from a slow clock.
"""

from datetime import datetime, timedelta, tzinfo

import structlog
from msgspec import Struct

from gateway.domain.receipt import Receipt, RegisterRef
from gateway.ports import Clock, Meter

log = structlog.get_logger()

LIVE = timedelta(minutes=5)
"""A close that is older than this was kept by its register; a clock that is further off is an alert."""

NOTED = timedelta(seconds=1)
"""A smaller change of how far a clock is off is the time that a request was on its way."""


class ClosedAt(Struct, frozen=True, kw_only=True):
    """`at` by our own clock: popups and slips count from it. `told` is what stands in the order.

    `is_late`: its register kept it for a while.
    """

    at: datetime
    told: datetime
    is_late: bool = False


class TillClocks:
    def __init__(self, clock: Clock, zone: tzinfo | None, meter: Meter) -> None:
        self._clock = clock
        self._zone = zone
        self._meter = meter
        self._skews: dict[RegisterRef, timedelta] = {}

    def met(self, receipt: Receipt) -> None:
        """A live request: how far its register's clock is from ours."""
        if receipt.at is None:
            return
        skew = self._zoned(receipt.at) - self._clock.now()
        before = self._skews.get(receipt.register)
        if before is not None and abs(skew - before) < NOTED:
            return
        self._skews[receipt.register] = skew
        self._meter.set("register_clock_skew_seconds", skew.total_seconds(), register=receipt.register.register)
        if abs(skew) > LIVE >= abs(before or timedelta(0)):
            log.warning(
                "register_clock_is_wrong", register=str(receipt.register), seconds=round(skew.total_seconds())
            )

    def closed(self, receipt: Receipt) -> ClosedAt:
        """When this receipt was closed, by our clock and as the loyalty server is told."""
        now = self._clock.now()
        if receipt.at is None:
            return ClosedAt(at=now, told=now)
        said = self._zoned(receipt.at)
        at = said - self._skews.get(receipt.register, timedelta(0))
        if now - at > LIVE:
            return ClosedAt(at=at, told=said, is_late=True)
        is_right = self._clock.synchronised() and not self._clock.lost()
        return ClosedAt(at=now, told=now if is_right else said)

    def _zoned(self, at: datetime) -> datetime:
        """A time without a zone is the outlet's."""
        if at.tzinfo is not None:
            return at
        return at.replace(tzinfo=self._zone) if self._zone else at.astimezone()
