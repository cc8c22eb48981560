"""The transition segment: entered after the sale that lifts the level, left when the popup was shown."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

import pytest

from adapters.loyalty.programme import Account, Basket, BasketLine, LineStatus, Programme, RefundPart

ANNA = "80015"  # silver, 300 roubles short of gold


class MovableClock(Protocol):
    now: datetime

    def move(self, seconds: float) -> None: ...


def buy(programme: Programme, price: str, order_id: str = "sale", at: datetime | None = None) -> Account:
    line = BasketLine(number=1, sku="x", quantity=Decimal(1), unit_price=Decimal(price), status=LineStatus.PAID)
    programme.place(Basket(order_id=order_id, account=ANNA, lines=(line,), at=at))
    account = programme.account(ANNA)
    assert account is not None
    return account


def transition(programme: Programme, account: Account) -> list[str]:
    return [one.segment for one in programme.segments(account) if one.segmentation == "LevelTransition"]


def level(programme: Programme, account: Account) -> str:
    return next(one.segment for one in programme.segments(account) if one.segmentation == "Level")


def test_the_segment_is_entered_some_seconds_after_the_sale(programme: Programme, clock: MovableClock) -> None:
    account = buy(programme, "300.00")
    assert level(programme, account) == "Gold"
    clock.move(4.9)
    assert transition(programme, account) == []
    clock.move(0.1)
    assert transition(programme, account) == ["SilverToGold"]


def test_a_sale_below_the_next_level_moves_nobody(programme: Programme, clock: MovableClock) -> None:
    account = buy(programme, "299.99")
    clock.move(10)
    assert (level(programme, account), transition(programme, account)) == ("Silver", [])


def test_a_popup_shown_in_time_ends_the_segment_and_brings_a_code(programme: Programme, clock: MovableClock) -> None:
    account = buy(programme, "300.00")
    clock.move(120)
    programme.record_action(account, "Offline.PopupShown", {"segment": "SilverToGold"})
    assert transition(programme, account) == []
    assert account.codes == ["UP-0001"]
    programme.record_action(account, "Offline.PopupShown", {})
    assert account.codes == ["UP-0001"]
    assert [action.fields for action in account.actions] == [{"segment": "SilverToGold"}, {}]


def test_a_popup_shown_too_late_ends_the_segment_without_a_code(programme: Programme, clock: MovableClock) -> None:
    account = buy(programme, "300.00")
    clock.move(120.1)
    programme.record_action(account, "Offline.PopupShown", {})
    assert (transition(programme, account), account.codes) == ([], [])


def test_the_window_counts_from_the_sale_not_from_its_delivery(programme: Programme, clock: MovableClock) -> None:
    account = buy(programme, "300.00", at=clock.now - timedelta(seconds=100))
    clock.move(21)
    programme.record_action(account, "Offline.PopupShown", {})
    assert account.codes == []


def test_an_action_that_is_no_popup_changes_no_segment(programme: Programme, clock: MovableClock) -> None:
    account = buy(programme, "300.00")
    clock.move(6)
    programme.record_action(account, "Offline.BirthdayShown", {})
    assert transition(programme, account) == ["SilverToGold"]


def test_the_next_purchase_brings_no_second_transition(programme: Programme, clock: MovableClock) -> None:
    account = buy(programme, "300.00")
    clock.move(6)
    programme.record_action(account, "Offline.PopupShown", {})
    buy(programme, "500.00", order_id="next")
    clock.move(6)
    assert transition(programme, account) == []


def test_who_falls_again_by_a_refund_is_not_congratulated(programme: Programme, clock: MovableClock) -> None:
    account = buy(programme, "300.00")
    programme.refund("sale", [RefundPart(number=1, quantity=Decimal(1))])
    clock.move(6)
    assert (level(programme, account), transition(programme, account)) == ("Silver", [])


def test_of_two_rises_only_the_newer_is_congratulated(programme: Programme, clock: MovableClock) -> None:
    account = buy(programme, "300.00")
    buy(programme, "100000.00", order_id="next")
    clock.move(6)
    assert transition(programme, account) == ["GoldToPlatinum"]
    programme.record_action(account, "Offline.PopupShown", {})
    assert [code for code in account.codes if code.startswith("UP-")] == ["UP-0001"]


@pytest.mark.parametrize(("seconds", "codes"), [(12, ["UP-0001"]), (12.1, [])])
def test_speed_divides_the_delays(
    make_programme: Callable[..., Programme], clock: MovableClock, seconds: float, codes: list[str]
) -> None:
    programme = make_programme(speed=10)
    account = buy(programme, "300.00")
    clock.move(0.5)
    assert transition(programme, account) == ["SilverToGold"]
    clock.move(seconds - 0.5)
    programme.record_action(account, "Frontol.PopupShown", {})
    assert account.codes == codes
