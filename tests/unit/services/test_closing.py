"""A close: stored before it is acknowledged, delivered once whatever happens, never dropped."""

from decimal import Decimal

import pytest
from msgspec.structs import replace
from shop_floor import FIFTY, Shop, basket, paid, plain_basket

from adapters.loyalty.memory import Fault, Question
from gateway.domain.call import Operation
from gateway.domain.change import Change
from gateway.domain.sale_record import Alert, Form, State
from gateway.errors import Conflict, StoreUnavailable


def sales_told(shop: Shop) -> int:
    return sum(call.operation in {Operation.SALE, Operation.OFFLINE_SALE} for call in shop.program.arrived)


async def test_a_close_is_delivered_at_once_as_quoted_and_its_slip_has_the_servers_texts(shop: Shop) -> None:
    closed = await shop.complete(paid(await shop.priced(basket())))
    sale, order = await shop.sale(), shop.order()
    assert (sale.state, sale.form, sale.delivered_order) == (State.DELIVERED, Form.QUOTED, "receipt-1")
    assert order is not None
    assert (order.summary, order.total) == ("Paid", Decimal("701.82"))
    assert "35 баллов" in str(closed.slip)
    assert shop.programme.seed.texts.receipt.partition("{")[0] in str(closed.slip)


async def test_a_close_of_held_points_updates_the_held_order(shop: Shop) -> None:
    priced = await shop.held(basket())
    await shop.complete(paid(priced, FIFTY))
    order = shop.order()
    assert order is not None
    assert (order.summary, order.effect.redeemed, order.total) == ("Paid", FIFTY, Decimal("651.82"))
    assert (shop.points(), len(shop.programme.orders)) == (1485, 1)


async def test_a_close_after_points_is_written_once(shop: Shop) -> None:
    """Though the confirm does not name them: what is known to be stored is read first, not written in vain."""
    priced = await shop.held(basket())
    refused = []
    commit = shop.store.commit

    async def counted(change: Change) -> None:
        try:
            await commit(change)
        except Conflict:
            refused.append(change)
            raise

    shop.store.commit = counted  # type: ignore[method-assign]  # the store itself, listened to
    await shop.complete(paid(priced))
    assert (await shop.sale()).state is State.DELIVERED
    assert refused == []


async def test_a_close_without_the_held_points_gives_them_back(shop: Shop) -> None:
    priced = await shop.held(basket())
    await shop.complete(paid(priced))
    order = shop.order()
    assert order is not None
    assert (order.effect.redeemed, shop.points()) == (0, 1535)


async def test_an_anonymous_close_is_delivered_at_the_servers_public_prices(shop: Shop) -> None:
    await shop.complete(paid(plain_basket(customer=None)))
    order = shop.order()
    assert order is not None
    assert ((await shop.sale()).form, order.total, order.account) == (Form.QUOTED, 400, "")


async def test_a_repeated_identical_close_is_one_sale_and_hears_the_same(shop: Shop) -> None:
    receipt = paid(await shop.priced(basket()))
    first = await shop.complete(receipt)
    shop.clock.move(1)  # another reading of the clock is the same document
    assert await shop.complete(receipt) == first
    await shop.pass_time(minutes=5)
    assert (sales_told(shop), shop.points(), await shop.store.documents()) == (1, 1535, [])


async def test_another_content_under_a_known_id_is_kept_and_heard_as_success(shop: Shop) -> None:
    receipt = paid(await shop.priced(basket()))
    await shop.complete(receipt)
    other = replace(receipt, lines=(replace(receipt.lines[0], total=Decimal(1)),))
    await shop.core.checkout.complete(other, b"other bytes", shop.soon())
    await shop.core.checkout.complete(other, b"other bytes", shop.soon())
    (kept,) = await shop.store.documents()
    assert (kept.raw, kept.register) == (b"other bytes", receipt.register)
    stored = (await shop.sale()).close
    assert stored is not None
    assert stored.receipt.lines == receipt.lines
    assert sales_told(shop) == 1


