"""The story of the mission: a sale lifts the customer to gold, the cashier congratulates, the report arrives."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from shop import Shop, eventually
from till import cash, clock, document, line

PHONE = "79115550123"
POPUPS = "/api/v1/registers/KASSA-2/popups"
GOLD_SALE = line(1, "5002", "400.00")


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with Shop(tmp_path, speed=20) as running:
        yield running


async def waiting(shop: Shop, *, seconds: float = 8) -> list[dict[str, Any]]:
    """The popups a screen is told of, as soon as there is one; none when the time is over."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                async with shop.http.get(f"{shop.url}{POPUPS}?wait=5") as response:
                    if found := (await response.json())["popups"]:
                        return list(found)
    except TimeoutError:
        return []


async def click(shop: Shop, prompt: dict[str, Any]) -> int:
    url = f"{shop.url}{POPUPS}/{prompt['id']}/answer"
    async with shop.http.post(url, json={"answer": "congratulated"}) as response:
        return response.status


async def sell(shop: Shop, **members: Any) -> None:
    answer = await shop.ask("document/", document("confirm", GOLD_SALE, payments=cash("400.00"), **members))
    assert answer["code"] == 0


async def actions(shop: Shop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await shop.inspect(f"customers/{PHONE}"))["actions"]
    return found


async def test_the_popup_is_raised_shown_and_reported_and_only_then_the_code_is_given(shop: Shop) -> None:
    await sell(shop)
    [prompt] = await waiting(shop)
    assert "золотой уровень" in prompt["text"]
    assert (await shop.inspect(f"customers/{PHONE}"))["promoCodes"] == []
    assert await click(shop, prompt) == 200
    reported = await eventually(lambda: actions(shop))
    assert [row["customFields"]["action"] for row in reported] == ["popup-shown"]
    assert (await shop.inspect(f"customers/{PHONE}"))["promoCodes"] != []
    assert await eventually(lambda: told_of_on_the_status_page(shop))
    samples = await shop.metrics()
    for step in ("offer", "answer", "report"):
        assert samples[f"pos_gateway_popup_{step}_seconds_count"] == 1


async def told_of_on_the_status_page(shop: Shop) -> bool:
    async with shop.http.get(f"{shop.admin_url}/console/overview") as response:
        popups = (await response.json())["overview"]["popups"]
    return bool(popups == {"raised": 1, "shown": 1, "left": 0, "reported": 1, "expired": 0})


async def test_a_popup_is_shown_once(shop: Shop) -> None:
    await sell(shop)
    [prompt] = await waiting(shop)
    assert await click(shop, prompt) == 200
    assert await click(shop, prompt) == 200, "a double click is no fault"
    assert await eventually(lambda: actions(shop))
    assert await waiting(shop, seconds=1) == []
    await sell(shop)
    assert await waiting(shop, seconds=3) == [], "the next purchase raises no popup again"
    assert len(await actions(shop)) == 1


async def test_a_popup_survives_a_restart(shop: Shop) -> None:
    await sell(shop)
    await shop.stop_gateway()
    await shop.start_gateway()
    [prompt] = await waiting(shop)
    await shop.stop_gateway()
    await shop.start_gateway()
    assert [row["id"] for row in await waiting(shop)] == [prompt["id"]]
    assert await click(shop, prompt) == 200
    assert await eventually(lambda: actions(shop))


async def test_a_report_waits_for_the_server_inside_its_window(shop: Shop) -> None:
    await sell(shop)
    [prompt] = await waiting(shop)
    await shop.faults(mode="error")
    assert await click(shop, prompt) == 200
    await asyncio.sleep(0.5)
    assert await actions(shop) == []
    await shop.faults(mode="off")
    assert await eventually(lambda: actions(shop))


async def test_an_anonymous_receipt_raises_none(shop: Shop) -> None:
    await sell(shop, phone=None)
    assert await waiting(shop, seconds=2) == []
    calls = await shop.inspect("calls")
    assert not [call for call in calls if call["operation"].endswith("GetCustomerSegments")]


async def test_another_registers_screen_cannot_confirm(shop: Shop) -> None:
    await sell(shop)
    [prompt] = await waiting(shop)
    url = f"{shop.url}{POPUPS.replace('KASSA-2', 'KASSA-9')}/{prompt['id']}/answer"
    async with shop.http.post(url, json={"answer": "congratulated"}) as response:
        assert response.status == 401
    assert await actions(shop) == []


async def test_a_sale_that_its_register_has_kept_raises_none(shop: Shop) -> None:
    """The customer left an hour ago: the popup would greet somebody else."""
    await sell(shop, dateTime=clock(late=timedelta(hours=1)))
    assert await waiting(shop, seconds=2) == []
    [order] = await shop.inspect("orders")
    assert order["at"][:13] == clock(late=timedelta(hours=4))[:13], "told with the register's own time, in UTC"
