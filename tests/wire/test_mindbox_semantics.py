"""What the Mindbox client makes of refusals, degraded answers, placeholders, limits (reference, sections 3 and 7)."""

import time
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import aiohttp
import msgspec
import pytest
from builders import REGISTER, make_line, make_receipt
from loyalty_worlds import SEED, mindbox_client
from mindbox_caller import Caller
from msgspec.structs import replace

from adapters.loyalty.mindbox import MindboxClient, MindboxSettings, answers, mapping
from adapters.loyalty.mindbox.sandbox import Sandbox
from adapters.loyalty.mindbox.wire import decode
from adapters.loyalty.transport import Reply
from gateway.domain.call import (
    Accepted,
    AlreadyProcessed,
    Call,
    Operation,
    OrderState,
    PlaceOrder,
    RefusalReason,
    Refused,
)
from gateway.domain.customer import CustomerKey, KeyKind
from gateway.domain.deadline import Deadline
from gateway.domain.quote import CouponState, Quote
from gateway.errors import LoyaltyRejected, LoyaltyUnavailable, NotAsked, OutcomeUnknown, TooManyCalls

OLGA = CustomerKey(KeyKind.PHONE, "79603334455")
SETTINGS = MindboxSettings(
    kind="mindbox", url="https://x.test", endpoint="e", secret_key_file="k", hidden_placeholders=("Trash",)
)
SALE = Call(
    operation=Operation.SALE, order_id="receipt-1", key=str(uuid4()), body=b'{"customer":{},"bonusPoints":[]}'
)