async def test_a_close_that_cannot_be_stored_is_not_acknowledged_and_nothing_is_delivered(shop: Shop) -> None:
    receipt = paid(await shop.priced(basket()))
    shop.store.writable = False
    with pytest.raises(StoreUnavailable):
        await shop.complete(receipt)
    await shop.wait_for_background()
    assert (shop.program.arrived, await shop.store.sale("receipt-1")) == ([], None)
    shop.store.writable = True
    await shop.complete(receipt)
    assert sales_told(shop) == 1


async def test_a_close_while_the_server_is_away_is_delivered_when_it_is_back(shop: Shop) -> None:
    receipt = paid(await shop.priced(basket()))
    shop.program.fail_all(Fault.UNAVAILABLE)
    await shop.complete(receipt)
    await shop.pass_time(minutes=30)
    assert ((await shop.sale()).state, shop.order()) == (State.DELIVERING, None)
    shop.program.mend()
    await shop.pass_time(minutes=4)
    assert ((await shop.sale()).state, sales_told(shop)) == (State.DELIVERED, 1)


async def test_a_lost_answer_is_asked_for_again_with_the_same_key_and_settled_by_the_order(shop: Shop) -> None:
    receipt = paid(await shop.priced(basket()))
    shop.program.fail(Operation.SALE, Fault.LOST_ANSWER, times=1)
    await shop.complete(receipt)
    assert (await shop.sale()).state is State.DELIVERING
    await shop.pass_time(minutes=1)
    first, second = shop.program.arrived
    assert (first.key, first.body) == (second.key, second.body)
    assert ((await shop.sale()).state, shop.points(), len(shop.programme.orders)) == (State.DELIVERED, 1535, 1)


async def test_a_restart_between_close_and_delivery_repeats_the_stored_call(shop: Shop) -> None:
    receipt = paid(await shop.priced(basket()))
    shop.program.fail(Operation.SALE, Fault.LOST_ANSWER, times=1)
    await shop.complete(receipt)
    shop.restart()
    await shop.pass_time(minutes=1)
    first, second = shop.program.arrived
    assert ((await shop.sale()).state, first.key, first.body) == (State.DELIVERED, second.key, second.body)


async def test_a_late_request_and_its_repeat_are_one_sale(shop: Shop) -> None:
    receipt = paid(await shop.priced(basket()))
    shop.program.fail(Operation.SALE, Fault.LATE, times=1)
    await shop.complete(receipt)
    await shop.pass_time(minutes=2)
    assert ((await shop.sale()).state, shop.points(), len(shop.programme.orders)) == (State.DELIVERED, 1535, 1)
    assert sales_told(shop) == 2


async def test_a_price_of_today_that_differs_is_delivered_offline_without_points(shop: Shop) -> None:
    """Gateway was off while the receipt was open: no quote is known, and the coupon was used elsewhere."""
    receipt = paid(replace(plain_basket(), lines=(replace(plain_basket().lines[0], sku="20417"),)))
    quoted = await shop.priced(basket("other", coupons=("SPRING10",)))
    await shop.complete(paid(quoted))
    cheaper = replace(receipt, coupons=("SPRING10",), lines=(replace(receipt.lines[0], sku="700-A"),))
    three = replace(cheaper.lines[0], quantity=Decimal(3), unit_price=Decimal(400), total=Decimal(1200))
    await shop.complete(paid(replace(cheaper, lines=(three,), coupons=())))
    await shop.pass_time(seconds=10)
    order = shop.order()
    assert order is not None
    assert ((await shop.sale()).form, order.total, order.summary) == (Form.OFFLINE, 1200, "Paid")


async def test_an_offline_sale_that_failed_in_the_queue_is_told_again_until_the_order_is_there(shop: Shop) -> None:
    three = replace(plain_basket().lines[0], sku="700-A", quantity=Decimal(3), total=Decimal(1200))
    shop.program.fail(Operation.OFFLINE_SALE, Fault.LOST_REQUEST, times=1)
    await shop.complete(paid(plain_basket(lines=(three,))))
    await shop.pass_time(seconds=59)
    assert shop.order() is None
    await shop.pass_time(seconds=30)
    assert ((await shop.sale()).state, sales_told(shop)) == (State.DELIVERED, 1)


