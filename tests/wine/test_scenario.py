"""The scenario for registers without the Priority licence, run in a real JScript engine against a whole shop."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fault_proxy import (
    Call,
    Close,
    Fault,
    FaultProxy,
    Garbage,
    Hang,
    Pass,
    Reset,
    Status,
    Trickle,
    TruncatedJson,
)
from shop import Shop, eventually
from wine import script_host
from wine.frontol_till import FrontolTill, said

pytestmark = pytest.mark.wine

PHONE, CARD = "79603334455", "2900004455"
AWAY = "Шлюз лояльности не отвечает: продавайте как обычно, баллы за покупку будут начислены"
SALE = f"till.scan('5002', 400); till.card('{CARD}');"
WAITED = 1000 + 1500
"""Milliseconds: the scenario's `waitSeconds`, and room for a computer that does other things too."""


BUDGETS = "[budgets]\nidentify = 0.9\nquote = 0.9\nredeem = 0.9\n"
"""Just below it, for the same computer: what is told at the end of a budget has tests of its own."""


class Store:
    """A shop, a proxy between it and the till, and the till."""

    def __init__(self, shop: Shop, proxy: FaultProxy, till: FrontolTill) -> None:
        self.shop, self.proxy, self.till = shop, proxy, till

    async def paid(self) -> list[tuple[float, float, int]]:
        """Paid orders at the loyalty server: money, points, and how often the order was created."""
        orders = await self.shop.inspect("orders")
        return [(row["total"], row["spent"], row["createdTimes"]) for row in orders if row["status"] == "Paid"]

    async def balance(self) -> float:
        customer: dict[str, Any] = await self.shop.inspect(f"customers/{PHONE}")
        return float(customer["available"])


@pytest.fixture(scope="module", autouse=True)
def _prefix() -> None:
    script_host.installed()
    script_host.boot()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Shop(tmp_path, more=BUDGETS) as shop, FaultProxy(shop.url) as proxy:
        yield Store(shop, proxy, FrontolTill(tmp_path, proxy.url))


async def test_a_sale_by_card_is_priced_before_its_payment(store: Store) -> None:
    happened = await store.till.sells(
        "till.scan('700-A', 300); till.scan('700-B', 200); till.scan('700-C', 100);",
        f"till.card('{CARD}'); till.finish(1000);",
    )
    identified, priced = said(happened, "message")
    assert identified == "Белова Ольга\nУровень: Серебро\nБаланс: 1500 баллов"
    assert priced.startswith("Скидки рассчитаны. К оплате: 500.00\nПовторите оплату\nМожно списать до 100 баллов")
    assert said(happened, "vetoed") == ["addPayment"], "the cashier sees the new total, then takes the money"
    assert said(happened, "total")[-1] == "500.00"
    [footer] = said(happened, "footer")
    assert "Ваша скидка             100,00 ₽\n" in footer
    assert await eventually(store.paid) == [(500.0, 0, 1)], "the change of 500 is not a payment"
    assert store.till.kept_files() == []


async def test_a_customer_is_found_by_phone_and_nobody_is_needed(store: Store) -> None:
    happened = await store.till.sells(
        "posGatewayPhone(); till.typed = ['8 (903) 111-22-33']; posGatewayRegister();",
        "till.scan('5002', 400); till.typed = ['8 (960) 333-44-55']; posGatewayPhone(); till.finish();",
        "till.scan('5002', 90); till.finish();",
        "till.scan('5002', 80); till.card('404'); till.finish();",
    )
    messages = said(happened, "message")
    assert messages[0] == "Сначала добавьте товар в чек"
    assert messages[1] == "Регистрация покупателей на кассе пока не подключена"
    assert messages[2].startswith("Белова Ольга")
    assert "Покупатель не найден в программе лояльности" in messages[-1]
    assert said(happened, "closed") == ["1", "2", "3"]

    async def customers() -> list[Any]:
        orders = await store.shop.inspect("orders")
        return sorted((row["total"], row["customer"]) for row in orders) if len(orders) == 3 else []

    assert await eventually(customers) == [(80.0, None), (90.0, None), (400.0, "80014")]


