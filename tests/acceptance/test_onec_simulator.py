"""1C's simulated cashier screen against the real gateway, with each quirk of its platform and with all of them."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from gateway_process import RealShop
from onec_shop import PEOPLE, REGISTER, TOKEN
from shop import Shop, eventually

from adapters.registers.frontol.simulator import Basket, Document, Payment
from adapters.registers.frontol.wire import Client
from adapters.registers.onec_retail.simulator import NO_QUIRKS, OneCTill, Quirk, Quirks
from adapters.registers.onec_retail.simulator.till import nobody_reads
from gateway import workbench
from gateway.config_file import ConfigFile
from gateway.errors import ConfigError

ROOT = Path(__file__).parents[2]
OLGA = Client(mobile_phone="+79603334455")
EVERY = [NO_QUIRKS, *(frozenset({quirk}) for quirk in Quirk), frozenset(Quirk)]


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    (tmp_path / "onec-token").write_text(TOKEN + "\n")
    async with RealShop(tmp_path, register=REGISTER, more=PEOPLE) as running:
        yield running


async def test_a_sale_comes_out_the_same_whatever_the_spelling(shop: Shop) -> None:
    async def code() -> str:
        return str((await shop.inspect("codes"))[-1]["code"])

    for number, quirks in enumerate(EVERY, 1):
        till = OneCTill(shop.url, TOKEN, quirks=quirks, read_code=code)
        assert await sold(shop, number, quirks, till) == Decimal("651.82" if number == 1 else "779.80")


async def sold(shop: Shop, number: int, quirks: Quirks, till: OneCTill) -> Decimal:
    """Two packs of coffee; the first time with a coupon, which serves once, and with points: one SMS is enough.

    Returns what the loyalty server believes they cost.
    """
    basket = Basket().scan("20417", "Кофе", "389.90", "2", minimum_price="310")
    document = Document(uid=uuid4(), number=number, shift=3, client=OLGA, coupons=("SPRING10",), basket=basket)
    async with till:
        found = await till.client(OLGA)
        assert found.answer.notices[0] == "Белова Ольга"
        basket = basket.discounted((await till.calculate(document)).answer.discounts)
        document = Document(uid=document.uid, number=number, shift=3, client=OLGA, basket=basket)
        if quirks == NO_QUIRKS:
            paid = await till.pay_by_bonus(document, Decimal(50))
            assert paid.answer.accepted, paid.answer.error
            basket = basket.paid_with_points(Decimal(50), paid.answer)
            document = Document(uid=document.uid, number=number, shift=3, client=OLGA, basket=basket)
        payments = [Payment(type="creditCard", amount=basket.due)]
        if basket.points:
            payments.append(Payment(type="bonus", amount=basket.points))
        closed = await till.confirm(document, payments)
        assert closed.answer.accepted, closed.answer.error

    async def orders() -> list[Decimal]:
        found = await shop.inspect("orders")
        return [Decimal(str(order["total"])) for order in found if order["orderId"] == str(document.uid)]

    (total,) = await eventually(orders)
    assert total == basket.due
    return total


async def test_an_administrator_tries_his_installation(tmp_path: Path) -> None:
    (tmp_path / "onec-token").write_text(TOKEN + "\n")
    async with Shop(tmp_path, register=REGISTER) as shop:
        quirks = ("--quirk", "bom", "--quirk", "text_numbers")
        found = await simulate(shop, str(ROOT / "config/examples/tills/sale.toml"), *quirks)
        assert found[0] == 0, found
        assert "Расчёт: 1070.16 − скидка 77.98 = 992.18" in found[1]


async def test_a_trial_sale_is_made_at_a_1c_register_too(shop: Shop) -> None:
    config = shop.folder / "gateway.toml"
    listens = f'listen = "{shop.url.removeprefix("http://")}"'
    config.write_text(config.read_text().replace('listen = "127.0.0.1:0"', listens))
    told = workbench.trial(ConfigFile(config), "KASSA-1C", "79603334455", "5002", Decimal(100))
    assert [(words.split(",")[0], accepted) async for words, accepted in told] == [
        ("покупатель: принято", True), ("расчёт: принято", True), ("закрытие чека: принято", True),
    ]  # fmt: skip


def test_an_unknown_quirk_is_told_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="допустимо: bom, text_numbers"):
        workbench.play_onec(Path("sale.toml"), "", TOKEN, frozenset({"cyrillic"}), nobody_reads)


async def simulate(shop: Shop, script: str, *options: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "gateway", "simulate", "onec", script, "--url", shop.url]
    key = ["--access-key-file", str(shop.folder / "onec-token")]
    process = await asyncio.create_subprocess_exec(*command, *key, *options, stdout=PIPE, stderr=PIPE)
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()
