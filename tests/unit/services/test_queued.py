"""When a call that the server has only queued is looked for, and when it is sent again."""

from datetime import timedelta

import pytest
from builders import AT

from gateway.services.queued import next_look

MINUTE = timedelta(seconds=60)


def wait(age: float, life: timedelta = MINUTE) -> float | None:
    return next_look(AT, AT + timedelta(seconds=age), life)


@pytest.mark.parametrize(("age", "seconds"), [(0, 2), (2, 3), (2.1, 2.9), (5, 10), (15, 45), (20, 40)])
def test_an_order_is_read_two_five_fifteen_and_sixty_seconds_after_its_call(age: float, seconds: float) -> None:
    assert wait(age) == pytest.approx(seconds)


@pytest.mark.parametrize("age", [60, 61, 100_000])
def test_what_is_not_there_after_a_minute_is_sent_again(age: float) -> None:
    assert wait(age) is None


def test_the_last_look_comes_after_the_minute_not_at_it() -> None:
    assert wait(59.9) == pytest.approx(0.7)


def test_a_call_from_the_future_is_sent_again() -> None:
    """Dated by a clock that was set back: by that clock it would be waited for until it has caught up."""
    assert wait(-1) is None


def test_a_shorter_life_shortens_every_look() -> None:
    six = timedelta(seconds=6)
    assert [wait(age, six) for age in (0, 0.2, 0.5, 1.5)] == [pytest.approx(at) for at in (0.2, 0.3, 1.0, 4.5)]
