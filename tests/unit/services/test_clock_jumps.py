"""The clock is set back, as when it was wrong since the start: nothing waits until it has caught up."""

import asyncio

from shop_floor import Shop, basket, paid, plain_basket

from adapters.loyalty.memory import Fault
from gateway.domain.sale_record import State
from gateway.domain.work import Lane

HOUR = 3600


async def looked(shop: Shop, *, back: float) -> None:
    """One look of the watch, with the clock set back in between."""
    watching = asyncio.create_task(shop.core.clock_jumps.watch())
    await asyncio.sleep(0)
    shop.clock.set_back(back)
    for _ in range(2):
        shop.clock.move(1)
        await shop.wait_for_background()
    watching.cancel()


async def undelivered(shop: Shop) -> None:
    shop.program.fail_all(Fault.UNAVAILABLE)
    await shop.complete(paid(plain_basket()))
    await shop.pass_time(minutes=1)
    assert (await shop.sale()).state is not State.DELIVERED


async def test_a_delivery_does_not_wait_for_the_lost_hour(shop: Shop) -> None:
    await undelivered(shop)
    await looked(shop, back=HOUR)
    shop.program.mend()
    await shop.pass_time(minutes=2)
    assert (await shop.sale()).state is State.DELIVERED


async def test_points_that_nobody_closed_come_back_in_time(shop: Shop) -> None:
    await shop.held(basket())
    await looked(shop, back=HOUR)
    await shop.pass_time(minutes=90)
    assert (shop.points(), (await shop.sale()).awaits_release) == (1500, False)


async def test_a_store_that_cannot_be_written_is_asked_again(shop: Shop) -> None:
    await undelivered(shop)
    shop.store.writable = False
    await looked(shop, back=HOUR)
    before = await shop.store.next_due(Lane.SALES)
    shop.store.writable = True
    assert before is not None
    await looked(shop, back=HOUR)
    due = await shop.store.next_due(Lane.SALES)
    assert due is not None
    assert (before - due).total_seconds() >= HOUR


async def test_a_clock_that_is_only_kept_right_moves_nothing(shop: Shop) -> None:
    await undelivered(shop)
    before = await shop.store.next_due(Lane.SALES)
    await looked(shop, back=3)
    assert await shop.store.next_due(Lane.SALES) == before
