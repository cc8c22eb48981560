"""Two gateways over one database: the same receipt at both, and a lease that runs out in the middle of a call."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest
from builders import make_line, make_receipt
from msgspec.structs import replace
from postgres_server import server
from shop_floor import FIFTY, OLGA, Shop, basket, paid

from adapters.loyalty.memory import MemoryProgram
from adapters.stores.postgres import open_postgres
from gateway.domain.call import Answer, Call, Operation
from gateway.domain.deadline import Deadline
from gateway.domain.receipt import Receipt, Refund
from gateway.domain.refund import RefundState
from gateway.domain.sale_record import State
from gateway.domain.work import Lane
from gateway.ports import Store

pytestmark = pytest.mark.postgres


class Gateway(Shop):
    """One of several: services and memory of its own, the database of all."""

    def __init__(self, store: Store) -> None:
        super().__init__(prompts=())
        self.store = store  # type: ignore[assignment]
        self.restart()

    def beside(self, other: Shop) -> None:
        """With the clock and the loyalty server of the other."""
        self.clock, self.programme, self.program = other.clock, other.programme, other.program
        self.participants, self.loyalty = other.participants, other.loyalty
        self.restart()


@pytest.fixture
async def both() -> AsyncIterator[tuple[Gateway, Gateway]]:
    async with server().database() as dsn:
        stores = [await open_postgres(dsn, pool=2), await open_postgres(dsn, pool=2)]
        first, second = Gateway(stores[0]), Gateway(stores[1])
        second.beside(first)
        yield first, second
        for store in stores:
            await store.close()


async def told(gateway: Gateway, receipt: Receipt) -> None:
    await gateway.complete(receipt)
    await gateway.core.outbox.drain(5)


async def test_the_same_close_at_both_at_once_is_one_sale(both: tuple[Gateway, Gateway]) -> None:
    """A till whose connection breaks goes to the other gateway while the first is still at it."""
    for number in range(5):
        receipt = paid(await both[0].priced(basket(f"receipt-{number}")))
        await asyncio.gather(*(told(gateway, receipt) for gateway in both))
        await both[0].pass_time(minutes=1)
        sale = await both[0].sale(receipt.id)
        order = both[0].order(receipt.id)
        assert order is not None
        assert (sale.state, order.created_times, order.summary) == (State.DELIVERED, 1, "Paid")
    assert list(await both[0].store.documents()) == []


async def test_of_two_contents_at_once_one_is_the_sale_and_the_other_is_kept(both: tuple[Gateway, Gateway]) -> None:
    for number in range(5):
        receipt = paid(await both[0].priced(basket(f"receipt-{number}")))
        other = replace(receipt, lines=(replace(receipt.lines[0], total=Decimal(1)), *receipt.lines[1:]))
        await asyncio.gather(told(both[0], receipt), told(both[1], other))
        assert (await both[0].sale(receipt.id)).is_closed
        assert len(await both[0].store.documents()) == number + 1


async def test_points_asked_for_at_both_at_once_are_spent_once(both: tuple[Gateway, Gateway]) -> None:
    receipt = await both[0].priced(basket())
    await both[1].quote(receipt)
    before = both[0].points()
    await asyncio.gather(*(gateway.redeem(receipt, FIFTY) for gateway in both))
    assert before - both[0].points() == FIFTY
    await asyncio.gather(*(told(gateway, paid(receipt, FIFTY)) for gateway in both))
    await both[0].pass_time(hours=1)
    sale, order = await both[0].sale(), both[0].order()
    assert order is not None
    assert (sale.state, sale.generation, order.summary, order.effect.redeemed) == (State.DELIVERED, 0, "Paid", FIFTY)


async def test_refunds_at_both_at_once_never_give_back_more_than_was_sold(both: tuple[Gateway, Gateway]) -> None:
    await told(both[0], paid(await both[0].priced(basket())))
    line = make_line(1, quantity=Decimal(2), original_index=1)
    for number, gateway in enumerate(both):
        document = make_receipt(f"refund-{number}", lines=(line,), customer=OLGA, at=gateway.clock.now())
        await gateway.core.checkout.refund(Refund(document=document, original_id="receipt-1"), b"raw")
    await both[0].pass_time(minutes=10)
    rows = await both[0].store.refunds_of("receipt-1")
    assert sorted(row.state for row in rows) == [RefundState.DONE, RefundState.PARKED]
    assert [call.operation for call in both[0].program.arrived].count(Operation.REFUND) == 1


class Slow:
    """The loyalty server takes its time over the first sale it is told, longer than a lease."""

    def __init__(self, program: MemoryProgram) -> None:
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()
        self._send = program.send
        program.send = self.send  # type: ignore[method-assign]

    async def send(self, call: Call, *, deadline: Deadline) -> Answer:
        if call.operation is Operation.SALE and not self.asked.is_set():
            self.asked.set()
            await self.go_on.wait()
        return await self._send(call, deadline=deadline)


async def test_a_lease_that_runs_out_in_the_middle_of_a_call_makes_no_second_sale(
    both: tuple[Gateway, Gateway],
) -> None:
    first, second = both
    slow = Slow(first.program)
    await first.complete(paid(await first.priced(basket())))
    assert slow.asked.is_set(), "the first gateway is still in its call"
    first.clock.move(31)
    now = first.clock.now()
    (work,) = await second.store.lease(Lane.SALES, now, 5, now + timedelta(seconds=30))
    await second.core.outbox.start(work)
    assert (await second.sale()).state is State.DELIVERED
    slow.go_on.set()
    await first.core.outbox.drain(5)
    sale, order = await first.sale(), first.order()
    assert order is not None
    assert (sale.state, order.created_times, order.summary) == (State.DELIVERED, 1, "Paid")
    assert list(await first.store.work(10)) == []
