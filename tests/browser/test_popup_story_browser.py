"""The story of the mission in a real browser: a sale, the popup after its delay, a restart, the click, the report."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from acceptance.test_popup import actions, sell
from browser.axe import serious_faults
from browser.chromium import Tab, open_tab
from shop import Shop, eventually

pytestmark = pytest.mark.browser

CARDS = "document.querySelectorAll('article').length"
FOCUSED = "document.activeElement.tagName === 'BUTTON'"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    (tmp_path / "screen-token").write_text("a-screen-token\n")
    async with Shop(tmp_path, register='screen_token_file = "screen-token"', speed=20) as running:
        yield running


@pytest.fixture
async def tab() -> AsyncIterator[Tab]:
    async with open_tab() as tab:
        yield tab


async def test_a_popup_survives_a_restart_is_clicked_and_reported(tab: Tab, shop: Shop) -> None:
    await sell(shop)
    await shop.stop_gateway()
    await shop.start_gateway()
    await tab.look(1024, 768, "light")
    await tab.open(f"{shop.url}/cashier/KASSA-2?lang=ru&token=a-screen-token")
    await tab.until(f"{CARDS} === 1 && {FOCUSED}")
    assert await serious_faults(tab) == []
    assert await actions(shop) == []
    await asyncio.sleep(0.5)
    await tab.press("Enter")
    await tab.until(f"{CARDS} === 0")
    reported = await eventually(lambda: actions(shop))
    assert [row["customFields"]["action"] for row in reported] == ["popup-shown"]


async def test_a_wrong_token_sees_nothing(tab: Tab, shop: Shop) -> None:
    await sell(shop)
    for token in ("", "?token=wrong"):
        await tab.open(f"{shop.url}/cashier/KASSA-2{token}")
        assert "Нет доступа" in await tab.run("document.body.innerText")
        assert await tab.run(CARDS) == 0