async def test_points_are_a_payment_and_come_back_when_it_is_removed_or_the_receipt_cancelled(store: Store) -> None:
    spending = f"{SALE} till.typed = ['70,5']; posGatewayPoints();"
    happened = await store.till.sells(
        f"{spending} till.unpay(1); till.finish();",
        f"{spending} till.cancel();",
        f"{SALE} till.pay(7, 50); till.typed = ['500']; posGatewayPoints(); posGatewayPoints(); till.finish();",
        f"{spending} till.finish();",
    )
    asked = said(happened, "asked")
    assert asked == ["Сколько баллов списать, не больше 80.00 [80.00]"] * 5
    messages = said(happened, "message")
    assert messages.count("Списано: 70,5 балла") == 3
    assert "Баллы списываются кнопкой «Списать баллы»" in messages
    assert "Введите число больше нуля и не больше 80.00" in messages

    async def settled() -> list[tuple[float, float, int]]:
        paid = await store.paid()
        return paid if len(paid) == 3 else []

    orders = await eventually(settled)
    assert sorted(row[:2] for row in orders) == [(329.5, 70.5), (400.0, 0), (400.0, 0)]
    assert store.till.kept_files() == []


CODES = """
[codes]
spending = "generated"
enrolment = "generated"
[identification.spending]
card = "with_code"
phone = "with_code"
[enrolment]
enabled = true
[[enrolment.fields]]
name = "name"
means = "first_name"
caption = "Имя"
required = true
[[enrolment.fields]]
name = "sex"
caption = "Пол"
choices = [{ value = "f", text = "Женский" }, { value = "m", text = "Мужской" }]
"""


async def test_codes_by_sms_are_read_out_when_points_are_spent_and_when_a_new_participant_joins(
    tmp_path: Path,
) -> None:
    """The gateway makes them, the register compares them."""
    async with Shop(tmp_path, more=CODES) as shop:
        happened = await FrontolTill(tmp_path, shop.url).sells(
            f"till.codes = '{shop.sandbox.url}/_sandbox/codes';",
            f"{SALE} till.typed = ['80', 'wrong']; posGatewayPoints();",
            "till.typed = ['80', till.sms]; posGatewayPoints(); till.finish();",
            "till.scan('5002', 90); till.typed = ['8 903 111-22-33', '']; till.chosen = ['-']; posGatewayRegister();",
            "till.typed = ['8 903 111-22-33', 'Igor', till.sms]; till.chosen = ['m'];",
            "posGatewayRegister(); till.finish();",
            "till.scan('5002', 1); till.typed = ['+79031112233']; posGatewayPhone(); till.cancel();",
        )
        joined = (await shop.inspect("customers/79031112233"))["mindboxId"]

        async def customers() -> list[tuple[float, float, str]]:
            orders = [row for row in await shop.inspect("orders") if row["status"] == "Paid"]
            found = sorted((row["total"], row["spent"], row["customer"]) for row in orders)
            return found if len(found) == 2 else []

        assert await eventually(customers) == [(90.0, 0, joined), (320.0, 80.0, "80014")]
    messages = said(happened, "message")
    assert messages.index("Код не подошёл, повторите") < messages.index("Списано: 80 баллов")
    assert "Заполните со слов покупателя" in messages
    assert any("Имя" in text for text in messages), "an answer that is missing is named"
    assert "Покупатель зарегистрирован" in messages
    assert messages[-1].startswith("Igor\n")
    choice = "Пол [не указано|Женский|Мужской|]"
    assert said(happened, "asked")[-4:-1] == ["Имя []", choice, "Код из SMS покупателя []"]


async def test_a_code_that_somebody_else_compares_is_passed_on(tmp_path: Path) -> None:
    heard: list[bytes] = []

    def listen(call: Call) -> Fault:
        heard.append(call.request)
        return Pass()

    async with Shop(tmp_path) as shop, FaultProxy(shop.url, listen) as proxy:
        till = FrontolTill(tmp_path, proxy.url, askCode="true")
        happened = await till.sells(f"{SALE} till.typed = ['80', ' 4711 ']; posGatewayPoints(); till.finish();")
    assert "Списано: 80 баллов" in said(happened, "message")
    [spending] = [request for request in heard if b"payByBonus" in request]
    assert b"\nclient.validationCode\t4711\n" in spending


