"""When a second call is sent, and how many of them there are; seeded draws, no clock."""

# ruff: noqa: S311 - a seeded draw is what a repeatable test needs

import math
import random

import pytest

from gateway.services.guard.hedge import Hedge, HedgeRules
from gateway.services.guard.latencies import Latencies


def play(hedge: Hedge, draw: "random.Random", seconds: "float | None", calls: int, left: float) -> tuple[int, int]:
    """Second calls, and calls that were not answered within `left`. `seconds`: what all take; None: healthy ones."""
    second = missed = 0
    for _ in range(calls):
        first = seconds if seconds is not None else healthy(draw)
        delay = hedge.began(left)
        answered = first
        if delay is not None and first > delay and hedge.spend():
            second += 1
            answered = min(first, delay + (seconds if seconds is not None else healthy(draw)))
        hedge.learn(answered)
        missed += answered > left
    return second, missed


def healthy(draw: "random.Random", median: float = 0.08) -> float:
    return 0.6 if draw.random() < 0.02 else median * math.exp(draw.gauss(0, 0.25))


def test_nothing_is_sent_twice_before_enough_was_learned() -> None:
    hedge = Hedge(HedgeRules())
    for _ in range(19):
        assert hedge.began(0.28) is None
        hedge.learn(0.08)
    hedge.learn(0.08)
    assert hedge.began(0.28) is not None


def test_the_delay_is_the_learned_95th_percentile() -> None:
    hedge = Hedge(HedgeRules())
    for percent in range(200):
        hedge.learn(0.05 + percent % 100 / 1000)
    assert hedge.began(0.5) == pytest.approx(0.145)


def test_only_the_last_answers_count() -> None:
    hedge = Hedge(HedgeRules(learn=100))
    for seconds in [0.2] * 100 + [0.05 + step / 2000 for step in range(100)]:
        hedge.learn(seconds)
    assert hedge.began(0.5) == pytest.approx(0.0975)


def test_no_second_call_goes_out_that_could_not_be_answered_in_time() -> None:
    hedge = Hedge(HedgeRules())
    for _ in range(100):
        hedge.learn(0.25)
    assert hedge.began(0.28) is None
    assert hedge.began(0.6) == pytest.approx(0.3125)


def test_switched_off_nothing_is_sent_twice() -> None:
    hedge = Hedge(HedgeRules(enabled=False))
    for _ in range(100):
        hedge.learn(0.08)
    assert hedge.began(0.28) is None
    assert not hedge.has_room(0.28)


def test_in_steady_state_a_twentieth_more_calls_save_nearly_all_stragglers() -> None:
    """Saved are not those whose second call straggles too, one in forty: of 40,000 draws some 20 are missed."""
    hedge, draw = Hedge(HedgeRules()), random.Random(4)
    play(hedge, draw, None, 1000, 0.28)
    second, missed = play(hedge, draw, None, 40_000, 0.28)
    assert second <= 0.052 * 40_000
    assert missed <= 0.03 * 0.02 * 40_000


def test_where_all_answers_take_the_same_time_hardly_any_is_asked_twice() -> None:
    hedge, draw = Hedge(HedgeRules()), random.Random(4)
    second = 0
    for _ in range(2000):
        first = 0.08 + draw.random() / 1000
        delay = hedge.began(0.28)
        second += delay is not None and first > delay and hedge.spend()
        hedge.learn(first)
    assert second == 0


@pytest.mark.parametrize("slow", [0.25, 0.6, 2.0])
def test_when_everything_is_slow_it_dies_down(slow: float) -> None:
    """At most 10 % whatever happens, and after the first few answers next to nothing."""
    hedge, draw = Hedge(HedgeRules()), random.Random(4)
    play(hedge, draw, None, 1000, 0.28)
    at_first, _ = play(hedge, draw, slow, 100, 0.28)
    assert at_first <= 10 + HedgeRules().burst
    later, _ = play(hedge, draw, slow, 2000, 0.28)
    assert later <= 0.02 * 2000


def test_the_bucket_allows_a_tenth_of_the_calls_even_when_every_call_asks() -> None:
    hedge = Hedge(HedgeRules())
    spent = 0
    for _ in range(1000):
        hedge.began(0.28)
        spent += hedge.spend()
    assert spent <= 101


def test_quantiles_of_the_last_answers() -> None:
    latencies = Latencies(100)
    assert latencies.quantile(0.95) == 0
    for seconds in range(1, 201):
        latencies.add(seconds)
    assert len(latencies) == 100
    assert (latencies.quantile(0.5), latencies.quantile(0.95), latencies.quantile(1)) == (151, 196, 200)
