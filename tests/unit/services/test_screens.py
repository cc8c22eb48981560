"""A register that sells while nobody would see its popups is told of: in opening hours, until a screen asks."""

from datetime import datetime, timedelta

import pytest
from builders import AT, REGISTER
from msgspec.structs import replace
from virtual_clock import FakeClock

from gateway.domain.hours import hours
from gateway.observability.metrics import Metrics
from gateway.services.alarms.noticing import Noticing
from gateway.services.popups import ScreenRules, Screens

QUIET = replace(REGISTER, register="3")
MINUTES = timedelta(minutes=1)


class Till:
    """Two registers of which one sells all the time; `screens` are looked at every half minute."""

    def __init__(self, open_hours: str = "") -> None:
        self.clock, self.metrics = FakeClock(AT), Metrics()
        self.noticing = Noticing(self.metrics, self.clock)
        rules = ScreenRules(missing_after=15 * MINUTES, open=hours(open_hours))
        self.has_rules = True
        self.screens = Screens(self.clock, self.noticing, rules, self._sold_at, lambda: self.has_rules)

    def _sold_at(self, register: object) -> datetime | None:
        return self.clock.now() if register == REGISTER else None

    def after(self, minutes: int) -> set[str]:
        """Which registers somebody is told of then."""
        for _ in range(minutes * 2):
            self.clock.move(30)
            self.screens.look((REGISTER, QUIET), lambda at: at)
        return self.noticing.screenless


@pytest.fixture
def till() -> Till:
    return Till()


def test_a_register_in_use_whose_screens_are_silent_is_told_of_and_one_nobody_sells_at_is_not(till: Till) -> None:
    assert till.after(15) == set()
    assert till.after(1) == {REGISTER.register}
    assert till.screens.is_missing(REGISTER)
    value = till.metrics.registry.get_sample_value
    assert value("pos_gateway_register_without_screen", {"register": REGISTER.register}) == 1
    assert value("pos_gateway_register_without_screen", {"register": QUIET.register}) == 0


def test_a_screen_that_connects_ends_it_and_one_that_asks_now_and_then_is_enough(till: Till) -> None:
    till.after(20)
    till.screens.connected(REGISTER, 1)
    assert till.after(60) == set()
    till.screens.connected(REGISTER, -1)
    assert till.after(14) == set()
    till.screens.asked(REGISTER)
    assert till.after(15) == set()
    assert till.after(1) == {REGISTER.register}


def test_without_a_rule_nobody_needs_a_screen_until_a_reload_brings_one(till: Till) -> None:
    till.has_rules = False
    assert till.after(30) == set()
    till.has_rules = True
    assert till.after(1) == {REGISTER.register}


@pytest.mark.parametrize(("open_hours", "told"), [("00:00-24:00", True), ("22:00-23:00", False)])
def test_outside_opening_hours_nobody_is_told(open_hours: str, told: bool) -> None:  # noqa: FBT001
    assert bool(Till(open_hours).after(30)) is told
