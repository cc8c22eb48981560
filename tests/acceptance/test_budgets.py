"""Each operation of a register waits for the loyalty server as long as its own setting says, and no other's."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from shop import Shop
from till import CUSTOMER, cash, document, line

BUDGETS = {"identify": 0.9, "quote": 1.0, "redeem": 1.6, "release": 1.1, "complete": 1.2}
"""Seconds, all longer than the defaults: a busy machine only makes a wait longer."""

RESERVE = 0.05
"""Seconds kept for the answer, and what a timer may ring too early."""

GOODS = line(1, "5002", "100.00")
POINTS = {"mode": "nonFiscal", "amount": "10.00"}


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    settings = "\n".join(f"{name} = {seconds}" for name, seconds in BUDGETS.items())
    async with Shop(tmp_path, more=f"[budgets]\n{settings}") as running:
        yield running


async def waited(shop: Shop, resource: str, request: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    began = time.monotonic()
    answer = await shop.ask(resource, request)
    return time.monotonic() - began, answer


async def test_each_operation_waits_by_its_own_budget_when_the_server_hangs(shop: Shop) -> None:
    paid, priced, closed = (str(uuid.uuid4()) for _ in range(3))
    for uid in (paid, priced):
        await shop.ask("document/", document("calculate", GOODS, uid=uid))
    assert (await shop.ask("document/", document("payByBonus", GOODS, uid=paid, payment=POINTS)))["code"] == 0
    await shop.faults(mode="hang")
    asked = {
        "identify": ("client/", {**document("client"), "client": {"mobilePhone": CUSTOMER}}),
        "quote": ("document/", document("calculate", GOODS)),
        "redeem": ("document/", document("payByBonus", GOODS, uid=priced, payment=POINTS)),
        "release": ("document/", document("cancelBonusPayment", GOODS, uid=paid, payment=POINTS)),
        "complete": ("document/", document("confirm", GOODS, uid=closed, payments=cash("100.00"))),
    }
    answers = await asyncio.gather(*(waited(shop, *request) for request in asked.values()))
    for name, (seconds, answer) in zip(asked, answers, strict=True):
        assert seconds > BUDGETS[name] - RESERVE, f"{name}: {answer}"
    codes = {name: answer["code"] for name, (_, answer) in zip(asked, answers, strict=True)}
    assert codes == {"identify": 0, "quote": 0, "redeem": -1, "release": 0, "complete": 0}
