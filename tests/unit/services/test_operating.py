"""What a person may do about work that does not go through."""

import pytest
from builders import make_document
from msgspec.structs import replace
from shop_floor import Shop, paid, plain_basket

from gateway.domain.change import Change
from gateway.domain.sale_record import State
from gateway.services.operating import NotPossible, Operating
from gateway.services.records import Records


@pytest.fixture
def operating(shop: Shop) -> Operating:
    return Operating(Records(shop.store, shop.clock, shop.core.checkout._closing._records.terms))


async def parked(shop: Shop) -> None:
    """A sale that the loyalty server has refused for good."""
    await shop.complete(paid(plain_basket()))
    await shop.pass_time(seconds=1)
    sale = await shop.sale()
    await shop.store.commit(Change(sale=replace(sale, state=State.PARKED, refusal="нет такого товара")))


async def test_a_parked_sale_goes_out_again_under_a_new_key(shop: Shop, operating: Operating) -> None:
    await parked(shop)
    before = await shop.sale()
    await operating.retry(before.id)
    again = await shop.sale()
    assert (again.state, again.attempt) == (State.CLOSED, before.attempt + 1)
    await shop.pass_time(seconds=5)
    assert (await shop.sale()).state is State.DELIVERED


async def test_a_delivered_sale_has_nothing_to_repeat(shop: Shop, operating: Operating) -> None:
    await shop.complete(paid(plain_basket()))
    await shop.pass_time(seconds=6)
    with pytest.raises(NotPossible, match="повторять нечего"):
        await operating.retry("receipt-1")


async def test_a_dropped_sale_stays_with_its_reason_and_is_no_longer_counted(
    shop: Shop, operating: Operating
) -> None:
    await parked(shop)
    assert (await shop.store.counts()).parked_sales == 1
    await operating.drop("receipt-1", "согласовано с покупателем")
    sale = await shop.sale()
    assert (sale.state, sale.dropped) == (State.PARKED, "согласовано с покупателем")
    assert (await shop.store.counts()).parked_sales == 0
    found = await operating.find("receipt-1")
    assert found.history[-1].cause == "dropped: согласовано с покупателем"


async def test_only_what_was_refused_may_be_dropped(shop: Shop, operating: Operating) -> None:
    await shop.complete(paid(plain_basket()))
    with pytest.raises(NotPossible, match="только то, что сервер отклонил"):
        await operating.drop("receipt-1", "просто так")


async def test_a_parked_document_can_only_be_dropped(shop: Shop, operating: Operating) -> None:
    document = make_document()
    await shop.store.commit(Change(documents=(document,)))
    with pytest.raises(NotPossible, match="только отложить"):
        await operating.retry(document.id)
    await operating.drop(document.id, "чек пробит заново")
    assert (await shop.store.counts()).parked_documents == 0


async def test_an_unknown_id_is_said(operating: Operating) -> None:
    with pytest.raises(NotPossible, match="нет ни чека"):
        await operating.retry("receipt-9")
