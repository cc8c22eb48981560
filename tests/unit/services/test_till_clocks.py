"""Whose clock says when a receipt was closed."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from builders import AT, make_receipt
from structlog.testing import capture_logs
from virtual_clock import FakeClock

from gateway.observability.metrics import Metrics
from gateway.services.till_clocks import TillClocks

HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(AT)


@pytest.fixture
def clocks(clock: FakeClock) -> TillClocks:
    return TillClocks(clock, ZoneInfo("Europe/Moscow"), Metrics())


def test_a_live_sale_takes_the_gateways_time(clocks: TillClocks) -> None:
    closed = clocks.closed(make_receipt(at=AT - timedelta(seconds=40)))
    assert (closed.at, closed.told) == (AT, AT)


def test_a_kept_sale_takes_its_registers_time(clocks: TillClocks) -> None:
    closed = clocks.closed(make_receipt(at=AT - HOUR))
    assert (closed.at, closed.told) == (AT - HOUR, AT - HOUR)


def test_a_slow_clock_is_no_kept_sale(clocks: TillClocks, clock: FakeClock) -> None:
    """The calculation a minute ago showed how far off the register is."""
    clocks.met(make_receipt(at=AT - HOUR))
    clock.move(60)
    closed = clocks.closed(make_receipt(at=AT - HOUR + timedelta(seconds=60)))
    assert (closed.at, closed.told) == (clock.now(), clock.now())


def test_a_sale_kept_by_a_slow_clock_is_told_with_that_clock_and_counted_by_ours(
    clocks: TillClocks, clock: FakeClock
) -> None:
    clocks.met(make_receipt(at=AT - HOUR))
    clock.move(3600)
    closed = clocks.closed(make_receipt(at=AT - HOUR))
    assert (closed.at, closed.told) == (AT, AT - HOUR)


def test_a_clock_that_nobody_keeps_believes_the_register(clocks: TillClocks, clock: FakeClock) -> None:
    clock.is_synchronised = False
    said = AT - timedelta(seconds=90)
    closed = clocks.closed(make_receipt(at=said))
    assert (closed.at, closed.told) == (AT, said)


def test_a_clock_that_is_lost_believes_the_register(clocks: TillClocks, clock: FakeClock) -> None:
    """Whatever the administrator has said of it."""
    clock.is_lost = True
    clock.set_back(50 * 365 * 24 * 3600)
    closed = clocks.closed(make_receipt(at=AT))
    assert (closed.at, closed.told) == (clock.now(), AT)


def test_a_time_without_a_zone_is_the_outlets(clocks: TillClocks) -> None:
    naive = datetime(2026, 11, 21, 14, 0)  # noqa: DTZ001 - what a till without a zone sends; 11:00 UTC in Moscow
    assert clocks.closed(make_receipt(at=naive)).told == AT.replace(hour=11, minute=0, second=0, microsecond=0)


def test_an_unreadable_time_is_ours(clocks: TillClocks) -> None:
    assert clocks.closed(make_receipt(at=None)).at == AT


def test_a_wrong_clock_is_said_once(clocks: TillClocks) -> None:
    with capture_logs() as logs:
        for _ in range(3):
            clocks.met(make_receipt(at=AT + timedelta(minutes=7)))
    assert [row["event"] for row in logs] == ["register_clock_is_wrong"]
