"""Personal promotions, gifts, suggestions, and segments with rules of entry and exit."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.loyalty.programme import Account, AccountKeys, Basket, BasketLine, LineStatus, Programme
from adapters.loyalty.programme.promotions import Gift
from adapters.loyalty.programme.units import take_apart

ANNA, MARIA = "79115550123", "79217654321"  # a birthday soon; none
DAY = 24 * 3600
COUPONS = '[[coupons]]\ncode = "SPRING10"'
BIRTHDAY = '[[segments]]\nsegmentation = "B"\nsegment = "Rule"\nbirthday_within_days = 3\n\n'
CARE = '[[suggestions]]\nid = "care"\nname = "Care"\nskus = ["5001", "5002"]\npercent = 15\n\n'


def line(sku: str, price: int, number: int = 1, quantity: int = 1) -> BasketLine:
    return BasketLine(number=number, sku=sku, quantity=Decimal(quantity), unit_price=Decimal(price))


def account(programme: Programme, phone: str) -> Account:
    found = programme.find(AccountKeys(phone=phone))
    assert found is not None
    return found


def priced(programme: Programme, phone: str, *lines: BasketLine) -> Decimal:
    return programme.price(Basket(account=account(programme, phone).id, lines=lines)).total


def in_segment(programme: Programme, phone: str, segment: str) -> bool:
    return segment in {one.segment for one in programme.segments(account(programme, phone))}


def test_a_personal_promotion_is_for_its_segment_only(programme: Programme) -> None:
    assert priced(programme, ANNA, line("5003", 100, quantity=2)) == 140
    assert priced(programme, MARIA, line("5003", 100, quantity=2)) == 200
    assert programme.price(Basket(lines=(line("5003", 100),))).total == 100


def test_an_offer_is_shown_to_whom_it_is_for(programme: Programme) -> None:
    def ids(phone: str) -> set[str]:
        return {one.id for one in programme.offers(account(programme, phone))}

    assert "birthday" in ids(ANNA)
    assert "birthday" not in ids(MARIA)


def test_a_gift_costs_a_rouble_when_it_is_due_and_is_suggested_before(programme: Programme) -> None:
    account(programme, ANNA).turnover = Decimal(60000)  # gold
    shorts, socks = line("700-B", 5000), line("700-S", 300, number=2)
    asked = Basket(account=account(programme, ANNA).id, lines=(shorts,))
    assert "Покупателю положены носки за 1 рубль" in {hint.text for hint in programme.price(asked).hints}
    assert priced(programme, ANNA, shorts, socks) == 5001
    assert priced(programme, ANNA, line("700-B", 4999), socks) == 5299
    assert priced(programme, MARIA, shorts, socks) == 5300


@given(st.lists(st.integers(1, 10000), max_size=5), st.integers(1, 3))
def test_a_gift_never_costs_less_than_its_price_and_only_one_is_given(prices: list[int], gifts: int) -> None:
    promotion = Gift(id="g", name="g", gift_sku="gift", minimum_total=Decimal(5000))
    bought = [line("x", price, number) for number, price in enumerate(prices, 1)]
    units = take_apart([*bought, line("gift", 200, 99, quantity=gifts)])
    promotion.discount(units)
    given_away = [unit for unit in units if unit.discounts]
    assert len(given_away) == (1 if prices and sum(prices) >= 5000 else 0)
    assert all(unit.net == 1 for unit in given_away)


def test_who_has_bought_much_is_in_the_segment_and_who_falls_below_is_not(programme: Programme) -> None:
    assert not in_segment(programme, ANNA, "Big")
    account(programme, ANNA).turnover = Decimal(100000)
    assert in_segment(programme, ANNA, "Big")
    account(programme, ANNA).turnover = Decimal(99999)
    assert not in_segment(programme, ANNA, "Big")


def test_who_has_not_bought_for_long_is_in_until_he_was_spoken_to_and_again_later(
    programme: Programme, clock: Any
) -> None:
    paid = BasketLine(number=1, sku="x", quantity=Decimal(1), unit_price=Decimal(500), status=LineStatus.PAID)
    programme.place(Basket(order_id="o", account=account(programme, MARIA).id, lines=(paid,)))
    assert not in_segment(programme, MARIA, "Year")
    clock.move(366 * DAY)
    assert in_segment(programme, MARIA, "Year")
    programme.record_action(account(programme, MARIA), "Offline.PopupShown", {"segment": "SomethingElse"})
    assert in_segment(programme, MARIA, "Year")
    programme.record_action(account(programme, MARIA), "Offline.PopupShown", {"segment": "Year"})
    assert not in_segment(programme, MARIA, "Year")
    clock.move(31 * DAY)
    assert in_segment(programme, MARIA, "Year")


@pytest.mark.parametrize(("days", "expected"), [(0, True), (-1, True), (-3, True), (-4, False), (1, False)])
def test_a_birthday_is_ahead_not_behind(
    make_programme: Callable[..., Programme], tmp_path: Path, clock: Any, days: int, *, expected: bool
) -> None:
    programme = make_programme(lambda text: text.replace(COUPONS, BIRTHDAY + COUPONS, 1), tmp_path)
    clock.now = clock.now.replace(month=4, day=2) + timedelta(days=days)
    assert in_segment(programme, ANNA, "Rule") is expected


def test_what_might_be_added_is_suggested_until_it_is_there(
    make_programme: Callable[..., Programme], tmp_path: Path
) -> None:
    programme = make_programme(lambda text: text.replace(COUPONS, CARE + COUPONS, 1), tmp_path)

    def suggested(*skus: str) -> list[str]:
        lines = tuple(line(sku, 10, number) for number, sku in enumerate(skus, 1))
        return [one.id for one in programme.suggestions(programme.price(Basket(lines=lines)))]

    assert [suggested("x"), suggested("x", "5002"), suggested()] == [["care"], [], []]
