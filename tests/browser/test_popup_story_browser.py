"""The story of the mission in a real browser: a sale, the popup after its delay, a restart, the click, the report."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from acceptance.test_popup import actions, sell
from browser.axe import serious_faults
from browser.chromium import Tab
from shop import Shop, eventually
from till import document, line

pytestmark = pytest.mark.browser

CARDS = "document.querySelectorAll('article').length"
FOCUSED = "document.activeElement.tagName === 'BUTTON'"
SECOND = """
[[registers]]
kind = "frontol"
id = "KASSA-3"
access_key_file = "access-key"
screen_token_file = "second-token"
"""


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """Two registers; the first sells, each has a token of its own."""
    (tmp_path / "screen-token").write_text("a-screen-token\n")
    (tmp_path / "second-token").write_text("a-second-token\n")
    async with Shop(tmp_path, register='screen_token_file = "screen-token"' + SECOND, speed=20) as running:
        yield running


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
    await tab.screenshot("story-popup")
    await tab.press("Enter")
    await tab.until(f"{CARDS} === 0")
    reported = await eventually(lambda: actions(shop))
    assert [row["customFields"]["action"] for row in reported] == ["popup-shown"]


async def test_another_registers_screen_does_not_see_the_popup(tab: Tab, shop: Shop) -> None:
    await sell(shop)
    await tab.open(f"{shop.url}/cashier/KASSA-2?lang=ru&token=a-screen-token")
    await tab.until(f"{CARDS} === 1")
    await tab.open(f"{shop.url}/cashier/KASSA-3?lang=ru&token=a-second-token")
    await tab.until("document.querySelector('#link').dataset.state === 'connected'")
    await asyncio.sleep(0.5)
    assert await tab.run(CARDS) == 0
    assert "Сообщений нет" in await tab.run("document.body.innerText")


async def test_with_the_keyboard_alone_the_next_customers_cashier_says_that_the_one_before_has_left(
    tab: Tab, shop: Shop
) -> None:
    await sell(shop)
    await tab.look(1366, 768, "light")
    await tab.open(f"{shop.url}/cashier/KASSA-2?lang=ru&token=a-screen-token")
    await tab.until(f"{CARDS} === 1")
    await shop.ask("document/", document("calculate", line(1, "5002", "100.00"), phone="+79603334455"))
    await tab.until("document.querySelector('.whose').innerText.includes('предыдущий чек')")
    assert "Анна С." in await tab.run("document.querySelector('.whose').innerText")
    assert "Ольга" in await tab.run("document.querySelector('#customer').innerText")
    await tab.screenshot("story-next-customer")
    await asyncio.sleep(0.5)
    await tab.press("Tab", "Enter")
    await asyncio.sleep(0.3)
    assert await tab.run(CARDS) == 1, "a scanner's Tab and Enter are no answer"
    assert await tab.run("document.activeElement.className") == "no"
    await tab.press("Enter")
    await tab.until(f"{CARDS} === 0")
    assert await actions(shop) == []


async def test_a_wrong_token_sees_nothing(tab: Tab, shop: Shop) -> None:
    await sell(shop)
    for token in ("", "?token=wrong", "?token=a-second-token"):
        await tab.open(f"{shop.url}/cashier/KASSA-2{token}")
        assert "Нет доступа" in await tab.run("document.body.innerText")
        assert await tab.run(CARDS) == 0