async def test_points_of_which_nothing_was_heard_are_given_back_before_they_are_asked_for_again(store: Store) -> None:
    fault: dict[str, Fault] = {"payByBonus": Close(done=True)}
    store.proxy.use(
        lambda call: next((fault.pop(name) for name in list(fault) if name.encode() in call.request), Pass())
    )
    happened = await store.till.sells(
        f"{SALE} till.typed = ['80']; posGatewayPoints();",
        "till.typed = ['80']; posGatewayPoints(); till.finish();",
    )
    assert "Списать баллы сейчас нельзя, примите другую оплату" in said(happened, "message")
    assert "Списано: 80 баллов" in said(happened, "message")
    assert await eventually(store.paid) == [(320.0, 80.0, 1)]
    assert not fault, "the answer to the first payment was lost"


async def test_a_payment_that_the_register_refuses_costs_no_points(store: Store) -> None:
    happened = await store.till.sells(
        f"{SALE} till.typed = ['80']; till.refusesPayments = true; posGatewayPoints();",
        "till.refusesPayments = false; till.finish();",
    )
    assert "Касса не приняла оплату баллами, баллы возвращаются покупателю" in said(happened, "message")
    assert await eventually(store.paid) == [(400.0, 0, 1)]


async def test_a_refund_names_its_sale_and_its_lines(store: Store) -> None:
    await store.till.sells(
        f"till.scan('5001', 100); till.scan('5002', 400); till.card('{CARD}'); var sold = till.finish();",
        "till.open(1, sold); till.scan('5002', 400); till.pay(1, 400); till.close();",
    )

    async def returned() -> list[tuple[str, str]]:
        lines = [line for order in await store.shop.inspect("orders") for line in order["lines"]]
        found = [(line["product"], line["status"]) for line in lines]
        return found if "Returned" in str(found) else []

    assert await eventually(returned) == [("5001", "Paid"), ("5002", "Returned")]
    assert store.till.kept_files() == []


async def test_goods_added_after_the_calculation_are_calculated_anew(store: Store) -> None:
    happened = await store.till.sells(
        "till.scan('700-A', 300); till.scan('700-B', 200); till.scan('700-C', 100);",
        f"till.card('{CARD}'); posGatewayCalculate(); till.paid();",
        "till.scan('5002', 50); till.paid(); till.storno(4); till.finish();",
    )
    assert said(happened, "total")[:2] == ["500.00", "650.00"], "no discount stays on another basket"
    assert await eventually(store.paid) == [(500.0, 0, 1)]


async def test_a_receipt_survives_a_restart_of_frontol_and_another_customer_in_between(store: Store) -> None:
    await store.till.sells(
        f"{SALE} posGatewayCalculate(); var aside = frontol.currentDocument; frontol.currentDocument = null;",
        "till.scan('5002', 90); till.finish();",
        "eval(readText(WScript.Arguments(0))); till.start(); frontol.currentDocument = aside; till.finish();",
    )

    async def both() -> list[tuple[float, float, int]]:
        paid = await store.paid()
        return sorted(paid) if len(paid) == 2 else []

    assert await eventually(both) == [(90.0, 0, 1), (400.0, 0, 1)]


async def test_discounts_that_the_register_does_not_apply_are_said_once(store: Store) -> None:
    happened = await store.till.sells(
        "till.hasAction = false;",
        "till.scan('700-A', 300); till.scan('700-B', 200); till.scan('700-C', 100);",
        f"till.card('{CARD}'); till.finish();",
    )
    told = [text for text in said(happened, "message") if "маркетинговую акцию" in text]
    assert len(told) == 1
    assert await eventually(store.paid) == [(600.0, 0, 1)], "delivered as the customer paid it"


