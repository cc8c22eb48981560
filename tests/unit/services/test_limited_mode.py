"""Limited mode: what begins and ends it, who is told, and how often."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from builders import AT, REGISTER, later
from scripted_program import Meter
from virtual_clock import FakeClock

from gateway.domain.receipt import RegisterRef
from gateway.domain.texts import Phrase
from gateway.services.guard.breaker import BreakerState
from gateway.services.limited_mode import LimitedMode, Reason
from gateway.state.limited import LimitedFile

OTHER = RegisterRef(outlet="shop-7", register="3")


class Kept:
    """What would lie in the file."""

    def __init__(self) -> None:
        self.since: datetime | None = None
        self.error: OSError | None = None

    def keep(self, since: datetime | None) -> None:
        if self.error is not None:
            raise self.error
        self.since = since


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def limited(clock: FakeClock, kept: Kept) -> LimitedMode:
    return LimitedMode(clock, Meter(), timedelta(minutes=30), kept.keep, None)


def test_each_register_is_told_once_when_it_begins_and_once_when_it_ends(limited: LimitedMode) -> None:
    assert limited.news_for(REGISTER) is None
    limited.breaker_moved("quote", BreakerState.OPEN)
    assert [limited.news_for(REGISTER) for _ in range(3)] == [Phrase.LIMITED_SERVER, None, None]
    assert limited.news_for(OTHER) is Phrase.LIMITED_SERVER
    limited.breaker_moved("quote", BreakerState.CLOSED)
    assert [limited.news_for(REGISTER) for _ in range(3)] == [Phrase.LIMITED_ENDED, None, None]
    assert limited.news_for(OTHER) is Phrase.LIMITED_ENDED


def test_who_did_not_hear_of_the_beginning_need_not_hear_of_the_end(limited: LimitedMode) -> None:
    limited.switch(on=True)
    limited.switch(on=False)
    assert limited.news_for(REGISTER) is None


def test_a_failed_probe_is_not_another_beginning(limited: LimitedMode, clock: FakeClock) -> None:
    limited.breaker_moved("quote", BreakerState.OPEN)
    assert limited.news_for(REGISTER) is not None
    clock.move(30)
    for state in (BreakerState.HALF_OPEN, BreakerState.OPEN, BreakerState.HALF_OPEN):
        limited.breaker_moved("quote", state)
        assert limited.news_for(REGISTER) is None
    assert limited.state().since == {Reason.SERVER: AT}


def test_it_lasts_until_the_last_kind_of_call_is_well(limited: LimitedMode) -> None:
    limited.breaker_moved("quote", BreakerState.OPEN)
    limited.breaker_moved("hold", BreakerState.OPEN)
    limited.breaker_moved("quote", BreakerState.CLOSED)
    assert limited.state().failing == ("hold",)
    assert limited.state().since == {Reason.SERVER: AT}
    limited.breaker_moved("hold", BreakerState.CLOSED)
    assert limited.state().since == {}


def test_a_delivery_that_cannot_be_made_troubles_no_cashier(limited: LimitedMode) -> None:
    limited.breaker_moved("sale", BreakerState.OPEN)
    assert limited.state().since == {}


def test_the_store_begins_and_ends_it_too(limited: LimitedMode) -> None:
    limited.store_answered(well=True)
    assert limited.state().since == {}
    limited.store_answered(well=False)
    limited.store_answered(well=False)
    assert limited.news_for(REGISTER) is Phrase.LIMITED_STORE
    limited.store_answered(well=True)
    assert limited.state().since == {}


def test_by_hand_it_is_kept_and_outlives_a_restart(limited: LimitedMode, kept: Kept, clock: FakeClock) -> None:
    clock.move(60)
    limited.switch(on=True)
    assert kept.since == later(seconds=60)
    clock.move(60)
    limited.switch(on=True)
    assert kept.since == later(seconds=60)
    again = LimitedMode(clock, Meter(), timedelta(minutes=30), kept.keep, kept.since)
    assert again.is_manual
    assert again.state().began == later(seconds=60)
    again.switch(on=False)
    assert kept.since is None


def test_what_is_told_before_a_restart_is_what_is_told_after_it(kept: Kept) -> None:
    """However much time passes between the look at the clock and the file."""

    class Ticking(FakeClock):
        def now(self) -> datetime:
            self.move(1)
            return super().now()

    limited = LimitedMode(Ticking(), Meter(), timedelta(minutes=30), kept.keep, None)
    limited.switch(on=True)
    assert limited.state().since == {Reason.MANUAL: kept.since}


def test_a_switch_that_cannot_be_kept_is_not_thrown(limited: LimitedMode, kept: Kept) -> None:
    kept.error = OSError("no space")
    with pytest.raises(OSError, match="no space"):
        limited.switch(on=True)
    assert not limited.is_manual


def test_the_end_of_an_outage_does_not_end_what_was_switched_by_hand(limited: LimitedMode) -> None:
    limited.switch(on=True)
    limited.breaker_moved("quote", BreakerState.OPEN)
    limited.breaker_moved("quote", BreakerState.CLOSED)
    assert limited.is_manual
    assert limited.state().since == {Reason.MANUAL: AT}


def test_it_says_when_it_lasts_too_long(limited: LimitedMode, clock: FakeClock) -> None:
    limited.switch(on=True)
    clock.move(30 * 60)
    assert not limited.state().is_overdue
    clock.move(1)
    assert limited.state().is_overdue
    limited.switch(on=False)
    assert not limited.state().is_overdue


def test_the_file_gives_back_what_it_was_given(tmp_path: Path) -> None:
    file = LimitedFile(tmp_path)
    assert file.read() is None
    file.keep(AT)
    assert LimitedFile(tmp_path).read() == AT
    assert [path.name for path in tmp_path.iterdir()] == ["limited-mode"]
    file.keep(None)
    file.keep(None)
    assert file.read() is None


def test_a_damaged_file_still_says_on(tmp_path: Path) -> None:
    (tmp_path / "limited-mode").write_bytes(b"\xff\x00")
    assert LimitedFile(tmp_path).read() is not None


def test_without_a_folder_nothing_is_kept() -> None:
    LimitedFile(None).keep(AT)
    assert LimitedFile(None).read() is None
