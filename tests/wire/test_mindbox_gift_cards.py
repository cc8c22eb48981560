"""Gift cards on Mindbox's wire: reference section 7.6 (developers docs, "gift cards in order save operations")."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import aiohttp
import msgspec
import pytest
from builders import REGISTER, make_line, make_receipt
from mindbox_caller import SEED, Caller, goods

from adapters.loyalty.mindbox import MindboxSettings, composing, mapping
from adapters.loyalty.mindbox.sandbox import Sandbox
from adapters.loyalty.mindbox.wire import decode
from gateway.domain.call import PlaceOrder, RefundOrder, ReturnedPiece
from gateway.domain.quote import GiftCardAnswer, GiftCardState, Piece
from gateway.domain.receipt import Tender, TenderKind

SETTINGS = MindboxSettings(kind="mindbox", url="https://mindbox.example", endpoint="E", secret_key_file="k")
AT = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
GIFT = Tender(kind=TenderKind.GIFT_CARD, amount=Decimal(500), gift_card="7700000001")
CASH = Tender(kind=TenderKind.CASH, amount=Decimal(100))


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with Sandbox(seed_path=SEED) as sandbox, aiohttp.ClientSession() as session:
        yield Caller(session, sandbox.url)


def sent(body: bytes) -> Any:
    return json.loads(body)["order"]


# -- what the client writes


def test_7_6_a_preorder_names_the_gift_cards_and_no_other_payment() -> None:
    receipt = make_receipt(tenders=(CASH, GIFT))
    assert sent(composing.preorder(receipt, "1", AT, SETTINGS))["payments"] == [
        {"type": "giftCard", "amount": 500, "id": "7700000001"}
    ]
    assert "payments" not in sent(composing.preorder(make_receipt(tenders=(CASH,)), "1", AT, SETTINGS))


def test_7_6_an_order_pays_with_the_number_as_id_and_sells_by_a_line_of_its_own() -> None:
    piece = Piece(
        number=1,
        index=1,
        sku="gift",
        quantity=Decimal(1),
        unit_price=Decimal(600),
        total=Decimal(600),
        gift_card="77",
    )
    intent = PlaceOrder(
        order_id="1", register=REGISTER, customer=None, pieces=(piece,), tenders=(CASH, GIFT), total=Decimal(600),
        at=AT, paid=True,
    )  # fmt: skip
    order = sent(composing.compose(intent, SETTINGS))
    assert order["lines"][0]["giftCard"] == {"ids": {"number": "77"}}
    assert order["payments"] == [
        {"type": "cash", "amount": 100},
        {"type": "giftCard", "amount": 500, "id": "7700000001"},
    ]


def test_7_6_a_refund_names_the_gift_card_that_gets_its_money_back() -> None:
    intent = RefundOrder(order_id="1", pieces=(ReturnedPiece(number=1, quantity=Decimal(1)),), tenders=(GIFT,), at=AT)
    assert sent(composing.compose(intent, SETTINGS))["returnedPayments"] == [
        {"type": "giftCard", "amount": 500, "id": "7700000001"}
    ]


# -- what the client reads


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("canBeUsed", GiftCardState.USABLE),
        ("CanBeUsed", GiftCardState.USABLE),
        ("NotFound", GiftCardState.UNKNOWN),
        ("inactive", GiftCardState.INACTIVE),
        ("Preactivated", GiftCardState.INACTIVE),
        ("AlreadyUsed", GiftCardState.SPENT),
        ("blocked", GiftCardState.BLOCKED),
        ("expired", GiftCardState.EXPIRED),
        ("heardOfNever", GiftCardState.UNKNOWN),
    ],
)
def test_7_6_a_gift_cards_status_is_read_in_any_spelling(status: str, state: GiftCardState) -> None:
    card = {
        "ids": {"number": 7700000001},
        "status": status,
        "balance": {"total": 1000, "available": "400", "used": 600},
    }
    info = {"type": "giftCard", "availableAmountForCurrentOrder": "400", "giftCard": card}
    others = [{"type": "cash"}, {"type": "card", "availableAmountForCurrentOrder": None}]
    body = {"status": "Success", "order": {"processingStatus": "Calculated", "paymentsInfo": [*others, info]}}
    quote = mapping.quote(decode(msgspec.json.encode(body)), make_receipt(), SETTINGS)
    usable = Decimal(400) if state is GiftCardState.USABLE else Decimal(0)
    assert quote.gift_cards == (GiftCardAnswer(number="7700000001", state=state, available=usable),)


def test_7_6_a_piece_of_a_gift_card_line_keeps_its_number() -> None:
    line = make_line(sku="gift", quantity=Decimal(1), unit_price=Decimal(600), total=Decimal(600), gift_card="77")
    body = b'{"order":{"processingStatus":"Calculated","lines":[{"lineId":"1","lineNumber":1,"quantity":1,'
    body += b'"basePricePerItem":600,"product":{"ids":{"system1c":"gift"}}}]}}'
    (piece,) = mapping.quote(decode(body), make_receipt(lines=(line,)), SETTINGS).pieces
    assert piece.gift_card == "77"


def test_a_gift_cards_number_is_not_shown() -> None:
    assert "77" not in repr(GIFT) + repr(GiftCardAnswer(number="7700000001", state=GiftCardState.USABLE))


# -- the sandbox


def order(*payments: Any, order_id: str = "1", price: float = 400, **line: Any) -> dict[str, Any]:
    lines = [goods("5002", 1, price, status="Paid") | line]
    return {"order": {"ids": {"offlineTransactionId": order_id}, "lines": lines, "payments": list(payments)}}


@pytest.mark.parametrize(
    "named", [{"id": "7700000001"}, {"id": 7700000001}, {"giftCard": {"ids": {"number": "7700000001"}}}]
)
async def test_7_6_a_gift_card_is_named_in_either_way(caller: Caller, named: Any) -> None:
    answer = await caller.done("Offline.AnonymousPreorder", order({"type": "giftCard", **named}))
    assert answer["order"]["paymentsInfo"] == [
        {
            "type": "giftCard",
            "availableAmountForCurrentOrder": 400,
            "giftCard": {
                "ids": {"number": "7700000001"},
                "status": "canBeUsed",
                "balance": {"total": 1000, "available": 1000, "used": 0},
            },
        }
    ]


@pytest.mark.parametrize(
    ("payment", "why"),
    [
        ({"id": "7700000001", "amount": 1001}, "осталось только 1000 руб."),
        ({"id": "7700000002", "amount": 100, "cvv": "321"}, "неверный код CVV"),
        ({"id": "7700000002", "amount": 100}, "неверный код CVV"),
        ({"id": "7700000002", "amount": 501, "cvv": "123"}, "осталось только 500 руб."),
        ({"id": "7700000003", "amount": 100}, "не активирована"),
        ({"id": "77", "amount": 100}, "не найдена"),
    ],
)
async def test_7_6_a_payment_that_cannot_be_made_is_a_validation_error(
    caller: Caller, payment: Any, why: str
) -> None:
    http, answer = await caller.ask("Offline.CreateAnonymousOrder", order({"type": "giftCard", **payment}))
    assert (http, answer["status"]) == (200, "ValidationError")
    (message,) = answer["validationMessages"]
    assert message == {"message": f"Подарочная карта {payment['id']}: {why}", "location": "/order/payments"}


async def test_7_6_a_cvv_quoted_or_bare_opens_the_card(caller: Caller) -> None:
    for number, cvv in enumerate(("123", 123)):
        payment = {"type": "giftCard", "id": "7700000002", "amount": 250, "cvv": cvv}
        await caller.done("Offline.CreateAnonymousOrder", order(payment, order_id=f"{number}"))
    asked = order({"type": "giftCard", "id": "7700000002"}, order_id="another")
    section = await caller.done("Offline.AnonymousPreorder", asked)
    assert section["order"]["paymentsInfo"][0]["giftCard"]["status"] == "alreadyUsed"


async def test_7_6_a_card_is_sold_by_number_or_out_of_the_pool_and_never_both(caller: Caller) -> None:
    both = order(price=1000, giftCard={"ids": {"number": "7700000003"}, "getFromPool": True})
    assert (await caller.ask("Offline.CreateAnonymousOrder", both))[0] == 400
    pool = order(price=1000, giftCard={"getFromPool": True})
    await caller.done("Offline.CreateAnonymousOrder", pool)
    read = await caller.done("Offline.GetOrder", {"order": {"ids": {"offlineTransactionId": "1"}}})
    assert read["order"]["lines"][0]["giftCard"] == {"ids": {"number": "7700000003"}}
    more = order(order_id="2", price=1000, giftCard={"getFromPool": True})
    http, answer = await caller.ask("Offline.CreateAnonymousOrder", more)
    assert (http, answer["status"]) == (200, "ValidationError")


async def test_7_6_an_offline_order_neither_sells_nor_spends_a_gift_card(caller: Caller) -> None:
    await caller.done("Offline.SaveOfflineOrder", order({"type": "giftCard", "id": "7700000001", "amount": 400}))
    sold = order(order_id="2", price=1000, giftCard={"ids": {"number": "7700000003"}})
    await caller.done("Offline.SaveOfflineOrder", sold)
    asked = order(*({"type": "giftCard", "id": number} for number in ("7700000001", "7700000003")))
    infos = (await caller.done("Offline.AnonymousPreorder", asked))["order"]["paymentsInfo"]
    assert [(one["giftCard"]["balance"]["used"], one["giftCard"]["status"]) for one in infos] == [
        (0, "canBeUsed"),
        (0, "inactive"),
    ]


async def test_7_6_no_promotion_and_no_points_touch_a_gift_cards_price(caller: Caller) -> None:
    line = goods("700-A", 1, 1000, status="Paid") | {"giftCard": {"ids": {"number": "7700000003"}}}
    body = {"customer": {"mobilePhone": "79603334455"}, "order": {"lines": [line], "bonusPoints": [{"amount": 100}]}}
    section = (await caller.done("Offline.AuthorizedPreorder", body))["order"]
    assert section["totalPrice"] == 1000
    assert (section["bonusPointsChanges"][0]["earnedAmount"], section["bonusPointsChanges"][0]["spentAmount"]) == (
        0,
        0,
    )
