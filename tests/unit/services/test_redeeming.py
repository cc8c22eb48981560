"""Points spent while the receipt is open: never blindly, never twice, and back whenever they are given up."""

from decimal import Decimal

import pytest
from msgspec.structs import replace
from shop_floor import ANNA, FIFTY, Shop, basket, paid, plain_basket

from adapters.loyalty.memory import Fault, Question
from gateway.domain.call import Operation
from gateway.domain.receipt import Receipt
from gateway.domain.sale_record import ReleaseState, State
from gateway.domain.told import Declined, DeclineReason, Redeemed
from gateway.errors import StoreUnavailable


async def reason(shop: Shop, receipt: Receipt, points: Decimal = FIFTY) -> DeclineReason:
    told = await shop.redeem(receipt, points)
    assert isinstance(told, Declined)
    assert told.text
    return told.reason


async def test_success_spends_the_points_and_says_how_they_lie_on_the_lines(shop: Shop) -> None:
    told = await shop.redeem(await shop.priced(basket()))
    assert told == Redeemed(points=FIFTY, by_line={1: FIFTY}, notices=("Списано: 50 баллов",))
    assert (shop.points(), (await shop.sale()).state) == (1450, State.REDEEMED)


async def test_a_repeat_of_what_is_held_asks_nobody(shop: Shop) -> None:
    priced = await shop.held(basket())
    shop.program.fail_all(Fault.UNAVAILABLE)
    assert isinstance(await shop.redeem(priced), Redeemed)
    assert shop.points() == 1450


async def test_more_than_may_be_spent_is_declined_with_the_sum_that_may(shop: Shop) -> None:
    told = await shop.redeem(await shop.priced(basket()), Decimal("140.37"))
    assert isinstance(told, Declined)
    assert (told.reason, "140,36 балла" in told.text) == (DeclineReason.TOO_MANY_POINTS, True)
    assert shop.program.arrived == []


async def test_a_receipt_without_a_customer_has_no_points(shop: Shop) -> None:
    assert await reason(shop, await shop.priced(basket(customer=None))) is DeclineReason.ANONYMOUS


async def test_without_a_quote_of_this_very_basket_the_register_must_calculate(shop: Shop) -> None:
    assert await reason(shop, basket()) is DeclineReason.RECALCULATE
    priced = await shop.priced(basket())
    dearer = replace(priced.lines[0], total=priced.lines[0].total + 1)
    assert await reason(shop, replace(priced, lines=(dearer,))) is DeclineReason.RECALCULATE
    more = replace(priced.lines[0], quantity=Decimal(3))
    assert await reason(shop, replace(priced, lines=(more,))) is DeclineReason.RECALCULATE
    assert shop.program.arrived == []


async def test_discounts_that_were_not_applied_mean_calculate_again(shop: Shop) -> None:
    await shop.priced(basket())
    assert await reason(shop, basket()) is DeclineReason.RECALCULATE


async def test_a_server_that_surely_did_nothing_is_declined_and_a_repeat_succeeds(shop: Shop) -> None:
    priced = await shop.priced(basket())
    shop.program.fail(Operation.HOLD, Fault.UNAVAILABLE, times=1)
    assert await reason(shop, priced) is DeclineReason.UNAVAILABLE
    assert (shop.points(), (await shop.sale()).state) == (1500, State.REDEEMING)
    assert isinstance(await shop.redeem(priced), Redeemed)
    assert shop.points() == 1450


async def test_a_lost_request_is_repeated_with_the_same_bytes_and_key(shop: Shop) -> None:
    priced = await shop.priced(basket())
    shop.program.fail(Operation.HOLD, Fault.LOST_REQUEST, times=1)
    assert await reason(shop, priced) is DeclineReason.UNAVAILABLE
    stored = (await shop.sale()).hold
    assert stored is not None
    shop.clock.move(1)
    assert isinstance(await shop.redeem(priced), Redeemed)
    (arrived,) = shop.program.arrived
    assert (arrived.key, arrived.body, shop.points()) == (stored.key, stored.body, 1450)


async def test_a_lost_answer_then_a_repeat_spends_once(shop: Shop) -> None:
    priced = await shop.priced(basket())
    shop.program.fail(Operation.HOLD, Fault.LOST_ANSWER, times=1)
    assert await reason(shop, priced) is DeclineReason.UNAVAILABLE
    assert isinstance(await shop.redeem(priced), Redeemed)
    assert (shop.points(), (await shop.sale()).state) == (1450, State.REDEEMED)


async def test_already_processed_is_believed_only_when_the_order_can_be_read(shop: Shop) -> None:
    priced = await shop.priced(basket())
    shop.program.fail(Operation.HOLD, Fault.LOST_ANSWER, times=1)
    await shop.redeem(priced)
    shop.program.fail(Question.ORDER, Fault.UNAVAILABLE, times=1)
    assert await reason(shop, priced) is DeclineReason.UNAVAILABLE
    assert isinstance(await shop.redeem(priced), Redeemed)


async def test_a_hanging_server_is_declined_in_the_budget_and_the_points_come_back(shop: Shop) -> None:
    priced = await shop.priced(basket())
    shop.program.fail(Operation.HOLD, Fault.LATE, times=1)
    assert await reason(shop, priced) is DeclineReason.UNAVAILABLE
    await shop.pass_time(minutes=3)
    sale = await shop.sale()
    assert (sale.state, sale.generation, sale.awaits_release) == (State.OPEN, 1, False)
    assert [call.operation for call in shop.program.arrived] == [Operation.HOLD, Operation.CANCEL]
    assert shop.points() == 1500


