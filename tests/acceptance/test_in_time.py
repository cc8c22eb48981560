"""Whatever the loyalty server does, the register is answered by its budget."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from shop import Shop, eventually
from till import cash, document, line

BUDGET, SLACK = 0.3, 1.0
"""Seconds. A server that hangs never answers, so an answer within a second of the budget is the budget's doing.
By how many milliseconds it is late the bench says (figures 6 and 10), beside a bare timer on a calm machine.
"""


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with Shop(tmp_path) as running:
        yield running


async def timed(shop: Shop, request: dict[str, Any], budget: float = BUDGET) -> tuple[float, dict[str, Any]]:
    """How long after its budget the answer came, and the answer."""
    began = time.monotonic()
    answer = await shop.ask("document/", request)
    return time.monotonic() - began - budget, answer


async def test_a_hundred_calculates_at_once_are_answered_while_the_server_hangs(shop: Shop) -> None:
    await shop.faults(mode="hang")
    asked = [document("calculate", line(1, "5002", "100.00")) for _ in range(100)]
    answers = await asyncio.gather(*(timed(shop, request) for request in asked))
    for late, answer in answers:
        assert answer["code"] == 0
        assert "document" not in answer
        assert "availableAmount" not in answer.get("client", {})
        assert late < SLACK
    assert answers[0][1]["cashierInformation"] == [{"text": "Скидки не рассчитаны, повторите расчёт"}]


async def test_an_anonymous_receipt_is_not_troubled_when_the_server_hangs(shop: Shop) -> None:
    await shop.faults(mode="hang")
    late, answer = await timed(shop, document("calculate", line(1, "5002", "100.00"), phone=None))
    assert answer == {"code": 0}
    assert late < SLACK


async def test_the_same_basket_gets_its_earlier_prices_when_the_server_falls_silent(shop: Shop) -> None:
    request = document("calculate", line(1, "700-A", "100.00", "3.000", "300.00"))
    before = await shop.ask("document/", request)
    assert before["document"]["positions"]
    await shop.faults(mode="hang")
    after = await shop.ask("document/", request)
    assert after["document"] == before["document"]
    assert {"text": "Сервер лояльности не ответил, показан прежний расчёт"} in after["cashierInformation"]


async def test_points_are_refused_and_never_spent_when_the_server_hangs(shop: Shop) -> None:
    goods = line(1, "5002", "100.00")
    asked = document("calculate", goods)
    await shop.ask("document/", asked)
    await shop.faults(mode="hang")
    payment = {"mode": "nonFiscal", "amount": "10.00"}
    late, answer = await timed(shop, {**asked, "action": "payByBonus", "payment": payment}, 2 * BUDGET)
    assert late < SLACK
    assert answer == {"code": -1, "error": "Списать баллы сейчас нельзя, примите другую оплату"}


async def test_a_close_is_taken_in_time_and_delivered_when_the_server_is_back(shop: Shop) -> None:
    uid = str(uuid.uuid4())
    await shop.faults(mode="error")
    late, answer = await timed(shop, document("confirm", line(1, "5002", "100.00"), uid=uid, payments=cash("100.00")))
    assert answer["code"] == 0
    assert late < SLACK
    assert await shop.inspect("orders") == []
    await shop.faults(mode="off")

    async def delivered() -> Any:
        return [order for order in await shop.inspect("orders") if order["status"] == "Paid"]

    orders = await eventually(delivered)
    assert [(order["orderId"], order["total"], order["createdTimes"]) for order in orders] == [(uid, 100.0, 1)]


async def test_a_lost_answer_does_not_double_the_sale(shop: Shop) -> None:
    uid = str(uuid.uuid4())
    await shop.ask("document/", document("calculate", line(1, "5002", "100.00"), uid=uid))
    await shop.faults(mode="drop_answer", operation="Offline.CreateAuthorizedOrder", times=1)
    answer = await shop.ask(
        "document/", document("confirm", line(1, "5002", "100.00"), uid=uid, payments=cash("100.00"))
    )
    assert answer["code"] == 0

    async def settled() -> bool:
        return (await shop.metrics())["pos_gateway_outbox_pending"] == 0

    assert await eventually(settled)
    orders = await shop.inspect("orders")
    assert [(order["status"], order["createdTimes"]) for order in orders] == [("Paid", 1)]
