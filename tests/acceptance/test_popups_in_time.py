"""Ten thousand popups wait, and each that falls due is on its screen within half a second: real time, real files."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import make_prompt
from machine import BareTimer, worst
from shop import Shop
from till import cash, document, line

from gateway.domain.change import Change
from gateway.domain.receipt import RegisterRef
from gateway.domain.work import Work, WorkKind

pytestmark = pytest.mark.slow

PENDING, SALES = 10_000, 12
PROMISED = timedelta(seconds=0.5)
AFTER_CLOSE, AFTER_PAID = timedelta(seconds=0.6), timedelta(seconds=0.4)

EVERYBODY = '[[prompts]]\nname = "hello"\npriority = 9\nagain_after_days = 0\ntext = "Здравствуйте"\n'
POPUPS = "/api/v1/registers/KASSA-2/popups"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with Shop(tmp_path, more=EVERYBODY, speed=20) as running:
        await running.gateway.store.commit(crowd(datetime.now(UTC)))
        yield running


def crowd(now: datetime) -> Change:
    """Half of them are still to be asked for, half wait for the cashiers of another register; none falls due here."""
    dues = [now + timedelta(seconds=60 + place / 100) for place in range(PENDING // 2)]
    elsewhere = RegisterRef(outlet="MAG-3", register="KASSA-3")
    prompts = [
        make_prompt(f"waits-{place}", register=elsewhere, offered_at=now, deadline=due)
        for place, due in enumerate(dues)
    ]
    polls = [Work(kind=WorkKind.POLL, subject=f"sale-{place}", due=due) for place, due in enumerate(dues)]
    ends = [Work(kind=WorkKind.REPORT, subject=prompt.id, due=prompt.deadline) for prompt in prompts]
    return Change(prompts=tuple(prompts), work=(*polls, *ends))


async def sold(shop: Shop) -> str:
    uid = str(uuid.uuid4())
    answer = await shop.ask(
        "document/", document("confirm", line(1, "5002", "10.00"), uid=uid, payments=cash("10.00"))
    )
    assert answer["code"] == 0
    return uid


async def appearances(shop: Shop) -> dict[str, datetime]:
    """When each popup was first told to a screen."""
    found: dict[str, datetime] = {}
    known = ""
    while len(found) < SALES:
        async with shop.http.get(f"{shop.url}{POPUPS}?wait=5&known={known}") as answer:
            told: dict[str, Any] = await answer.json()
        known = told["version"]
        for popup in told["popups"]:
            found.setdefault(popup["id"], datetime.now(UTC))
    return found


async def due(shop: Shop, prompt_id: str) -> datetime:
    """The later of both, as the config has them."""
    prompt = await shop.gateway.store.prompt(prompt_id)
    sale = prompt and await shop.gateway.store.sale(prompt.sale_id)
    assert sale
    assert sale.close is not None
    assert sale.delivered_at is not None
    return max(sale.close.at + AFTER_CLOSE, sale.delivered_at + AFTER_PAID)


async def test_each_is_on_its_screen_within_half_a_second_of_its_time(shop: Shop) -> None:
    with BareTimer() as bare:
        screen = asyncio.create_task(appearances(shop))
        for _ in range(SALES):
            await sold(shop)
            await asyncio.sleep(0.15)
        async with asyncio.timeout(20):
            found = await screen
    times = [(await due(shop, prompt_id), seen) for prompt_id, seen in found.items()]
    assert all(seen >= its for its, seen in times), "the server's own scenario must have run"
    assert worst(times, bare) < PROMISED
