"""When calls stop, for how long, and what lets them through again."""

import pytest

from gateway.services.guard.breaker import Breaker, BreakerRules, BreakerState

RULES = BreakerRules()


@pytest.fixture
def breaker() -> Breaker:
    return Breaker(RULES)


def ask(breaker: Breaker, now: float, *, well: bool) -> None:
    """One call that is let through."""
    ticket = breaker.enter(now)
    assert ticket is not None
    (breaker.succeeded if well else breaker.failed)(ticket, now)


def opened(breaker: Breaker, now: float = 0.0) -> None:
    for _ in range(5):
        ask(breaker, now, well=False)


def test_it_opens_at_five_failures_in_a_row(breaker: Breaker) -> None:
    for _ in range(4):
        ask(breaker, 0, well=False)
    assert breaker.state is BreakerState.CLOSED
    ask(breaker, 0, well=False)
    assert breaker.state is BreakerState.OPEN
    assert breaker.enter(29.9) is None


def test_a_call_that_has_waited_goes_out_while_the_breaker_is_closed_or_it_is_the_probe(breaker: Breaker) -> None:
    before = breaker.enter(0)
    assert before is not None
    assert breaker.still_admits(before)
    opened(breaker)
    assert not breaker.still_admits(before)
    probe = breaker.enter(30)
    assert probe is not None
    assert breaker.still_admits(probe)
    assert not breaker.still_admits(before)
    breaker.succeeded(probe, 30)
    assert breaker.still_admits(before), "the server is well again: who waited from before may ask it"


def test_a_success_ends_the_row(breaker: Breaker) -> None:
    for at in range(8):
        ask(breaker, at * 20, well=at % 4 == 3)
    assert breaker.state is BreakerState.CLOSED


def test_it_opens_when_half_of_at_least_twenty_calls_within_ten_seconds_fail(breaker: Breaker) -> None:
    for call in range(19):
        ask(breaker, call * 0.5, well=call % 2 == 0)
    assert breaker.state is BreakerState.CLOSED
    ask(breaker, 9.5, well=False)
    assert breaker.state is BreakerState.OPEN


def test_half_of_calls_that_are_spread_over_more_than_ten_seconds_is_no_reason(breaker: Breaker) -> None:
    for call in range(100):
        ask(breaker, call * 0.6, well=call % 2 == 0)
    assert breaker.state is BreakerState.CLOSED


def test_one_third_of_failures_is_no_reason(breaker: Breaker) -> None:
    for call in range(300):
        ask(breaker, call * 0.1, well=call % 3 != 0)
    assert breaker.state is BreakerState.CLOSED


def test_half_open_lets_one_probe_through_whose_success_closes_it(breaker: Breaker) -> None:
    opened(breaker)
    probe = breaker.enter(30)
    assert probe is not None
    assert breaker.state is BreakerState.HALF_OPEN
    assert breaker.enter(30) is None
    assert breaker.enter(90) is None
    breaker.succeeded(probe, 90)
    assert breaker.state is BreakerState.CLOSED
    assert breaker.enter(90) is not None


def test_each_failed_probe_makes_it_rest_longer_up_to_five_minutes(breaker: Breaker) -> None:
    opened(breaker)
    now, rests = 0.0, []
    for _ in range(12):
        rests.append(breaker.rest(now))
        now += rests[-1]
        ask(breaker, now, well=False)
    assert rests == [30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300]


def test_once_closed_the_rests_begin_anew(breaker: Breaker) -> None:
    opened(breaker)
    ask(breaker, 30, well=False)
    ask(breaker, 90, well=True)
    opened(breaker, 100)
    assert breaker.rest(100) == 30


def test_what_began_before_it_opened_decides_nothing(breaker: Breaker) -> None:
    early = breaker.enter(0)
    assert early is not None
    opened(breaker)
    breaker.succeeded(early, 1)
    assert breaker.state is BreakerState.OPEN
    probe = breaker.enter(30)
    breaker.failed(early, 31)
    breaker.succeeded(early, 31)
    assert breaker.state is BreakerState.HALF_OPEN
    assert probe is not None


def test_a_probe_that_was_given_up_makes_room_for_another(breaker: Breaker) -> None:
    opened(breaker)
    probe = breaker.enter(30)
    assert probe is not None
    assert breaker.enter(31) is None
    breaker.abandoned(probe)
    assert breaker.enter(31) is not None


def test_a_sign_of_life_elsewhere_brings_the_probe_forward(breaker: Breaker) -> None:
    opened(breaker)
    breaker.hurry(3)
    assert breaker.rest(3) == 0
    assert breaker.enter(3) is not None
    assert breaker.enter(3) is None


def test_asking_whether_takes_nothing(breaker: Breaker) -> None:
    opened(breaker)
    assert breaker.admits(30)
    assert breaker.admits(30)
    assert breaker.state is BreakerState.OPEN
