"""Points that are not available yet, and the clock of the sandbox that can be moved either way."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from adapters.loyalty.programme import AccountKeys, Programme


def test_points_ripen_as_time_goes_by_and_unripen_when_the_clock_is_moved_back(
    make_programme: Callable[..., Programme], clock: Any
) -> None:
    programme = make_programme()
    account = programme.find(AccountKeys(phone="79217654321"))
    assert account is not None
    before = programme.balance(account).available
    account.post("o", Decimal(10), clock.now, since=clock.now + timedelta(seconds=60))
    assert programme.balance(account).pending == 10
    clock.move(61)
    assert programme.balance(account).available == before + 10
    clock.move(-61)
    assert (programme.balance(account).available, programme.balance(account).pending) == (before, 10)