async def test_a_held_order_id_is_never_used_for_an_offline_sale(shop: Shop) -> None:
    """Sale protocol, section 4, F2: a held order is given up first."""
    priced = await shop.held(plain_basket())
    dearer = replace(priced.lines[0], sku="700-A", quantity=Decimal(3), total=Decimal(1200))
    await shop.complete(paid(replace(priced, lines=(dearer,))))
    await shop.pass_time(minutes=2)
    sale = await shop.sale()
    assert (sale.form, sale.delivered_order, sale.release_of(0) is not None) == (Form.OFFLINE, "receipt-1~1", True)
    assert shop.points() == 1560  # all points back, 5 % of 1200 earned


async def test_an_unknown_hold_is_resolved_before_the_sale_is_told(shop: Shop) -> None:
    priced = await shop.priced(plain_basket())
    shop.program.fail(Operation.HOLD, Fault.LOST_REQUEST, times=1)
    await shop.redeem(priced)
    await shop.complete(paid(priced))
    assert [call.operation for call in shop.program.arrived] == [Operation.HOLD, Operation.SALE]
    assert ((await shop.sale()).state, shop.points()) == (State.DELIVERED, 1520)


async def test_a_forgotten_redemption_comes_back_after_a_quarter_of_an_hour(shop: Shop) -> None:
    await shop.held(plain_basket())
    await shop.pass_time(minutes=14, seconds=59)
    assert shop.points() == 1450
    await shop.pass_time(seconds=10)
    assert ((await shop.sale()).state, shop.points()) == (State.OPEN, 1500)


async def test_a_late_close_spends_the_points_again(shop: Shop) -> None:
    priced = await shop.held(plain_basket())
    await shop.pass_time(minutes=20)
    await shop.complete(paid(priced, FIFTY))
    sale = await shop.sale()
    assert (sale.state, sale.form, sale.delivered_order, sale.alerts) == (
        State.DELIVERED, Form.QUOTED, "receipt-1~1", ()
    )  # fmt: skip
    assert shop.points() == 1470


async def test_a_late_close_whose_points_are_gone_goes_out_without_them_and_alerts(shop: Shop) -> None:
    priced = await shop.held(plain_basket())
    await shop.pass_time(minutes=20)
    shop.spend_elsewhere(left=10)
    await shop.complete(paid(priced, FIFTY))
    await shop.pass_time(minutes=2)
    sale = await shop.sale()
    assert (sale.state, sale.form, sale.alerts) == (State.DELIVERED, Form.WITHOUT_POINTS, ("points_owed",))
    order = shop.order("receipt-1~1")
    assert order is not None
    assert order.effect.redeemed == 0


async def test_a_late_close_whose_points_are_gone_keeps_the_price_that_was_quoted(shop: Shop) -> None:
    """The discount was given once: the closed lines carry it already."""
    priced = await shop.held(basket())
    await shop.pass_time(minutes=20)
    shop.spend_elsewhere(left=10)
    await shop.complete(paid(priced, FIFTY))
    await shop.pass_time(minutes=2)
    order = shop.order("receipt-1~1")
    assert order is not None
    assert order.total in {Decimal("701.82"), Decimal("651.82")}


async def test_coupons_of_the_quote_are_priced_when_the_close_does_not_repeat_them(shop: Shop) -> None:
    """Else the order and its total never agree, and the sale is refused for its price for ever."""
    priced = await shop.held(basket())
    await shop.pass_time(minutes=20)
    shop.spend_elsewhere(left=10)
    await shop.complete(paid(replace(priced, coupons=()), FIFTY))
    await shop.pass_time(minutes=10)
    sale = await shop.sale()
    assert (sale.state, sale.form) == (State.DELIVERED, Form.WITHOUT_POINTS)


