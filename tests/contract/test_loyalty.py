"""What every loyalty programme promises. A new one is a new entry of `WORLDS`."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from builders import REGISTER, make_line, make_receipt
from loyalty_worlds import WORLDS, World, memory_world, mindbox_client, nobody_listens, until

from adapters.loyalty.memory import Fault, Question
from gateway.domain.call import (
    Accepted,
    AlreadyProcessed,
    Answer,
    Call,
    CancelOrder,
    Intent,
    Operation,
    OrderState,
    OrderView,
    PlaceOfflineOrder,
    PlaceOrder,
    RefundOrder,
    RefusalReason,
    Refused,
    ReportShown,
    ReturnedPiece,
)
from gateway.domain.customer import CustomerKey, KeyKind
from gateway.domain.deadline import Deadline
from gateway.domain.quote import CouponAnswer, CouponState, Quote
from gateway.errors import LoyaltyUnavailable, OutcomeUnknown
from gateway.ports import LoyaltyProgram

OLGA = CustomerKey(KeyKind.PHONE, "79603334455")  # silver, 1500 points
OLGAS_CARD = CustomerKey(KeyKind.CARD, "2900004455")
ANNA = CustomerKey(KeyKind.PHONE, "79115550123")  # 300 roubles short of gold
NOBODY = CustomerKey(KeyKind.PHONE, "79990000000")
AT = datetime(2026, 3, 14, 15, 5, tzinfo=UTC)
COFFEE = make_line(sku="20417", unit_price=Decimal("389.90"), total=Decimal("779.80"))
SPRING_PRICE, FIFTY = Decimal("701.82"), Decimal(50)


@pytest.fixture(params=WORLDS)
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    async with WORLDS[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture
def program(world: World) -> LoyaltyProgram:
    return world.program


@pytest.fixture(params=WORLDS)
async def unreachable(request: pytest.FixtureRequest) -> AsyncIterator[LoyaltyProgram]:
    """A programme whose server refuses connections."""
    if request.param == "memory":
        memory = memory_world().program
        memory.fail_all(Fault.UNAVAILABLE)
        yield memory
    else:
        client = mindbox_client(nobody_listens())
        yield client
        await client.close()


def soon(seconds: float = 3) -> Deadline:
    return Deadline(time.monotonic() + seconds)


async def quoted(program: LoyaltyProgram, **receipt: Any) -> Quote:
    asked = make_receipt(**{"customer": OLGA, "lines": (COFFEE,), "coupons": ("SPRING10",)} | receipt)
    return await program.quote(asked, asked.id, AT, deadline=soon())


async def tell(program: LoyaltyProgram, operation: Operation, intent: Intent, key: str = "") -> Answer:
    """Composes and sends; the order's id is in the intent already."""
    call = Call(operation=operation, order_id="receipt-1", key=key or str(uuid4()), body=program.compose(intent))
    return await program.send(call, deadline=soon())


def order_of(quote: Quote, *, paid: bool = False, points: Decimal = FIFTY, **more: Any) -> PlaceOrder:
    values = {
        "order_id": "receipt-1",
        "register": REGISTER,
        "customer": OLGA,
        "pieces": quote.pieces,
        "coupons": ("SPRING10",),
        "points": points,
        "total": quote.total - points,
        "at": AT,
        "paid": paid,
    }
    return PlaceOrder(**values | more)


async def available(program: LoyaltyProgram, key: CustomerKey = OLGA) -> Decimal:
    customer = await program.identify(key, REGISTER, deadline=soon())
    assert customer is not None
    return customer.balance.available


async def seen(program: LoyaltyProgram, order_id: str = "receipt-1") -> OrderView:
    """The order, once it is there."""

    async def there() -> bool:
        return await program.order(order_id, deadline=soon()) is not None

    await until(there)
    view = await program.order(order_id, deadline=soon())
    assert view is not None
    return view