FAULTS: dict[str, Fault] = {
    "hang": Hang(),
    "drip": Trickle(bytes_per_second=20),
    "garbage": Garbage(),
    "cut": TruncatedJson(),
    "reset": Reset(midway=True),
    "another server": Status(502, b"<html>502</html>"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_whatever_the_network_does_the_sale_goes_on_and_is_told_later_once(store: Store, fault: Fault) -> None:
    store.proxy.use(fault)
    happened = await store.till.sells(f"till.timed('waited', function () {{ {SALE} till.finish(); }});")
    assert said(happened, "message") == [AWAY]
    assert said(happened, "vetoed") == []
    assert said(happened, "closed") == ["1"]
    assert int(said(happened, "waited")[0]) < WAITED, (
        "one wait for the whole receipt, then nobody is asked for a while"
    )
    assert len(store.till.kept_files()) == 1
    store.proxy.use(Pass())
    await store.till.sells("till.session();")
    assert await eventually(store.paid) == [(400.0, 0, 1)]
    assert store.till.kept_files() == []


async def test_a_close_whose_answer_was_lost_is_sent_again_and_counted_once(store: Store) -> None:
    store.proxy.use(lambda call: Close(done=True) if b"confirm" in call.request else Pass())
    await store.till.sells(f"{SALE} till.finish();")
    assert len(store.till.kept_files()) == 1
    store.proxy.use(Pass())
    await store.till.sells("0;")
    assert store.till.kept_files() == [], "Frontol's start is enough"
    assert await eventually(store.paid) == [(400.0, 0, 1)]


async def test_with_the_gateway_away_a_shift_is_sold_and_told_in_order(store: Store) -> None:
    await store.shop.stop_gateway()
    sales = "for (var i = 1; i <= 3; i++) { till.scan('5002', 100 * i); till.card('404'); till.finish(); }"
    happened = await store.till.sells(f"till.timed('waited', function () {{ {sales} }});")
    assert said(happened, "closed") == ["1", "2", "3"]
    assert int(said(happened, "waited")[0]) < WAITED
    assert len(store.till.kept_files()) == 3
    await store.shop.start_gateway()
    store.proxy.lead_to(store.shop.url)
    (store.till.kept.parent / "closed.tmp").write_text("half of a receipt, from a power cut")
    (store.till.kept / "notes.txt").write_text("somebody else's")
    await store.till.sells("till.session();")

    async def all_paid() -> list[tuple[float, float, int]]:
        paid = await store.paid()
        return sorted(paid) if len(paid) == 3 else []

    assert await eventually(all_paid) == [(100.0, 0, 1), (200.0, 0, 1), (300.0, 0, 1)]
    assert [path.name for path in store.till.kept_files()] == ["notes.txt"]


async def test_a_wrong_key_is_said_and_stops_no_sale(tmp_path: Path) -> None:
    async with Shop(tmp_path) as shop:
        till = FrontolTill(tmp_path, shop.url, key='"another"')
        happened = await till.sells(f"{SALE} till.finish();")
        assert said(happened, "closed") == ["1"]
        assert set(said(happened, "message")) == {"Неверный ключ доступа, проверьте настройки кассы"}
        assert len(till.kept_files()) == 1


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "Всё в порядке, шлюз ответил: Покупатель не найден в программе лояльности"),
        ({"key": '"another"'}, "Шлюз отвечает, но отказывает: Неверный ключ доступа, проверьте настройки кассы"),
        ({"url": '"http://127.0.0.1:1"'}, "Шлюз не отвечает. Проверьте url в настройках сценария"),
        ({"folder": '"Q:\\\\kept"'}, "Не получается записать файл. Проверьте folder в настройках сценария"),
    ],
    ids=["right", "key", "url", "folder"],
)
async def test_run_by_itself_it_tells_whether_its_settings_are_right(
    tmp_path: Path, settings: dict[str, str], told: str
) -> None:
    async with Shop(tmp_path) as shop:
        assert (await FrontolTill(tmp_path, shop.url, **settings).checks()).startswith(told)
