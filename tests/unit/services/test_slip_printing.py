"""The slip of a delivered sale on our own printer: once, and while its customer is there."""

import asyncio
from contextlib import suppress

from builders import REGISTER
from shop_floor import Shop, paid, plain_basket

from adapters.loyalty.memory import Fault
from adapters.printers.memory import MemoryPrinter
from gateway.domain.change import Change
from gateway.domain.sale_record import State
from gateway.errors import Conflict


def with_printer(shop: Shop) -> MemoryPrinter:
    printer = MemoryPrinter()
    shop.printers[REGISTER] = printer
    shop.restart()
    return printer


async def printed(shop: Shop, printer: MemoryPrinter) -> int:
    """How many slips come out now."""
    with suppress(TimeoutError):
        async with asyncio.timeout(0.05):
            await asyncio.gather(*shop.core.paper.jobs())
    return len(printer.slips)


async def test_a_delivered_sale_prints_its_slip_once(shop: Shop) -> None:
    printer = with_printer(shop)
    receipt = paid(await shop.priced(plain_basket()))
    for _ in range(2):
        await shop.complete(receipt)
    assert await printed(shop, printer) == 1


async def test_a_sale_delivered_late_prints_nothing_for_a_customer_who_has_gone(shop: Shop) -> None:
    printer = with_printer(shop)
    receipt = paid(await shop.priced(plain_basket()))
    shop.program.fail_all(Fault.UNAVAILABLE)
    await shop.complete(receipt)
    await shop.pass_time(seconds=40)
    shop.program.mend()
    await shop.pass_time(minutes=4)
    assert ((await shop.sale()).state, await printed(shop, printer)) == (State.DELIVERED, 0)


async def test_a_sale_whose_record_moved_while_it_was_settled_prints_its_slip_once(shop: Shop) -> None:
    """The store says `Conflict`, and the step is taken again: the slip must not be."""
    printer = with_printer(shop)
    receipt = paid(await shop.priced(plain_basket()))
    commit, conflicts = shop.store.commit, [Conflict()]

    async def contested(change: Change) -> None:
        if conflicts and change.sale is not None and change.sale.state is State.DELIVERED:
            raise conflicts.pop()
        await commit(change)

    shop.store.commit = contested  # type: ignore[method-assign]
    await shop.complete(receipt)
    assert ((await shop.sale()).state, await printed(shop, printer)) == (State.DELIVERED, 1)