async def test_a_customer_is_found_by_phone_and_by_card_with_all_that_a_slip_needs(program: LoyaltyProgram) -> None:
    customer = await program.identify(OLGA, REGISTER, deadline=soon())
    assert customer is not None
    assert customer == await program.identify(OLGAS_CARD, REGISTER, deadline=soon())
    assert (customer.id, customer.name, customer.level) == ("80014", "Белова Ольга", "Серебро")
    assert (customer.phone, customer.card, customer.birth_date) == (OLGA.value, OLGAS_CARD.value, date(1988, 11, 23))
    assert (customer.balance.available, customer.balance.pending) == (1500, 0)


async def test_nobody_is_none(program: LoyaltyProgram) -> None:
    assert await program.identify(NOBODY, REGISTER, deadline=soon()) is None
    assert await program.order("never placed", deadline=soon()) is None


async def test_a_quote_has_discount_coupon_points_and_accrual(program: LoyaltyProgram) -> None:
    quote = await quoted(program)
    assert (quote.total, quote.discount(COFFEE)) == (SPRING_PRICE, Decimal("77.98"))
    assert quote.coupons == (CouponAnswer(code="SPRING10", state=CouponState.USED_HERE),)
    assert (quote.spendable, quote.accrual) == (Decimal("140.36"), 35)
    assert (quote.complete, quote.stranger) == (True, False)


async def test_a_quote_keeps_the_registers_own_discount_apart(program: LoyaltyProgram) -> None:
    lowered = make_line(sku="20417", unit_price=Decimal("389.90"), total=Decimal("700.00"))
    quote = await quoted(program, lines=(lowered,))
    assert (quote.pieces[0].register_discount, quote.total) == (Decimal("79.80"), Decimal("630.00"))
    assert quote.discount(lowered) == Decimal("70.00")


async def test_a_line_whose_pieces_cost_differently_is_split_and_hints_say_what_is_missing(
    program: LoyaltyProgram,
) -> None:
    shirt = make_line(sku="700-A", quantity=Decimal(3), unit_price=Decimal(900), total=Decimal(2700))
    quote = await quoted(program, lines=(shirt,), coupons=())
    assert [(piece.number, piece.index, piece.quantity, piece.total) for piece in quote.pieces] == [
        (1, 1, 2, 1800),
        (2, 1, 1, 0),
    ]
    assert quote.hints == ("Предложите пакет",)
    two = make_line(sku="700-A", unit_price=Decimal(900), total=Decimal(1800))
    assert "Ещё одна вещь до акции 1+1=3" in (await quoted(program, lines=(two,))).hints


async def test_a_coupon_that_cannot_be_used_says_why(program: LoyaltyProgram) -> None:
    quote = await quoted(program, coupons=("OLD10", "NONE", "BLOCKED10"))
    states = {row.code: row.state for row in quote.coupons}
    assert states == {
        "OLD10": CouponState.EXPIRED,
        "NONE": CouponState.UNKNOWN,
        "BLOCKED10": CouponState.BLOCKED,
    }


async def test_strangers_and_anonymous_buyers_get_public_prices_and_no_points(program: LoyaltyProgram) -> None:
    stranger, anonymous = await quoted(program, customer=NOBODY), await quoted(program, customer=None)
    assert (stranger.stranger, anonymous.stranger) == (True, False)
    for quote in (stranger, anonymous):
        assert (quote.total, quote.spendable, quote.accrual) == (SPRING_PRICE, 0, 0)


async def test_composing_is_pure(program: LoyaltyProgram) -> None:
    intent = order_of(await quoted(program))
    assert program.compose(intent) == program.compose(intent)


async def test_a_hold_spends_the_points_and_the_sale_earns(program: LoyaltyProgram) -> None:
    quote = await quoted(program)
    held = await tell(program, Operation.HOLD, order_of(quote))
    assert isinstance(held, Accepted)
    assert (held.spent, held.available, await available(program)) == (FIFTY, 1450, 1450)
    assert (await seen(program)).state is OrderState.PLACED
    sold = await tell(program, Operation.SALE, order_of(quote, paid=True))
    assert isinstance(sold, Accepted)
    assert (sold.spent, sold.earned, sold.available) == (FIFTY, 35, 1485)
    assert len(sold.texts) == 1
    expected = OrderView(state=OrderState.PAID, total=SPRING_PRICE - FIFTY, spent=FIFTY, earned=Decimal(35))
    assert await seen(program) == expected


