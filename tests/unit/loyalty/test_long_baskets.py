"""Long receipts: the server's own rule (Mindbox reference, 3.2), kept before it has to refuse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.loyalty.mindbox.long_baskets import WINDOW, LongBaskets
from gateway.errors import NotAsked

LONG, SHORT = 51, 50


def admitted(baskets: LongBaskets, lines: int, now: float) -> bool:
    try:
        baskets.admit(lines, now)
    except NotAsked:
        return False
    return True


def test_one_long_basket_is_always_allowed_and_a_second_is_not() -> None:
    baskets = LongBaskets(50, 0.1)
    assert [admitted(baskets, LONG, now) for now in (0, 1)] == [True, False]
    assert admitted(baskets, SHORT, 2)


def test_a_tenth_of_all_may_be_long() -> None:
    baskets = LongBaskets(50, 0.1)
    assert admitted(baskets, LONG, 0)
    for number in range(18):
        assert admitted(baskets, SHORT, number / 10)
    assert admitted(baskets, LONG, 2)
    assert not admitted(baskets, LONG, 3)


def test_after_two_minutes_it_begins_anew_and_says_how_long_that_is() -> None:
    baskets = LongBaskets(50, 0.1)
    baskets.admit(LONG, 0)
    with pytest.raises(NotAsked) as held:
        baskets.admit(LONG, 50)
    assert held.value.retry_after == pytest.approx(70)
    assert admitted(baskets, LONG, WINDOW)


def test_a_refusal_of_the_server_holds_long_ones_back_for_two_minutes() -> None:
    baskets = LongBaskets(50, 0.1)
    baskets.refused(10)
    assert [admitted(baskets, LONG, now) for now in (11, 10 + WINDOW)] == [False, True]
    assert admitted(baskets, SHORT, 12)


def test_without_the_rule_everything_goes() -> None:
    baskets = LongBaskets(0, 0.1)
    assert all(admitted(baskets, 1000, now) for now in range(10))


@given(st.lists(st.tuples(st.integers(1, 100), st.floats(0, 20)), max_size=60))
def test_whatever_comes_the_server_never_sees_more_long_ones_than_it_takes(calls: list[tuple[int, float]]) -> None:
    baskets, sent, now = LongBaskets(50, 0.1), [], 0.0
    for lines, pause in calls:
        now += pause
        if admitted(baskets, lines, now):
            sent.append((now, lines > SHORT))
            window = [long for at, long in sent if at > now - WINDOW]
            assert sum(window) <= max(1, 0.1 * len(window)) or not window[-1]
