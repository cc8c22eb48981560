"""Old sales lose their person; what a repeat, a refund or a dispute needs stays as long as it is needed."""

from datetime import timedelta

import msgspec
import pytest
from shop_floor import OLGA, Shop, paid, plain_basket

from adapters.loyalty.memory import Fault
from gateway.services.housekeeping import Housekeeping, Keeping
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


async def test_a_lost_clock_throws_nothing_away(shop: Shop, keeper: Housekeeping) -> None:
    await sold(shop)
    shop.clock.move(8 * DAY)
    shop.clock.is_lost = True
    await keeper.tidy()
    assert await names_the_customer(shop)
