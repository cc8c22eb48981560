"""The protocol's examples through the real process, byte for byte; the texts of the answers are ours."""

from pathlib import Path
from typing import Any

import pytest
from gateway_process import RealShop
from shop import Shop, eventually

EXAMPLES = Path(__file__).parent / "frontol_examples"
SALE = "6f1c2a90-3b7e-4d15-8e0a-51b7c9d2e834"


async def play(shop: Shop, name: str) -> dict[str, Any]:
    resource = {"1": "client/", "8": "extra/client/"}.get(name[0], "document/")
    return await shop.ask(resource, (EXAMPLES / f"{name}.json").read_bytes())


def texts(answer: dict[str, Any]) -> list[str]:
    return [line["text"] for line in answer.get("cashierInformation", [])]


def printed(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [line for slip in answer.get("printingInformation", []) for line in slip]


@pytest.fixture
async def shop(tmp_path: Path) -> Any:
    async with RealShop(tmp_path) as running:
        yield running


async def test_before_the_payment(shop: Shop) -> None:
    """Who is it, what does it cost with and without a customer, and how much may be spent."""
    found = await play(shop, "1-client")
    assert found["code"] == 0
    assert found["cashierInformation"][0] == {"text": "Петрова Мария", "weight": "bold"}
    assert "Баланс: 215 баллов" in texts(found)
    assert {"type": "pair", "left": "На счёте", "right": "215 баллов"} in printed(found)
    anonymous = await play(shop, "3-calculate-anonymous")
    assert anonymous["code"] == 0
    assert not {"client", "document", "electronicCheck", "printingInformation"} & set(anonymous)
    priced(await play(shop, "2-calculate"))
    refused = await play(shop, "9-too-many-points")
    assert refused == {"code": -1, "error": "Нельзя списать больше 150 баллов"}
    registration = await play(shop, "8a-describe")
    assert registration == {"code": -1, "error": "Регистрация покупателей на кассе пока не подключена"}


def priced(answer: dict[str, Any]) -> None:
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


ENROLMENT = """
[codes]
enrolment = "returned"
spending = "returned"
[identification.spending]
phone = "with_code"
[enrolment]
enabled = true
rules = "2026-03"
[[enrolment.fields]]
name = "name"
means = "first_name"
caption = "Имя:"
pattern = ".{2,60}"
required = true
[[enrolment.fields]]
name = "birthDate"
means = "birth_date"
caption = "Дата рождения:"
pattern = '\\d{2}\\.\\d{2}\\.\\d{4}'
[[enrolment.fields]]
name = "gender"
means = "sex"
caption = "Пол:"
choices = [{ value = "f", text = "Женский" }, { value = "m", text = "Мужской" }]
"""


@pytest.fixture
async def enrolling_shop(tmp_path: Path) -> Any:
    async with RealShop(tmp_path, more=ENROLMENT, family="Frontol") as running:
        yield running


async def test_a_new_participant_is_described_checked_and_enrolled_and_may_be_executed_twice(
    enrolling_shop: Shop,
) -> None:
    shop = enrolling_shop
    described = await play(shop, "8a-describe")
    assert described["form"]["title"] == {"text": "Новый участник"}
    assert described["form"]["elements"] == [
        {"type": "label", "text": "Заполните со слов покупателя", "alignment": "center"},
        {"type": "inputLine", "name": "name", "text": "Имя:", "regExp": "^(?:.{2,60})$"},
        {
            "type": "inputLine",
            "name": "birthDate",
            "text": "Дата рождения:",
            "regExp": "^(?:\\d{2}\\.\\d{2}\\.\\d{4})?$",
        },
        {
            "type": "comboBox",
            "name": "gender",
            "text": "Пол:",
            "items": [{"value": "f", "text": "Женский"}, {"value": "m", "text": "Мужской"}],
        },
    ]
    checked = await play(shop, "8b-check")
    assert set(checked) == {"code", "client"}
    sent = [row["code"] for row in await shop.inspect("codes")]
    assert checked["client"]["validationCode"] == sent[-1], (
        "the project's own scenario has sent one of its own before"
    )
    assert await play(shop, "8b-check") == checked, "a repeated check sends no second code"
    executed = await play(shop, "8c-execute")
    assert executed["code"] == 0
    assert texts(executed) == ["Покупатель зарегистрирован"]
    assert "Игорь, вы участник программы лояльности." in [line.get("text") for line in printed(executed)]
    assert (await play(shop, "8c-execute"))["code"] == 0
    assert [row["code"] for row in await shop.inspect("codes")] == sent
    assert await shop.inspect("customers/79031112233")


async def test_a_code_comes_with_the_calculation_and_once(enrolling_shop: Shop) -> None:
    shop = enrolling_shop
    first = await play(shop, "2-calculate")
    again = await play(shop, "2-calculate")
    sent = [row["code"] for row in await shop.inspect("codes")]
    assert [first["client"]["validationCode"]] == sent
    assert again["client"] == first["client"]
    assert first["client"]["availableAmount"] == 150.0
    assert (await play(shop, "4-pay-by-bonus"))["code"] == 0


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
