"""Old sales lose their person; what a repeat, a refund or a dispute needs stays as long as it is needed."""

from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace
from shop_floor import OLGA, Shop, basket, paid, plain_basket

from adapters.loyalty.memory import Fault
from gateway.domain.change import Change
from gateway.domain.sale import advance
from gateway.domain.sale_events import ResendAsked, Verdict
from gateway.domain.sale_record import State, Terms
from gateway.services.housekeeping import Housekeeping, Keeping
from gateway.services.operating import NotPossible, Operating
from gateway.services.records import Records

DAY = 86400.0


@pytest.fixture
def keeper(shop: Shop) -> Housekeeping:
    records = Records(shop.store, shop.clock, shop.core.checkout._closing._records.terms)
    return Housekeeping(records, shop.meter, Keeping(personal=timedelta(days=7)))


async def sold(shop: Shop) -> None:
    await shop.complete(paid(plain_basket()))
    await shop.pass_time(seconds=60)


async def names_the_customer(shop: Shop) -> bool:
    return OLGA.value.encode() in msgspec.json.encode(await shop.sale())


async def test_a_young_sale_keeps_its_customer(shop: Shop, keeper: Housekeeping) -> None:
    await sold(shop)
    shop.clock.move(6 * DAY)
    await keeper.tidy()
    assert await names_the_customer(shop)


async def test_an_old_sale_loses_its_customer_and_still_knows_a_repeat(shop: Shop, keeper: Housekeeping) -> None:
    await sold(shop)
    shop.clock.move(8 * DAY)
    await keeper.tidy()
    assert not await names_the_customer(shop)
    await shop.complete(paid(plain_basket()))
    assert (await shop.store.counts()).parked_documents == 0, "the same receipt, not another one"


async def test_an_undelivered_sale_is_never_stripped(shop: Shop, keeper: Housekeeping) -> None:
    shop.program.fail_all(Fault.UNAVAILABLE)
    await shop.complete(paid(plain_basket()))
    shop.clock.move(90 * DAY)
    await keeper.tidy()
    assert await names_the_customer(shop)


async def test_a_refund_of_a_stripped_sale_still_finds_its_pieces(shop: Shop, keeper: Housekeeping) -> None:
    await sold(shop)
    shop.clock.move(8 * DAY)
    await keeper.tidy()
    await shop.refund("refund-1", 1)
    await shop.pass_time(seconds=120)
    refund = await shop.store.refund("refund-1")
    assert refund is not None
    assert refund.state == "done"


async def later(shop: Shop, keeper: Housekeeping, days: float) -> None:
    shop.clock.move(days * DAY)
    await keeper.tidy()


async def test_a_refund_is_stripped_though_its_sale_was_long_ago(shop: Shop, keeper: Housekeeping) -> None:
    await sold(shop)
    await later(shop, keeper, 8)
    await shop.refund("refund-1", 1)
    await shop.pass_time(seconds=120)
    await later(shop, keeper, 8)
    refund = await shop.store.refund("refund-1")
    assert refund is not None
    assert (refund.stripped, OLGA.value.encode() in msgspec.json.encode(refund)) == (True, False)


async def test_a_receipt_nobody_closed_keeps_its_generation_and_nobodys_name(
    shop: Shop, keeper: Housekeeping
) -> None:
    await shop.held(basket())
    await shop.pass_time(minutes=20)
    await later(shop, keeper, 8)
    sale = await shop.sale()
    assert (sale.state, sale.generation, sale.stripped) == (State.OPEN, 1, True)
    assert not await names_the_customer(shop)


async def test_one_that_comes_to_life_again_is_looked_at_again(shop: Shop, keeper: Housekeeping) -> None:
    receipt = await shop.held(basket())
    await shop.pass_time(minutes=20)
    await later(shop, keeper, 8)
    await shop.complete(receipt)
    await shop.pass_time(seconds=60)
    assert ((await shop.sale()).stripped, await names_the_customer(shop)) == (False, True)
    await later(shop, keeper, 8)
    assert ((await shop.sale()).stripped, await names_the_customer(shop)) == (True, False)


async def parked(shop: Shop) -> Operating:
    await sold(shop)
    sale = await shop.sale()
    await shop.store.commit(Change(sale=replace(sale, state=State.PARKED, refusal="нет такого товара")))
    return Operating(shop.core.checkout._closing._records)


async def test_a_parked_sale_waits_whole_for_its_person(shop: Shop, keeper: Housekeeping) -> None:
    await parked(shop)
    await later(shop, keeper, 90)
    assert await names_the_customer(shop)


async def test_one_put_aside_is_stripped_and_cannot_be_sent_for_nobody(shop: Shop, keeper: Housekeeping) -> None:
    operating = await parked(shop)
    await operating.drop("receipt-1", "тест")
    await later(shop, keeper, 8)
    assert not await names_the_customer(shop)
    with pytest.raises(NotPossible, match="удалены"):
        await operating.retry("receipt-1")
    step = advance(await shop.sale(), ResendAsked(now=shop.clock.now()), Terms())
    assert (step.verdict, step.sale.state) == (Verdict.STALE, State.PARKED)


async def test_in_the_end_nothing_is_left(shop: Shop, keeper: Housekeeping) -> None:
    """A year of any of these, three years later."""
    await (await parked(shop)).drop("receipt-1", "тест")
    await shop.complete(paid(plain_basket("receipt-2")))
    await shop.refund("refund-2", 1, of="receipt-2")
    await shop.refund("refund-3", 5, of="receipt-2")
    await shop.pass_time(minutes=10)
    operating = Operating(shop.core.checkout._closing._records)
    await operating.drop("refund-3", "тест")
    await shop.held(basket("receipt-3"))
    await shop.pass_time(minutes=20)
    await later(shop, keeper, 8)
    await later(shop, keeper, 3 * 365)
    names = ("receipt-1", "receipt-2", "receipt-3")
    assert [await shop.store.sale(name) for name in names] == [None] * 3
    refunds = ("refund-2", "refund-3")
    assert [await shop.store.refund(name) for name in refunds] == [None] * 2
    assert await shop.store.work(100) == []
    assert await shop.store.history("receipt-1") == []


async def test_a_lost_clock_throws_nothing_away(shop: Shop, keeper: Housekeeping) -> None:
    await sold(shop)
    shop.clock.move(8 * DAY)
    shop.clock.is_lost = True
    await keeper.tidy()
    assert await names_the_customer(shop)
