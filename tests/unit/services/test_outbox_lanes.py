"""The lanes of the outbox: they serve, rest, survive whatever one piece of work does, and drain."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from builders import make_work
from shop_floor import START, Shop

from gateway.domain.change import Change
from gateway.domain.deadline import Deadline
from gateway.domain.sale_record import Terms
from gateway.domain.work import Lane, Work, WorkKind
from gateway.errors import StoreUnavailable
from gateway.services.outbox import Later, Outbox
from gateway.services.records import Records


class Lanes:
    """An outbox of its own over the shop's store, and what it was given to do."""

    def __init__(self, shop: Shop, does: Callable[[Work], Awaitable[None]], parallel: int = 2) -> None:
        self.done: list[str] = []
        self.shop = shop
        self.records = Records(shop.store, shop.clock, Terms())
        self.outbox = Outbox(self.records, shop.meter, parallel)

        async def handle(work: Work) -> None:
            self.done.append(work.subject)
            await does(work)

        self.outbox.serve(dict.fromkeys(WorkKind, handle))

    async def plan(self, *subjects: str, due: float = 0) -> None:
        at = START + timedelta(seconds=due)
        await self.records.commit(Change(work=tuple(make_work(subject, due=at) for subject in subjects)))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.outbox.run(Lane.SALES))
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def nothing(_work: Work) -> None:
    pass


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.005)


async def test_due_work_is_done_once_and_work_that_is_stored_later_rings(shop: Shop) -> None:
    lanes = Lanes(shop, nothing)
    await lanes.plan("a")
    async with lanes.running():
        await until(lambda: lanes.done == ["a"])
        await lanes.plan("b")
        await until(lambda: lanes.done == ["a", "b"])
        await lanes.plan("tomorrow", due=86400)
        await asyncio.sleep(0.05)
    assert lanes.done == ["a", "b"]
    assert [row.work.subject for row in await shop.store.work(9)] == ["tomorrow"]


async def test_a_full_lane_takes_more_only_when_a_place_is_free(shop: Shop) -> None:
    go = asyncio.Event()

    async def wait(_work: Work) -> None:
        await go.wait()

    lanes = Lanes(shop, wait, parallel=1)
    await lanes.plan("a", "b")
    async with lanes.running():
        await until(lambda: lanes.done == ["a"])
        await asyncio.sleep(0.02)
        assert lanes.done == ["a"]
        go.set()
        await until(lambda: lanes.done == ["a", "b"])


async def test_a_lane_that_rests_is_stopped_even_as_its_bell_rings(shop: Shop) -> None:
    lanes = Lanes(shop, nothing)
    resting = asyncio.create_task(lanes.records.rung(Lane.SALES, 60))
    await asyncio.sleep(0.01)
    await lanes.plan("a")
    resting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await resting


async def test_running_work_is_let_end_when_the_daemon_stops(shop: Shop) -> None:
    lanes = Lanes(shop, lambda _work: asyncio.sleep(0.01))
    await lanes.outbox.drain(1)
    await lanes.plan("a")
    (leased,) = await shop.store.lease(Lane.SALES, START, 1, START + timedelta(seconds=30))
    task = lanes.outbox.start(leased)
    await lanes.outbox.drain(5)
    assert task.done()


@pytest.mark.parametrize("error", [Later(7), StoreUnavailable(), ZeroDivisionError()], ids=repr)
async def test_work_that_fails_is_put_off_and_never_lost(shop: Shop, error: Exception) -> None:
    async def fail(_work: Work) -> None:
        raise error

    lanes = Lanes(shop, fail)
    await lanes.plan("a")
    (leased,) = await shop.store.lease(Lane.SALES, START, 1, START + timedelta(seconds=30))
    await lanes.outbox.start(leased)
    (row,) = await shop.store.work(9)
    assert (row.work.tries, row.leased_until) == (1, None)
    assert row.work.due > START


async def test_work_whose_end_cannot_be_stored_stays_leased_and_is_done_again(shop: Shop) -> None:
    lanes = Lanes(shop, nothing)
    await lanes.plan("a")
    (leased,) = await shop.store.lease(Lane.SALES, START, 1, START + timedelta(seconds=30))
    shop.store.writable = False
    await lanes.outbox.start(leased)
    shop.store.writable = True
    assert len(await shop.store.lease(Lane.SALES, START + timedelta(seconds=31), 1, START)) == 1


async def test_a_store_that_is_away_is_asked_again(shop: Shop) -> None:
    lanes = Lanes(shop, nothing)
    await lanes.plan("a")
    shop.store.writable = False
    async with lanes.running():
        await asyncio.sleep(0.02)
        shop.store.writable = True
        shop.clock.move(1)
        await until(lambda: lanes.done == ["a"])


async def test_nothing_is_done_while_the_computer_has_lost_its_time(shop: Shop) -> None:
    lanes = Lanes(shop, nothing)
    await lanes.plan("a")
    shop.clock.is_lost = True
    async with lanes.running():
        await asyncio.sleep(0.02)
        await lanes.outbox.try_now(make_work("a", due=START), Deadline(shop.clock.monotonic() + 1))
        assert lanes.done == []
        shop.clock.is_lost = False
        shop.clock.move(60)
        await until(lambda: lanes.done == ["a"])


@pytest.mark.parametrize("seconds", [0, 0.02, 60])
async def test_a_first_try_is_waited_for_until_its_deadline_and_goes_on(shop: Shop, seconds: float) -> None:
    go, ended = asyncio.Event(), asyncio.Event()
    broken: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: broken.append(context))

    async def wait(_work: Work) -> bool:
        if seconds < 1:
            await go.wait()
        ended.set()
        return True

    lanes = Lanes(shop, nothing)
    await lanes.outbox.try_now(make_work("a", due=START), Deadline(shop.clock.monotonic() + seconds), wait)
    assert ended.is_set() is (seconds > 1)
    go.set()
    async with asyncio.timeout(5):
        await ended.wait()
    await lanes.outbox.drain(5)
    await asyncio.sleep(0)
    assert broken == []
