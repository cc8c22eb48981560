"""What a budget costs, from what the answers took."""

import pytest

from gateway.services.guard.advice import advise, missed

HUNDRED = [at / 100 for at in range(1, 101)]
THOUSAND = [at / 1000 for at in range(1, 1001)]


def test_the_share_that_a_budget_is_too_short_for() -> None:
    assert missed(HUNDRED, 0.8) == pytest.approx(0.2)
    assert missed(HUNDRED, 2) == 0
    assert missed([], 0.3) == 0


def test_the_reserve_is_not_the_servers() -> None:
    told = advise("quote", HUNDRED, 0.305, 0.02, 2.0)
    assert (told.operation, told.measured, told.budget) == ("quote", 100, 0.305)
    assert told.missed == pytest.approx(0.72)


def test_budgets_that_would_fit_are_round_and_leave_the_reserve() -> None:
    told = advise("quote", THOUSAND, 0.3, 0.02, 2.0)
    assert told.fits_1_percent == 1.05
    assert told.fits_1_per_mille == 1.05
    assert missed(THOUSAND, told.fits_1_percent - 0.02) <= 0.01


def test_nothing_is_said_from_too_few_answers() -> None:
    told = advise("quote", HUNDRED, 0.3, 0.02, 2.0)
    assert told.fits_1_percent is not None
    assert told.fits_1_per_mille is None
    assert advise("quote", HUNDRED[:19], 0.3, 0.02, 2.0).fits_1_percent is None


def test_no_budget_fits_where_the_server_keeps_silent_too_often() -> None:
    assert advise("quote", [0.1] * 950 + [2.0] * 50, 0.3, 0.02, 2.0).fits_1_percent is None
