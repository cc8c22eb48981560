"""The protocol's example sale, request by request, byte for byte; the texts of the answers are ours."""

from pathlib import Path
from typing import Any

import pytest
from shop import Shop, eventually

EXAMPLES = Path(__file__).parent / "frontol_examples"
SALE = "6f1c2a90-3b7e-4d15-8e0a-51b7c9d2e834"


async def play(shop: Shop, name: str) -> dict[str, Any]:
    resource = {"1": "client/", "8a": "extra/client/"}.get(name.split("-", maxsplit=1)[0], "document/")
    return await shop.ask(resource, (EXAMPLES / f"{name}.json").read_bytes())


def texts(answer: dict[str, Any]) -> list[str]:
    return [line["text"] for line in answer.get("cashierInformation", [])]


def printed(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [line for slip in answer.get("printingInformation", []) for line in slip]


@pytest.fixture
async def shop(tmp_path: Path) -> Any:
    async with Shop(tmp_path) as running:
        yield running


async def test_who_is_it(shop: Shop) -> None:
    answer = await play(shop, "1-client")
    assert answer["code"] == 0
    assert answer["cashierInformation"][0] == {"text": "Петрова Мария", "weight": "bold"}
    assert "Баланс: 215 баллов" in texts(answer)
    assert {"type": "pair", "left": "На счёте", "right": "215 баллов"} in printed(answer)


async def test_calculate_with_a_customer(shop: Shop) -> None:
    answer = await play(shop, "2-calculate")
    assert answer["code"] == 0
    assert answer["client"] == {
        "mobilePhone": "+79217654321",
        "email": "m.petrova@example.org",
        "availableAmount": 150.0,
    }
    assert answer["document"] == {"positions": [{"index": 1, "discountAmount": 77.98}]}
    assert answer["electronicCheck"] == {"form": "electronicAndPrinted", "contact": "email"}
    assert texts(answer)[0] == "Можно списать до 150 баллов"
    assert {"type": "pair", "left": "Ваша скидка", "right": "77,98 ₽"} in printed(answer)


async def test_calculate_without_a_customer(shop: Shop) -> None:
    answer = await play(shop, "3-calculate-anonymous")
    assert answer["code"] == 0
    assert not {"client", "document", "electronicCheck", "printingInformation"} & set(answer)


async def test_too_many_points(shop: Shop) -> None:
    await play(shop, "2-calculate")
    answer = await play(shop, "9-too-many-points")
    assert answer == {"code": -1, "error": "Нельзя списать больше 150 баллов"}


async def test_registration_comes_later(shop: Shop) -> None:
    answer = await play(shop, "8a-describe")
    assert answer == {"code": -1, "error": "Регистрация покупателей на кассе пока не подключена"}


async def test_the_whole_sale(shop: Shop) -> None:
    """Calculate, pay, undo, calculate and pay again, confirm twice, return: one paid sale, points to the kopeck."""
    await play(shop, "2-calculate")
    paid = await play(shop, "4-pay-by-bonus")
    assert paid == {
        "code": 0,
        "document": {"positions": [{"index": 1, "paidAmount": 81.82}, {"index": 2, "paidAmount": 68.18}]},
        "cashierInformation": [{"text": "Списано: 150 баллов"}],
    }
    assert await play(shop, "4-pay-by-bonus") == paid
    undone = await play(shop, "5-cancel-bonus-payment")
    assert undone == {"code": 0, "cashierInformation": [{"text": "Возвращено: 150 баллов"}]}
    await play(shop, "2-calculate")
    assert (await play(shop, "4-pay-by-bonus"))["code"] == 0
    closed = await play(shop, "6-confirm")
    assert closed["code"] == 0
    assert {"type": "pair", "left": "На счёте", "right": "74 балла"} in printed(closed)
    assert {"type": "barcode", "data": "460123456789", "printText": "below"} in printed(closed)
    assert (await play(shop, "6-confirm"))["code"] == 0
    returned = await play(shop, "7-confirm-refund")
    assert {"type": "pair", "left": "Возвращено", "right": "68,18 балла"} in printed(returned)
    await holds_one_sale_with_its_return(shop)


async def holds_one_sale_with_its_return(shop: Shop) -> None:
    async def settled() -> bool:
        orders = await shop.inspect("orders")
        return [order["status"] for order in orders] == ["Cancelled", "PartlyReturned"]

    assert await eventually(settled), await shop.inspect("orders")
    given_up, sale = await shop.inspect("orders")
    assert (given_up["orderId"], given_up["spent"]) == (SALE, 0)
    assert (sale["orderId"], sale["createdTimes"], sale["total"]) == (f"{SALE}~1", 1, 842.18)
    customer = await shop.inspect("customers/79217654321")
    assert customer["available"] == pytest.approx(215 - 150 + 9 + 68.18 - 3)
