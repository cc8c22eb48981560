"""Goods come back: taken at once, told after their sale, once, and never more than was sold."""

import asyncio
from decimal import Decimal

import pytest
from builders import make_line, make_receipt
from msgspec.structs import replace
from shop_floor import OLGA, Shop, basket, paid

from adapters.loyalty.memory import Fault
from gateway.domain.call import Operation, RefusalReason, Refused, ReturnedPiece
from gateway.domain.change import Change
from gateway.domain.receipt import Refund
from gateway.domain.refund import RefundState
from gateway.domain.sale_record import State
from gateway.errors import Conflict, StoreUnavailable


async def state(shop: Shop, refund_id: str) -> RefundState:
    refund = await shop.store.refund(refund_id)
    assert refund is not None
    return refund.state


async def sold(shop: Shop) -> None:
    await shop.complete(paid(await shop.priced(basket())))


async def test_a_refund_is_believed_when_the_order_shows_it(shop: Shop) -> None:
    await sold(shop)
    assert (await shop.refund("refund-1", 1)).slip
    await shop.pass_time(seconds=1)
    assert await state(shop, "refund-1") is RefundState.CHECKING
    await shop.pass_time(seconds=5)
    assert await state(shop, "refund-1") is RefundState.DONE
    order = shop.order()
    assert order is not None
    assert (order.summary, shop.points()) == ("PartlyReturned", Decimal("1517.5"))


async def test_a_refund_waits_for_its_sale(shop: Shop) -> None:
    receipt = paid(await shop.priced(basket()))
    shop.program.fail_all(Fault.UNAVAILABLE)
    await shop.complete(receipt)
    await shop.refund("refund-1", 1)
    await shop.pass_time(minutes=5)
    assert await state(shop, "refund-1") is RefundState.WAIT
    shop.program.mend()
    await shop.pass_time(minutes=5)
    assert [call.operation for call in shop.program.arrived] == [Operation.SALE, Operation.REFUND]
    assert await state(shop, "refund-1") is RefundState.DONE


async def test_a_refund_before_its_sale_has_come_is_told_after_it(shop: Shop) -> None:
    await shop.refund("refund-1", 1)
    await shop.pass_time(seconds=20)
    await sold(shop)
    await shop.pass_time(minutes=5)
    assert await state(shop, "refund-1") is RefundState.DONE


async def test_a_refund_of_a_sale_we_never_saw_is_told_by_its_reference(shop: Shop) -> None:
    await shop.refund("refund-1", 1, of="sold-elsewhere")
    await shop.pass_time(seconds=59)
    assert shop.program.arrived == []
    await shop.pass_time(seconds=2)
    (call,) = shop.program.arrived
    assert (call.operation, call.order_id) == (Operation.REFUND, "sold-elsewhere")


async def refund_elsewhere(shop: Shop, *elsewhere: str) -> None:
    """At another register, where the document's number makes another id."""
    line = make_line(1, quantity=Decimal(1), original_index=1)
    document = make_receipt("refund-1", lines=(line,), at=shop.clock.now())
    refund = Refund(document=document, original_id="as-if-sold-here", elsewhere=elsewhere)
    assert (await shop.core.checkout.refund(refund, b"raw")).slip


async def test_a_refund_finds_the_sale_of_another_register(shop: Shop) -> None:
    await sold(shop)
    await refund_elsewhere(shop, "another", "receipt-1")
    await shop.pass_time(seconds=10)
    assert await state(shop, "refund-1") is RefundState.DONE
    assert shop.program.arrived[-1].order_id == "receipt-1"


async def test_also_when_that_sale_comes_later(shop: Shop) -> None:
    await refund_elsewhere(shop, "another", "receipt-1")
    await shop.pass_time(seconds=50)
    await sold(shop)
    await shop.pass_time(minutes=2)
    assert await state(shop, "refund-1") is RefundState.DONE
    assert [row.id for row in await shop.store.refunds_of("receipt-1")] == ["refund-1"]