class Desk:
    """A sandbox, its control, and a client of it."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.client: MindboxClient = mindbox_client(caller.url)

    async def quoted(self, lines: int = 1, **receipt: Any) -> Quote:
        goods = tuple(make_line(index=number, sku=f"g-{number}") for number in range(1, lines + 1))
        asked = make_receipt(**{"customer": OLGA, "lines": goods} | receipt)
        return await self.client.quote(asked, asked.id, START, deadline=soon())


def soon(seconds: float = 3) -> Deadline:
    return Deadline(time.monotonic() + seconds)


START = make_receipt().at


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with Sandbox(seed_path=SEED) as sandbox, aiohttp.ClientSession() as session:
        desk = Desk(Caller(session, sandbox.url))
        yield desk
        await desk.client.close()


def reply(status: int, body: Any = None, retry_after: str = "") -> Reply:
    return Reply(status, b"" if body is None else msgspec.json.encode(body), retry_after)


def priced(order: dict[str, Any], **more: Any) -> Quote:
    body = msgspec.json.encode({"status": "Success", "order": {"processingStatus": "Calculated", **order}, **more})
    return mapping.quote(decode(body), make_receipt(lines=(make_line(name="Крем"),)), SETTINGS)


# -- 3: envelope and errors


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, LoyaltyUnavailable),
        (403, LoyaltyUnavailable),
        (404, LoyaltyUnavailable),
        (409, OutcomeUnknown),
        (429, TooManyCalls),
        (500, OutcomeUnknown),
        (502, OutcomeUnknown),
        (503, OutcomeUnknown),
        (504, OutcomeUnknown),
    ],
)
def test_3_every_http_status_of_a_change_with_an_empty_body(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        answers.change(SALE, reply(status), SETTINGS)


@pytest.mark.parametrize("code", [403, "403"])
def test_3_an_error_id_and_an_http_code_of_either_type_are_let_through(code: int | str) -> None:
    body = {"status": "ProtocolError", "errorMessage": "no", "errorId": "7d0c2f0e", "httpStatusCode": code}
    answer = answers.change(SALE, reply(400, body), SETTINGS)
    assert answer == Refused(reason=RefusalReason.OTHER, text="no")


def test_3_a_refusal_with_http_200_carries_the_words_for_the_cashier_and_its_place() -> None:
    messages = [{"message": "Мало баллов", "location": "/order/bonusPoints"}, {"message": "Совсем мало"}]
    answer = answers.change(SALE, reply(200, {"status": "ValidationError", "validationMessages": messages}), SETTINGS)
    assert answer == Refused(reason=RefusalReason.POINTS, text="Мало баллов Совсем мало")


def test_3_a_question_refused_with_http_200_is_a_refusal_and_not_an_empty_answer() -> None:
    body = {"status": "ValidationError", "validationMessages": [{"message": "нельзя"}]}
    with pytest.raises(LoyaltyRejected, match="нельзя"):
        answers.question(reply(200, body), decode)


def test_3_1_success_outside_does_not_mean_success_inside() -> None:
    body = {"status": "Success", "order": {"processingStatus": "PriceHasBeenChanged", "statusDescription": "645.25"}}
    assert answers.change(SALE, reply(200, body), SETTINGS) == Refused(reason=RefusalReason.PRICE, text="645.25")
    other = {"status": "Success", "order": {"processingStatus": "SomethingElse"}}
    assert isinstance(answers.change(SALE, reply(200, other), SETTINGS), Refused)


@pytest.mark.parametrize("status", ["Processed", "Created", "Updated"])
def test_11_9_every_spelling_of_a_saved_order(status: str) -> None:
    body = {"status": "Success", "order": {"processingStatus": status}}
    assert isinstance(answers.change(SALE, reply(200, body), SETTINGS), Accepted)


def test_4_a_transaction_seen_before_is_done_and_says_nothing_more() -> None:
    assert answers.change(SALE, reply(200, {"status": "TransactionAlreadyProcessed"}), SETTINGS) == AlreadyProcessed()


# -- 3.2: limits


@pytest.mark.parametrize(("header", "wait"), [("7", 7), ("", 30), ("Sat, 21 Nov", 30), ("99999", 300), ("0", 1)])
def test_12_8_a_429_says_how_long_to_wait_or_we_choose(header: str, wait: float) -> None:
    with pytest.raises(TooManyCalls) as refused:
        answers.change(SALE, reply(429, None, header), SETTINGS)
    assert refused.value.retry_after == wait


async def test_3_2_a_second_long_basket_is_not_sent_and_short_ones_are(desk: Desk) -> None:
    await desk.quoted(lines=51)
    with pytest.raises(NotAsked):
        await desk.quoted(lines=51)
    assert (await desk.quoted(lines=50)).complete
    calls = await desk.caller.look("calls")
    assert [call["httpStatus"] for call in calls] == [200, 200]


async def test_3_2_after_a_429_for_a_long_basket_no_long_one_is_sent(desk: Desk) -> None:
    await desk.caller.control("faults", mode="error", http=429, times=1)
    with pytest.raises(TooManyCalls):
        await desk.quoted(lines=51)
    with pytest.raises(NotAsked):
        await desk.quoted(lines=51)
    assert len(await desk.caller.look("calls")) == 1
    assert (await desk.quoted(lines=1)).complete


# -- 7.1: degraded calculations, coupons, placeholders


async def test_7_1_public_discounts_only_and_none_at_all_are_told_apart(desk: Desk) -> None:
    await desk.caller.control("degraded", discounts="public")
    public = await desk.quoted()
    assert (public.complete, public.undiscounted) == (False, False)
    await desk.caller.control("degraded", discounts="none")
    nothing = await desk.quoted()
    assert (nothing.complete, nothing.undiscounted) == (False, True)


async def test_7_1_points_that_nobody_can_count_are_not_no_points(desk: Desk) -> None:
    await desk.caller.control("degraded", points=False)
    quote = await desk.quoted()
    assert (quote.points_away, quote.spendable, quote.complete) == (True, 0, True)
    await desk.caller.control("degraded")
    assert not (await desk.quoted()).points_away


async def test_7_1_a_blocked_card_is_not_a_stranger(desk: Desk) -> None:
    quote = await desk.quoted(customer=CustomerKey(KeyKind.CARD, "2900009666"))
    assert (quote.card_blocked, quote.stranger, quote.customer) == (True, False, None)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("CanBeUsed", CouponState.USED_HERE),
        ("CanNotBeUsedForCurrentOrder", CouponState.NOT_FOR_THIS_RECEIPT),
        ("NotFound", CouponState.UNKNOWN),
        ("NotIssued", CouponState.NOT_ISSUED),
        ("Used", CouponState.SPENT),
        ("YetNotActive", CouponState.TOO_EARLY),
        ("AlreadyNotActive", CouponState.EXPIRED),
        ("Blocked", CouponState.BLOCKED),
        ("Unavailable", CouponState.UNCHECKED),
        ("SomethingNew", CouponState.NOT_NOW),
    ],
)
def test_7_1_every_coupon_status(status: str, state: CouponState) -> None:
    quote = priced({"couponsInfo": [{"coupon": {"ids": {"code": "C"}, "status": status}}]})
    assert [row.state for row in quote.coupons] == [state]


def hint(name: str, *messages: str) -> dict[str, Any]:
    return {"ids": {"externalId": name}, "content": [{"type": "text", "message": text} for text in messages]}


def test_7_1_placeholders_go_to_the_cashier_to_the_slip_or_nowhere() -> None:
    line = {
        "lineId": "1",
        "lineNumber": 1,
        "quantity": 1,
        "basePricePerItem": 5,
        "placeholders": [hint("Any", "третья")],
    }
    areas = [hint("CashierScreen", "пакет?", "пакет?"), hint("ReceiptFooter", "до встречи"), hint("Trash", "ой")]
    quote = priced({"placeholders": areas, "lines": [line]})
    assert quote.hints == ("пакет?", "Крем: третья")
    assert quote.slip_texts == ("до встречи",)


@pytest.mark.parametrize(
    ("possible", "text"),
    [
        (
            {"discount": {"amount": 15, "amountType": "Percent"}, "products": [{"name": "Пакет"}]},
            "Добавьте Пакет — скидка 15 %",
        ),
        (
            {
                "discount": {"amount": "99.50", "amountType": "Absolute"},
                "products": [{"ids": {"c": "00-5"}}, {"name": "Носки"}],
            },
            "Добавьте одно из: 00-5, Носки — скидка 99,5 руб.",
        ),
        ({"products": [{"name": "Пакет"}]}, "Добавьте Пакет"),
        ({"discount": {"amount": 15}, "products": []}, ""),
    ],
)
def test_7_1_possible_discounts_say_what_to_add(possible: dict[str, Any], text: str) -> None:
    area = {"ids": {"externalId": "S"}, "content": [{"type": "possibleDiscounts", "possibleDiscounts": possible}]}
    assert priced({"placeholders": [area]}).hints == ((text,) if text else ())


def test_7_3_issued_coupons_have_the_title_of_their_pool_or_promotion() -> None:
    issued = [
        {"promotion": {"name": "Подарок"}, "coupon": {"ids": {"code": "A"}, "pool": {"name": "Спасибо"}}},
        {"promotion": {"name": "Подарок"}, "coupon": {"ids": {"code": "B"}}},
        {"coupon": {"ids": {}}},
    ]
    body = {"status": "Success", "order": {"processingStatus": "Processed", "issuedCoupons": issued}}
    answer = answers.change(SALE, reply(200, body), SETTINGS)
    assert isinstance(answer, Accepted)
    assert [(one.code, one.title) for one in answer.coupons] == [("A", "Спасибо"), ("B", "Подарок")]
    back = answers.change(replace(SALE, operation=Operation.REFUND), reply(200, body), SETTINGS)
    assert isinstance(back, Accepted)
    assert back.coupons == answer.coupons, "where the project's operation of returns says so too"


# -- 7.2: split lines, lowered points


async def test_7_2_pieces_and_their_numbers_go_back_as_they_came(desk: Desk) -> None:
    shirts = make_line(sku="700-A", quantity=Decimal(3), unit_price=Decimal(900), total=Decimal(2700))
    quote = await desk.quoted(lines=1)
    asked = make_receipt(customer=OLGA, lines=(shirts,))
    quote = await desk.client.quote(asked, asked.id, START, deadline=soon())
    intent = PlaceOrder(
        order_id=asked.id,
        register=REGISTER,
        customer=OLGA,
        pieces=quote.pieces,
        total=quote.total,
        at=START,
        paid=True,
    )
    body = msgspec.json.decode(desk.client.compose(intent))
    assert [(one["lineId"], one["lineNumber"], one["quantity"]) for one in body["order"]["lines"]] == [
        ("1", 1, 2),
        ("1", 2, 1),
    ]
    call = Call(operation=Operation.SALE, order_id=asked.id, key=str(uuid4()), body=desk.client.compose(intent))
    assert isinstance(await desk.client.send(call, deadline=soon()), Accepted)
    (order,) = await desk.caller.look("orders")
    assert [line["lineNumber"] for line in order["lines"]] == [1, 2]


# -- 12.7: the danger case


async def test_12_7_a_create_that_was_done_and_not_answered_is_done_once(desk: Desk) -> None:
    asked = make_receipt(customer=OLGA, lines=(make_line(),))
    quote = await desk.client.quote(asked, asked.id, START, deadline=soon())
    intent = PlaceOrder(
        order_id=asked.id,
        register=REGISTER,
        customer=OLGA,
        pieces=quote.pieces,
        total=quote.total,
        at=START,
        paid=True,
    )
    body = desk.client.compose(intent)
    call = Call(operation=Operation.SALE, order_id=asked.id, key=str(uuid4()), body=body)
    await desk.caller.control("faults", mode="drop_answer", times=1)
    with pytest.raises(OutcomeUnknown):
        await desk.client.send(call, deadline=soon())
    assert await desk.client.send(call, deadline=soon()) == AlreadyProcessed()
    (order,) = await desk.caller.look("orders")
    assert (order["createdTimes"], order["status"]) == (1, "Paid")
    view = await desk.client.order(asked.id, deadline=soon())
    assert view is not None
    assert view.state is OrderState.PAID