async def test_an_own_order_does_not_stand_in_the_way_of_its_next_quote(program: LoyaltyProgram) -> None:
    before = await quoted(program)
    await tell(program, Operation.HOLD, order_of(before))
    after = await quoted(program)
    assert (after.pieces, after.spendable, after.coupons) == (before.pieces, before.spendable, before.coupons)


async def test_a_key_that_succeeded_does_nothing_again_and_says_nothing_more(program: LoyaltyProgram) -> None:
    intent, key = order_of(await quoted(program)), str(uuid4())
    assert isinstance(await tell(program, Operation.HOLD, intent, key), Accepted)
    assert await tell(program, Operation.HOLD, intent, key) == AlreadyProcessed()
    assert await available(program) == 1450


async def test_a_key_that_was_refused_is_free(program: LoyaltyProgram) -> None:
    quote, key = await quoted(program), str(uuid4())
    refused = await tell(program, Operation.HOLD, order_of(quote, points=Decimal(141)), key)
    assert isinstance(refused, Refused)
    assert isinstance(await tell(program, Operation.HOLD, order_of(quote), key), Accepted)


async def test_a_cancel_gives_the_points_back_once_however_often_it_comes(program: LoyaltyProgram) -> None:
    await tell(program, Operation.HOLD, order_of(await quoted(program)))
    key = str(uuid4())
    for _ in range(2):
        cancelled = await tell(program, Operation.CANCEL, CancelOrder(order_id="receipt-1", at=AT), key)
        assert isinstance(cancelled, Accepted)
        assert await available(program) == 1500
    assert (await seen(program)).state is OrderState.CANCELLED


async def test_a_cancel_of_an_unknown_order_is_not_found(program: LoyaltyProgram) -> None:
    answer = await tell(program, Operation.CANCEL, CancelOrder(order_id="never placed", at=AT))
    assert isinstance(answer, Refused)
    assert answer.reason is RefusalReason.NOT_FOUND


async def test_another_price_is_refused_with_the_right_one(program: LoyaltyProgram) -> None:
    answer = await tell(program, Operation.SALE, order_of(await quoted(program), total=Decimal("651.80"), paid=True))
    assert isinstance(answer, Refused)
    assert (answer.reason, answer.total) == (RefusalReason.PRICE, Decimal("651.82"))
    assert await program.order("receipt-1", deadline=soon()) is None


async def test_too_many_points_are_refused_in_words_for_the_cashier(program: LoyaltyProgram) -> None:
    answer = await tell(program, Operation.HOLD, order_of(await quoted(program), points=Decimal(141)))
    assert isinstance(answer, Refused)
    assert (answer.reason, "140.36" in answer.text) == (RefusalReason.POINTS, True)
    assert await available(program) == 1500


async def test_a_refund_is_queued_then_shown_by_the_order_and_has_one_effect(program: LoyaltyProgram) -> None:
    await tell(program, Operation.SALE, order_of(await quoted(program), paid=True))
    pieces = (ReturnedPiece(number=1, quantity=Decimal(1)),)
    key = str(uuid4())
    for _ in range(2):
        intent = RefundOrder(order_id="receipt-1", pieces=pieces, at=AT)
        assert isinstance(await tell(program, Operation.REFUND, intent, key), Accepted)

    async def returned() -> bool:
        return (await seen(program)).returned == 1

    await until(returned)
    await asyncio.sleep(0.1)  # the second one has been looked at, too
    view = await seen(program)
    assert (view.state, view.returned, view.spent) == (OrderState.PARTLY_RETURNED, 1, 25)


async def test_an_offline_sale_is_taken_at_the_registers_own_prices(program: LoyaltyProgram) -> None:
    line = make_line(sku="20417", unit_price=Decimal("389.90"), total=Decimal("500.00"))
    intent = PlaceOfflineOrder(
        order_id="offline-1", register=REGISTER, customer=OLGA, lines=(line,), total=Decimal(500), at=AT
    )
    assert isinstance(await tell(program, Operation.OFFLINE_SALE, intent), Accepted)
    view = await seen(program, "offline-1")
    assert (view.state, view.total, view.earned) == (OrderState.PAID, Decimal(500), 25)
    assert await available(program) == 1525