async def test_the_sale_of_its_own_register_comes_first(shop: Shop) -> None:
    await sold(shop)
    await shop.complete(paid(await shop.priced(basket("as-if-sold-here"))))
    await refund_elsewhere(shop, "receipt-1")
    await shop.pass_time(minutes=2)
    assert shop.program.arrived[-1].order_id == "as-if-sold-here"


async def test_between_two_sales_of_others_nobody_chooses(shop: Shop) -> None:
    await sold(shop)
    await shop.complete(paid(await shop.priced(basket("receipt-2"))))
    await refund_elsewhere(shop, "receipt-1", "receipt-2")
    await shop.pass_time(minutes=2)
    assert shop.program.arrived[-1].order_id == "as-if-sold-here"
    assert await state(shop, "refund-1") is not RefundState.DONE


async def test_two_partial_refunds_each_take_their_own_piece(shop: Shop) -> None:
    await sold(shop)
    await shop.refund("refund-1", 1)
    await shop.refund("refund-2", 1)
    await shop.pass_time(minutes=2)
    assert [await state(shop, name) for name in ("refund-1", "refund-2")] == [RefundState.DONE] * 2
    order = shop.order()
    assert order is not None
    assert (order.summary, shop.points()) == ("Returned", 1500)
    assert len(shop.program.arrived) == 3


async def test_more_than_was_sold_is_told_as_far_as_it_was_and_the_rest_kept_for_a_person(shop: Shop) -> None:
    await sold(shop)
    await shop.refund("refund-1", 1)
    assert (await shop.refund("refund-2", 2)).slip
    await shop.pass_time(minutes=2)
    assert [await state(shop, name) for name in ("refund-1", "refund-2")] == [RefundState.DONE] * 2
    assert await state(shop, "refund-2+") is RefundState.PARKED
    assert (await shop.store.counts()).parked_refunds == 1
    order = shop.order()
    assert order is not None
    assert (order.summary, shop.points()) == ("Returned", 1500)


async def test_a_line_that_was_never_sold_is_kept_for_a_person(shop: Shop) -> None:
    await sold(shop)
    line = make_line(2, original_index=7)
    refund = Refund(document=make_receipt("refund-1", lines=(line,)), original_id="receipt-1")
    assert (await shop.core.checkout.refund(refund, b"raw")).slip
    await shop.pass_time(minutes=2)
    assert await state(shop, "refund-1") is RefundState.PARKED
    assert len(shop.program.arrived) == 1


async def test_more_than_was_sold_is_kept_for_a_person_also_when_the_sale_came_later(shop: Shop) -> None:
    await shop.refund("refund-1", 3)
    await sold(shop)
    await shop.pass_time(minutes=5)
    assert await state(shop, "refund-1") is RefundState.DONE
    assert await state(shop, "refund-1+") is RefundState.PARKED


async def test_a_repeated_refund_document_is_one_refund(shop: Shop) -> None:
    await sold(shop)
    first = await shop.refund("refund-1", 1)
    assert await shop.refund("refund-1", 1) == first
    await shop.pass_time(minutes=2)
    await shop.refund("refund-1", 1)
    await shop.pass_time(minutes=2)
    assert [call.operation for call in shop.program.arrived] == [Operation.SALE, Operation.REFUND]


async def test_another_content_under_a_known_refund_id_is_kept(shop: Shop) -> None:
    await sold(shop)
    await shop.refund("refund-1", 1)
    await shop.refund("refund-1", 2)
    assert len(await shop.store.documents()) == 1
    assert len(await shop.store.refunds_of("receipt-1")) == 1