async def test_a_refusal_of_the_server_is_told_in_its_words_and_leaves_nothing_behind(shop: Shop) -> None:
    priced = await shop.priced(basket())
    other = await shop.priced(basket("other", coupons=()))
    shop.program.fail(Question.QUOTE, Fault.UNAVAILABLE)
    shop.spend_elsewhere()
    told = await shop.redeem(priced)
    assert isinstance(told, Declined)
    assert (told.reason, told.text) == (DeclineReason.REFUSED, "Нельзя списать больше 10 баллов")
    assert ((await shop.sale()).state, (await shop.sale()).attempt, shop.points()) == (State.OPEN, 1, 10)
    assert isinstance(await shop.redeem(other, Decimal(10)), Redeemed)


async def test_an_undo_gives_the_points_back_at_once_and_a_new_redemption_is_a_new_order(shop: Shop) -> None:
    priced = await shop.held(basket())
    released = await shop.undo(priced)
    assert (released.points, released.notices) == (FIFTY, ("Возвращено: 50 баллов",))
    await shop.pass_time(seconds=1)
    assert shop.points() == 1500
    assert isinstance(await shop.redeem(await shop.priced(basket())), Redeemed)
    assert shop.points() == 1450
    second = shop.order("receipt-1~1")
    assert second is not None
    assert second.effect.redeemed == FIFTY


async def test_an_undo_of_nothing_is_success(shop: Shop) -> None:
    assert (await shop.undo(basket())).points == 0
    priced = await shop.held(basket())
    await shop.undo(priced)
    assert (await shop.undo(priced)).points == 0


async def test_an_undo_is_taken_while_the_server_is_away_and_told_later(shop: Shop) -> None:
    priced = await shop.held(basket())
    shop.program.fail_all(Fault.UNAVAILABLE)
    assert (await shop.undo(priced)).points == FIFTY
    await shop.pass_time(seconds=5)
    assert shop.points() == 1450
    shop.program.mend()
    await shop.pass_time(minutes=4)
    assert shop.points() == 1500


async def test_another_sum_gives_the_first_back_and_spends_the_other(shop: Shop) -> None:
    priced = await shop.held(basket())
    assert isinstance(await shop.redeem(priced, Decimal(60)), Redeemed)
    assert shop.points() == 1440
    sale = await shop.sale()
    assert (sale.generation, [row.state for row in sale.releases]) == (1, [ReleaseState.RELEASED])


async def test_another_sum_while_the_first_cannot_be_given_back_is_declined(shop: Shop) -> None:
    priced = await shop.held(basket())
    shop.program.fail(Operation.CANCEL, Fault.UNAVAILABLE)
    assert await reason(shop, priced, Decimal(60)) is DeclineReason.RETURNING
    assert shop.points() == 1450


async def test_points_of_an_unknown_hold_are_released_twice_past_the_life_of_its_request(shop: Shop) -> None:
    priced = await shop.priced(basket())
    shop.program.fail(Operation.HOLD, Fault.LATE, times=1)
    await shop.redeem(priced)
    await shop.undo(priced)
    await shop.pass_time(seconds=1)
    assert [row.state for row in (await shop.sale()).releases] == [ReleaseState.AGAIN]
    assert await reason(shop, priced) is DeclineReason.RETURNING
    await shop.pass_time(seconds=40)
    assert shop.points() == 1450  # the late copy has come
    await shop.pass_time(seconds=30)
    assert [row.state for row in (await shop.sale()).releases] == [ReleaseState.RELEASED]
    assert shop.points() == 1500


async def test_a_redemption_after_the_close_is_too_late(shop: Shop) -> None:
    priced = await shop.priced(plain_basket())
    await shop.complete(paid(priced))
    assert await reason(shop, priced) is DeclineReason.TOO_LATE
    assert (await shop.undo(priced)).points == 0


async def test_a_store_that_cannot_be_written_means_no_points_are_spent(shop: Shop) -> None:
    priced = await shop.priced(basket())
    shop.store.writable = False
    with pytest.raises(StoreUnavailable):
        await shop.redeem(priced)
    assert (shop.program.arrived, shop.points()) == ([], 1500)


async def test_a_quote_is_a_sign_of_life_that_keeps_the_redemption(shop: Shop) -> None:
    """Design, section 3: released after 15 minutes without a sign of life of this receipt."""
    await shop.held(plain_basket())
    await shop.pass_time(minutes=14)
    await shop.quote(plain_basket())
    await shop.pass_time(minutes=2)
    assert (await shop.sale()).state is State.REDEEMED


async def test_points_held_for_one_customer_are_not_another_ones(shop: Shop) -> None:
    receipt = await shop.held(plain_basket())
    told = await shop.redeem(replace(receipt, customer=ANNA))
    assert isinstance(told, Declined)
    sale = await shop.sale()
    assert (sale.generation, sale.hold) == (1, None)


async def test_a_payment_behind_a_long_call_is_declined_in_time(shop: Shop) -> None:
    receipt = await shop.priced(plain_basket())
    async with shop.core.checkout._redeeming._records.one_call(receipt.id):
        told = await shop.redeem(receipt)
    assert isinstance(told, Declined)
    assert told.reason is DeclineReason.UNAVAILABLE