async def test_a_close_with_points_waits_for_the_release_of_an_older_generation(shop: Shop) -> None:
    """Otherwise both generations would have spent."""
    priced = await shop.held(plain_basket())
    shop.program.fail(Operation.CANCEL, Fault.UNAVAILABLE)
    await shop.pass_time(minutes=20)
    await shop.complete(paid(priced, FIFTY))
    await shop.pass_time(minutes=2)
    assert ((await shop.sale()).state, shop.points()) == (State.CLOSED, 1450)
    shop.program.mend()
    await shop.pass_time(minutes=4)
    assert ((await shop.sale()).state, shop.points()) == (State.DELIVERED, 1470)


async def test_a_close_without_points_waits_for_nothing(shop: Shop) -> None:
    priced = await shop.held(plain_basket())
    shop.program.fail(Operation.CANCEL, Fault.UNAVAILABLE)
    await shop.undo(priced)
    await shop.complete(paid(priced))
    assert (await shop.sale()).state is State.DELIVERED


async def test_a_restart_of_the_gateway_while_a_receipt_with_points_is_open_keeps_its_price(shop: Shop) -> None:
    """The quote is forgotten with the process; the closed lines carry the discount already."""
    priced = await shop.held(basket())
    shop.restart()
    await shop.complete(paid(priced, FIFTY))
    await shop.pass_time(minutes=2)
    order = shop.order((await shop.sale()).delivered_order)
    assert order is not None
    assert (order.effect.redeemed, order.total) == (FIFTY, Decimal("651.82"))


async def test_no_delivery_without_a_quote_while_prices_cannot_be_asked(shop: Shop) -> None:
    shop.program.fail(Question.QUOTE, Fault.UNAVAILABLE)
    await shop.complete(paid(plain_basket()))
    assert ((await shop.sale()).state, shop.program.arrived) == (State.CLOSED, [])
    shop.program.mend()
    await shop.pass_time(minutes=4)
    assert (await shop.sale()).state is State.DELIVERED


async def test_a_document_that_cannot_be_understood_is_kept_once(shop: Shop) -> None:
    register = plain_basket().register
    for _ in range(2):
        await shop.core.checkout.park(register, b"\x80?", "no lines")
    (kept,) = await shop.store.documents()
    assert (kept.raw, kept.reason) == (b"\x80?", "no lines")
    shop.store.writable = False
    with pytest.raises(StoreUnavailable):
        await shop.core.checkout.park(register, b"other", "no lines")


async def test_a_coupon_that_an_order_on_its_way_back_still_uses_delays_the_sale_and_does_not_park_it(
    shop: Shop,
) -> None:
    priced = await shop.held(basket())
    shop.program.fail(Operation.CANCEL, Fault.UNAVAILABLE)
    await shop.undo(priced)
    await shop.complete(paid(priced))
    assert (await shop.sale()).state is State.DELIVERING
    shop.program.mend()
    await shop.pass_time(minutes=10)
    sale = await shop.sale()
    assert (sale.state, sale.alerts, sale.delivered_order) == (State.DELIVERED, (), "receipt-1~1")


async def test_a_coupon_that_the_server_declined_does_not_keep_the_sale_from_it(shop: Shop) -> None:
    """The register closes the receipt with the coupon all the same; an order with it would be refused for good."""
    receipt = paid(await shop.priced(basket(coupons=("NOSUCH",))))
    await shop.complete(receipt)
    await shop.pass_time(minutes=2)
    assert (await shop.sale()).state is State.DELIVERED


async def test_points_of_a_close_that_does_not_name_its_customer_are_the_quoted_ones(shop: Shop) -> None:
    receipt = paid(await shop.held(plain_basket()), FIFTY)
    await shop.complete(replace(receipt, customer=None))
    await shop.pass_time(minutes=2)
    sale = await shop.sale()
    assert (sale.state, sale.alerts) == (State.DELIVERED, ())
    assert shop.points() < 1500, "the points stay spent"


async def test_points_that_are_nobodys_are_owed_and_the_sale_is_told_without_them(shop: Shop) -> None:
    """The register says that points were paid, and not whose: the server cannot take them from anybody."""
    await shop.complete(paid(plain_basket(customer=None), FIFTY))
    await shop.pass_time(minutes=2)
    sale = await shop.sale()
    assert (sale.state, sale.alerts) == (State.DELIVERED, (Alert.POINTS_OWED,))
