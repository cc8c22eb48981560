"""The close's own try: one transaction less, and nothing that the close could suffer from."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from shop_floor import Shop, basket, paid, plain_basket

from adapters.loyalty.memory import Fault
from adapters.stores.listeners import news_of
from gateway.domain.call import Intent, Operation
from gateway.domain.change import Change, HistoryRow
from gateway.domain.sale_record import State
from gateway.domain.work import SOON, Lane, Work, WorkKind
from gateway.errors import StoreUnavailable


async def test_a_priced_receipt_is_closed_and_sent_in_one_transaction_and_done_in_the_next(shop: Shop) -> None:
    receipt = paid(await shop.priced(basket()))
    await shop.complete(receipt)
    told = [(row.before, row.after) for row in await shop.store.history(receipt.id)]
    assert told == [("open", "closed"), ("closed", "delivering"), ("delivering", "delivered")]
    assert (await shop.sale()).version == 2
    assert [row.work.kind for row in await shop.store.work(10)] == [WorkKind.POLL]


async def test_a_close_whose_send_was_stored_but_never_left_is_told_after_a_restart(shop: Shop) -> None:
    receipt = paid(await shop.priced(basket()))
    shop.program.fail(Operation.SALE, Fault.LOST_REQUEST)
    await shop.complete(receipt)
    assert (await shop.sale()).state is State.DELIVERING
    shop.program.mend()
    await shop.pass_time(minutes=5)
    assert (await shop.sale()).state is State.DELIVERED
    assert shop.points() == 1535


async def test_a_fault_in_composing_does_not_cost_the_close(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt = paid(await shop.priced(basket()))

    def broken(_intent: Intent) -> bytes:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(shop.program, "compose", broken)
        await shop.complete(receipt)
        assert (await shop.sale()).state is State.CLOSED
    await shop.pass_time(minutes=5)
    assert (await shop.sale()).state is State.DELIVERED


async def test_a_close_without_a_price_asks_first_and_its_sale_is_read_where_it_was_known(shop: Shop) -> None:
    await shop.complete(paid(plain_basket(customer=None)))
    assert (await shop.sale()).state is State.DELIVERED
    before = await shop.store.history("receipt-1")
    await shop.complete(paid(plain_basket(customer=None)))
    assert await shop.store.history("receipt-1") == before


def test_nobody_is_called_for_work_that_a_step_plans_for_later(shop: Shop) -> None:
    now = shop.clock.now()
    row = HistoryRow(subject="s", at=now, who="till", before="open", after="closed", cause="CloseAsked: done")
    later = Work(kind=WorkKind.DELIVER, subject="s", due=now + SOON)
    soon = Work(kind=WorkKind.DELIVER, subject="s", due=now + SOON - timedelta(milliseconds=1))
    assert news_of(Change(history=(row,), work=(later,))) == ()
    assert news_of(Change(history=(row,), work=(soon,))) == (Lane.SALES,)
    assert news_of(Change(work=(later,))) == (Lane.SALES,)


async def test_a_close_is_acknowledged_though_the_store_cannot_be_read_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server is away, so the sale is looked up for the slip: by then it is stored all the same."""
    receipt = paid(await shop.priced(basket()))
    shop.program.fail_all(Fault.UNAVAILABLE)

    async def away(_sale_id: str) -> None:
        raise StoreUnavailable("the store is away")

    with monkeypatch.context() as patched:
        patched.setattr(shop.store, "sale", away)
        assert (await shop.complete(receipt)).slip
    assert (await shop.sale()).is_closed


async def test_a_receipt_that_its_register_has_kept_is_closed_like_any_other(shop: Shop) -> None:
    receipt = replace(paid(await shop.priced(basket())), at=shop.clock.now() - timedelta(hours=2))
    await shop.core.checkout.complete(receipt, b"raw", shop.soon())
    sale = await shop.sale()
    assert sale.close is not None
    assert (sale.state, sale.close.sold_at) == (State.DELIVERED, receipt.at)