@pytest.mark.parametrize("fault", [Fault.LOST_REQUEST, Fault.LOST_ANSWER, Fault.LATE, Fault.UNAVAILABLE])
async def test_a_refund_without_an_answer_is_told_again_under_its_key_and_has_one_effect(
    shop: Shop, fault: Fault
) -> None:
    await sold(shop)
    shop.program.fail(Operation.REFUND, fault, times=1)
    await shop.refund("refund-1", 1)
    await shop.pass_time(minutes=5)
    assert await state(shop, "refund-1") is RefundState.DONE
    told = [call for call in shop.program.arrived if call.operation is Operation.REFUND]
    assert len({(call.key, call.body) for call in told}) == 1
    order = shop.order()
    assert order is not None
    assert (order.summary, shop.points()) == ("PartlyReturned", Decimal("1517.5"))


async def test_a_restart_while_a_refund_is_on_its_way_changes_nothing(shop: Shop) -> None:
    await sold(shop)
    shop.program.fail(Operation.REFUND, Fault.LOST_ANSWER, times=1)
    await shop.refund("refund-1", 1)
    await shop.pass_time(seconds=1)
    shop.restart()
    await shop.pass_time(minutes=5)
    assert (await state(shop, "refund-1"), shop.points()) == (RefundState.DONE, Decimal("1517.5"))


async def test_a_refund_that_cannot_be_stored_is_not_acknowledged(shop: Shop) -> None:
    await sold(shop)
    shop.store.writable = False
    with pytest.raises(StoreUnavailable):
        await shop.refund("refund-1", 1)


async def test_a_refund_that_met_a_conflict_and_is_not_stored_is_not_acknowledged(shop: Shop) -> None:
    await sold(shop)

    async def contested(_change: Change) -> None:
        raise Conflict

    shop.store.commit = contested  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        await shop.refund("refund-1", 1)


async def test_the_register_never_waits_for_the_network_with_a_refund(shop: Shop) -> None:
    """The delivery of its sale is under way to a server that hangs."""
    receipt = paid(await shop.priced(basket()))
    shop.program.fail(Operation.SALE, Fault.HANGING)
    closing = asyncio.create_task(shop.complete(receipt))
    await shop.wait_for_background()
    assert (await shop.sale()).state is State.DELIVERING
    async with asyncio.timeout(0.2):
        await shop.refund("refund-1", 1)
    shop.clock.move(10)
    await closing


async def test_a_refund_that_the_server_refuses_for_good_is_parked(shop: Shop) -> None:
    await sold(shop)
    honest = shop.program.send

    async def refusing(call: object, *, deadline: object) -> object:
        if call.operation is not Operation.REFUND:  # type: ignore[attr-defined]
            return await honest(call, deadline=deadline)  # type: ignore[arg-type]
        return Refused(reason=RefusalReason.OTHER, text="нет")

    shop.program.send = refusing  # type: ignore[method-assign,assignment]
    await shop.refund("refund-1", 1)
    await shop.pass_time(minutes=5)
    assert await state(shop, "refund-1") is RefundState.PARKED


async def test_a_refund_of_nothing_waits_for_a_person(shop: Shop) -> None:
    """An order always shows at least nothing as returned: it would be believed at once."""
    await sold(shop)
    document = make_receipt("refund-0", lines=(), customer=OLGA, at=shop.clock.now())
    await shop.core.checkout.refund(Refund(document=document, original_id="receipt-1"), b"raw")
    await shop.pass_time(minutes=2)
    assert await state(shop, "refund-0") is RefundState.PARKED


async def test_a_refund_after_a_refused_one_gives_back_its_own_pieces(shop: Shop) -> None:
    await sold(shop)
    await shop.refund("refund-1", 1)
    refused = await shop.store.refund("refund-1")
    assert refused is not None
    pieces = (ReturnedPiece(number=1, quantity=Decimal(2)),)
    await shop.store.commit(Change(refunds=(replace(refused, state=RefundState.PARKED, pieces=pieces),)))
    await shop.refund("refund-2", 1)
    await shop.pass_time(minutes=2)
    assert await state(shop, "refund-2") is RefundState.DONE
