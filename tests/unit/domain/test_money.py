"""Sums: rounded as on paper, split without losing a kopeck."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.money import KOPECK, ZERO, kopecks, spread

SUMS = st.decimals(0, 10_000, places=2)
FINE = st.decimals(-10, 10_000, places=5)  # a minimum price times a weight


@pytest.mark.parametrize(
    ("amount", "rounded"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("2.675", "2.68"), ("1.0049", "1.00")]
)
def test_halves_go_away_from_zero_as_on_a_fiscal_receipt(amount: str, rounded: str) -> None:
    assert kopecks(Decimal(amount)) == Decimal(rounded)


@given(SUMS, st.lists(st.tuples(SUMS, SUMS), max_size=8))
def test_parts_add_up_stay_within_limits_and_are_none_only_when_it_cannot_fit(
    amount: Decimal, places: list[tuple[Decimal, Decimal]]
) -> None:
    weights, limits = [weight for weight, _ in places], [limit for _, limit in places]
    parts = spread(amount, weights, limits)
    if amount > sum(limits, ZERO):
        assert parts is None
    else:
        assert parts is not None
        assert sum(parts, ZERO) == amount
        assert all(ZERO <= part <= limit for part, limit in zip(parts, limits, strict=True))


@given(SUMS, st.lists(st.tuples(SUMS, FINE), min_size=1, max_size=6))
def test_parts_are_whole_kopecks_whatever_the_limits_are(
    amount: Decimal, places: list[tuple[Decimal, Decimal]]
) -> None:
    limits = [limit for _, limit in places]
    parts = spread(amount, [weight for weight, _ in places], limits)
    for part, limit in zip(parts or [], limits if parts else [], strict=True):
        assert part % KOPECK == 0
        assert ZERO <= part <= max(limit, ZERO)


def test_a_line_below_its_minimum_price_takes_nothing_and_takes_nothing_from_the_others() -> None:
    assert spread(Decimal(7), [Decimal(1), Decimal(1)], [Decimal(-5), Decimal(10)]) == [0, 7]


def test_a_weighed_line_whose_floor_is_no_whole_kopeck_takes_whole_kopecks() -> None:
    limits = [Decimal("40.00") - Decimal("99.99") * Decimal("0.333"), Decimal(100)]
    parts = spread(Decimal(50), [Decimal(400), Decimal(100)], limits)
    assert parts == [Decimal("6.70"), Decimal("43.30")]


@given(SUMS, st.lists(SUMS, min_size=1, max_size=8))
def test_parts_follow_the_weights_to_the_kopeck_of_each_place_where_no_limit_is_in_the_way(
    amount: Decimal, weights: list[Decimal]
) -> None:
    whole = sum(weights, ZERO)
    parts = spread(amount, weights, [amount] * len(weights))
    assert parts is not None
    if whole:
        slack = KOPECK * len(weights)
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - amount * weight / whole) <= slack


def test_nothing_to_split_is_nothing_everywhere() -> None:
    assert spread(ZERO, [Decimal(1)], [ZERO]) == [ZERO]
    assert spread(ZERO, [], []) == []
    assert spread(KOPECK, [], []) is None
