"""The clock is set back, as when it was wrong since the start: nothing waits until it has caught up."""

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

import pytest
from builders import REGISTER
from msgspec.structs import replace
from shop_floor import ANNA, Shop, basket, paid, plain_basket

from adapters.loyalty.memory import Fault
from adapters.loyalty.programme import Variants
from adapters.stores.memory import MemoryStore
from gateway.domain.call import Operation
from gateway.domain.desk import PromptAnswer
from gateway.domain.refund import RefundState
from gateway.domain.sale_record import CREATE_THEN_CANCEL, State
from gateway.domain.work import Lane
from gateway.errors import StoreUnavailable
from gateway.services.clock_jumps import ClockJumps

HOUR = 3600
DAY = 24 * HOUR
PAYS_APART = replace(CREATE_THEN_CANCEL, pays_apart=True)


class Jumps(Protocol):
    async def __call__(self, shop: Shop, *, back: float) -> None: ...


async def looked(shop: Shop, *, back: float) -> None:
    """One look of the watch, with the clock set back in between."""
    watching = asyncio.create_task(shop.core.clock_jumps.watch())
    await asyncio.sleep(0)
    shop.clock.set_back(back)
    for _ in range(2):
        shop.clock.move(1)
        await shop.wait_for_background()
    watching.cancel()


async def started_again(shop: Shop, *, back: float) -> None:
    """The clock was set back while no process ran."""
    shop.clock.set_back(back)
    shop.restart()
    await looked(shop, back=0)


BOTH = pytest.mark.parametrize("jumps", [looked, started_again])


def is_cancelled(shop: Shop) -> bool:
    """The order that held the points."""
    order = shop.order()
    return order is not None and order.summary == "Cancelled"


class AwayAtFirst:
    """A store that cannot be read yet."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._is_away = True
        self.bring_forward = store.bring_forward

    async def latest_change(self) -> datetime | None:
        if self._is_away:
            self._is_away = False
            raise StoreUnavailable
        return await self._store.latest_change()


async def undelivered(shop: Shop) -> None:
    shop.program.fail_all(Fault.UNAVAILABLE)
    await shop.complete(paid(plain_basket()))
    await shop.pass_time(minutes=1)
    assert (await shop.sale()).state is not State.DELIVERED


@BOTH
async def test_a_delivery_does_not_wait_for_the_lost_days(shop: Shop, jumps: Jumps) -> None:
    await undelivered(shop)
    await jumps(shop, back=2 * DAY)
    shop.program.mend()
    await shop.pass_time(minutes=2)
    assert (await shop.sale()).state is State.DELIVERED


@BOTH
async def test_points_that_nobody_closed_come_back_in_time(shop: Shop, jumps: Jumps) -> None:
    await shop.held(basket())
    await jumps(shop, back=2 * DAY)
    await shop.pass_time(minutes=31)
    assert (is_cancelled(shop), (await shop.sale()).awaits_release) == (True, False)


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


@BOTH
async def test_points_that_were_perhaps_spent_come_back_in_time(shop: Shop, jumps: Jumps) -> None:
    """A copy of their hold may still arrive: the release is repeated past its life, by the clock as it is now."""
    priced = await shop.priced(basket())
    shop.program.fail(Operation.HOLD, Fault.LOST_ANSWER, 1)
    await shop.redeem(priced)
    await jumps(shop, back=2 * DAY)
    await shop.pass_time(minutes=5)
    assert (is_cancelled(shop), (await shop.sale()).awaits_release) == (True, False)


@BOTH
async def test_what_a_queue_lost_is_sent_again_in_time(shop: Shop, jumps: Jumps) -> None:
    shop.program.profile = PAYS_APART
    shop.programme.variants = Variants(create_takes_paid=False, queue_loses=1)
    shop.restart()
    await shop.complete(paid(plain_basket()))
    await shop.refund("back", 1)
    await shop.pass_time(seconds=1)
    shop.programme.variants = Variants(create_takes_paid=False)
    await jumps(shop, back=2 * DAY)
    await shop.pass_time(minutes=3)
    assert (await shop.sale()).state is State.DELIVERED


@BOTH
async def test_a_refund_of_an_unknown_sale_goes_out_in_time(shop: Shop, jumps: Jumps) -> None:
    await shop.refund("back", 1, of="nobody-knows")
    await jumps(shop, back=2 * DAY)
    await shop.pass_time(minutes=3)
    record = await shop.store.refund("back")
    assert record is not None
    assert record.state is not RefundState.WAIT


@BOTH
async def test_no_popup_comes_days_after_its_sale(shop: Shop, jumps: Jumps) -> None:
    await shop.complete(paid(plain_basket(customer=ANNA)))
    await jumps(shop, back=2 * DAY)
    await shop.pass_time(days=3)
    assert shop.counted("popups", state="offered") == 0


@BOTH
async def test_no_popup_of_a_sale_that_is_delivered_after_the_jump(shop: Shop, jumps: Jumps) -> None:
    shop.program.fail_all(Fault.UNAVAILABLE)
    await shop.complete(paid(plain_basket(customer=ANNA)))
    await jumps(shop, back=2 * DAY)
    shop.program.mend()
    await shop.pass_time(days=3)
    assert (shop.counted("popups", state="too_late"), shop.counted("popups", state="offered")) == (1, 0)


@BOTH
async def test_a_popup_that_nobody_has_seen_does_not_stay_for_days(shop: Shop, jumps: Jumps) -> None:
    await shop.complete(paid(plain_basket(customer=ANNA)))
    await shop.pass_time(seconds=16)
    (popup,) = await shop.store.offered(REGISTER)
    await jumps(shop, back=2 * DAY)
    desk = shop.core.popups.desk
    assert (await desk.view(REGISTER)).popups == ()
    assert not await desk.answer(popup.id, REGISTER, PromptAnswer.CONGRATULATED)
    await shop.pass_time(minutes=5)
    assert shop.counted("popups", state="expired") == 1


async def test_the_start_waits_for_a_clock_that_is_not_lost(shop: Shop) -> None:
    """A battery is empty: 1970 first, and then the time of today, which is still behind that of before."""
    await undelivered(shop)
    due = await shop.store.next_due(Lane.SALES)
    assert due is not None
    shop.clock.is_lost = True
    shop.clock.set_back(50 * 365 * DAY)
    shop.restart()
    watching = asyncio.create_task(shop.core.clock_jumps.watch())
    for _ in range(3):
        await shop.wait_for_background()
        shop.clock.move(1)
    assert await shop.store.next_due(Lane.SALES) == due
    shop.clock.is_lost = False
    shop.clock.set_back(-50 * 365 * DAY + 2 * DAY)
    shop.clock.move(1)
    await shop.wait_for_background()
    watching.cancel()
    forward = await shop.store.next_due(Lane.SALES)
    assert forward is not None
    assert timedelta(days=1) < due - forward < timedelta(days=3)


async def test_the_start_waits_for_a_store_that_can_be_read(shop: Shop) -> None:
    await undelivered(shop)
    due = await shop.store.next_due(Lane.SALES)
    shop.clock.set_back(2 * DAY)
    watching = asyncio.create_task(ClockJumps(shop.clock, AwayAtFirst(shop.store)).watch())
    await shop.wait_for_background()
    assert await shop.store.next_due(Lane.SALES) == due
    shop.clock.move(1)
    await shop.wait_for_background()
    watching.cancel()
    forward = await shop.store.next_due(Lane.SALES)
    assert due is not None
    assert forward is not None
    assert forward < due - timedelta(days=1)