async def test_an_anonymous_sale_is_placed_and_earns_nothing(program: LoyaltyProgram) -> None:
    quote = await quoted(program, customer=None, coupons=())
    intent = order_of(quote, customer=None, points=Decimal(0), coupons=(), paid=True)
    sold = await tell(program, Operation.SALE, intent)
    assert isinstance(sold, Accepted)
    assert sold.spent is None
    assert (await seen(program)).total == Decimal("779.80")


async def test_a_rise_is_a_segment_until_the_popup_was_shown(program: LoyaltyProgram) -> None:
    dear = make_line(sku="5002", quantity=Decimal(1), unit_price=Decimal(400), total=Decimal(400))
    quote = await quoted(program, customer=ANNA, lines=(dear,), coupons=())
    sale = order_of(quote, customer=ANNA, coupons=(), points=Decimal(0), paid=True, at=datetime.now(UTC))
    await tell(program, Operation.SALE, sale)
    await until(lambda: risen(program))

    async def fallen() -> bool:
        return not await risen(program)

    shown = ReportShown(customer_id="80015", register=REGISTER, action="gold", fields={"rule": "r"}, at=AT)
    assert isinstance(await tell(program, Operation.SHOWN, shown), Accepted)
    await until(fallen)


async def risen(program: LoyaltyProgram) -> bool:
    rows = await program.segments("80015", deadline=soon())
    assert ("Birthday", "Soon") in [(row.segmentation, row.segment) for row in rows]
    return ("LevelTransition", "SilverToGold") in [(row.segmentation, row.segment) for row in rows]


@pytest.mark.parametrize("fault", [Fault.HANGING, Fault.LOST_REQUEST, Fault.LOST_ANSWER, Fault.UNAVAILABLE])
async def test_a_question_without_an_answer_is_unavailable_in_time(world: World, fault: Fault) -> None:
    await world.fail(Question.IDENTIFY, fault)
    started = time.monotonic()
    with pytest.raises(LoyaltyUnavailable):
        await world.program.identify(OLGA, REGISTER, deadline=soon(0.1))
    assert time.monotonic() - started < 0.15
    assert await world.program.identify(OLGA, REGISTER, deadline=soon()) is not None


@pytest.mark.parametrize(
    ("fault", "left"), [(Fault.HANGING, 1500), (Fault.LOST_REQUEST, 1500), (Fault.LOST_ANSWER, 1450)]
)
async def test_a_change_without_an_answer_is_unknown_in_time_and_safe_to_repeat(
    world: World, fault: Fault, left: int
) -> None:
    program, key = world.program, str(uuid4())
    body = program.compose(order_of(await quoted(program)))
    call = Call(operation=Operation.HOLD, order_id="receipt-1", key=key, body=body)
    await world.fail(Operation.HOLD, fault)
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        await program.send(call, deadline=soon(0.1))
    assert time.monotonic() - started < 0.15
    assert await available(program) == left
    assert isinstance(await program.send(call, deadline=soon()), Accepted | AlreadyProcessed)
    assert await available(program) == 1450


async def test_a_deadline_that_has_passed_sends_nothing(program: LoyaltyProgram) -> None:
    intent = order_of(await quoted(program))
    call = Call(operation=Operation.HOLD, order_id="receipt-1", key=str(uuid4()), body=program.compose(intent))
    with pytest.raises(LoyaltyUnavailable):
        await program.send(call, deadline=soon(-1))
    assert await available(program) == 1500


async def test_a_refused_connection_is_unavailable_and_surely_did_nothing(unreachable: LoyaltyProgram) -> None:
    call = Call(operation=Operation.HOLD, order_id="receipt-1", key=str(uuid4()), body=b"{}")
    with pytest.raises(LoyaltyUnavailable):
        await unreachable.send(call, deadline=soon())
    with pytest.raises(LoyaltyUnavailable):
        await unreachable.identify(OLGA, REGISTER, deadline=soon())
    with pytest.raises(LoyaltyUnavailable):
        await quoted(unreachable)
