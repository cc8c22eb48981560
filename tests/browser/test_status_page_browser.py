"""The status page in a real browser, beside a whole store."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from browser.axe import serious_faults
from browser.chromium import Tab
from shop import Shop, eventually
from till import cash, document, line

from gateway.domain.change import Change, ParkedDocument
from gateway.domain.receipt import RegisterRef

pytestmark = pytest.mark.browser

DRAWN = "document.querySelector('#registers tr') !== null"
PARKED = "document.querySelectorAll('#parked li').length"
PRINTER = '[[printers]]\nname = "front"\nkind = "memory"\n'


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with Shop(tmp_path, register='printer = "front"', more=PRINTER, speed=20) as running:
        await sell(running)
        yield running


async def sell(shop: Shop) -> None:
    await shop.ask("document/", document("confirm", line(1, "5002", "400.00"), payments=cash("400.00")))


async def opened(tab: Tab, shop: Shop, lang: str = "ru") -> None:
    await tab.open(f"{shop.admin_url}/?lang={lang}")
    await tab.until(DRAWN)


@pytest.mark.parametrize(("width", "height"), [(320, 640), (1024, 768), (1920, 1080)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_page_fits_every_screen_and_has_no_serious_fault(
    tab: Tab, shop: Shop, width: int, height: int, scheme: str
) -> None:
    await tab.look(width, height, scheme)
    await opened(tab, shop)
    await tab.screenshot(f"status-{width}-{scheme}")
    assert await tab.run("document.documentElement.scrollWidth") <= width
    assert await serious_faults(tab) == []


async def test_page_follows_what_happens_without_a_reload(tab: Tab, shop: Shop) -> None:
    await opened(tab, shop)
    assert "Всё работает" in await tab.run("document.querySelector('#verdict').innerText")
    at = shop.gateway.core.popups.polling._records.clock.now()
    register = RegisterRef(outlet="MAG-3", register="KASSA-2")
    row = ParkedDocument(id="d-1", register=register, at=at, reason="сумма не сходится", raw=b"x")
    await shop.gateway.store.commit(Change(documents=(row,)))
    await tab.until("document.querySelector('#parked').innerText.includes('сумма не сходится')")
    assert "Нужно внимание" in await tab.run("document.querySelector('#verdict').innerText")


async def test_the_printers_card_says_what_was_printed_last(tab: Tab, shop: Shop) -> None:
    await opened(tab, shop)
    await tab.until("document.querySelector('#printers').innerText.includes('слип покупки · напечатано')")
    assert "готов" in await tab.run("document.querySelector('#printers').innerText")


async def test_a_refused_sale_is_sent_again_at_the_press_of_its_button(tab: Tab, shop: Shop) -> None:
    await shop.faults(mode="error", http=400, operation="Offline.CreateAuthorizedOrder")
    await sell(shop)
    await tab.look(1366, 900, "light")
    await opened(tab, shop)
    await tab.until(f"{PARKED} === 1")
    await tab.screenshot("status-parked")
    assert len(await shop.inspect("orders")) == 1, "the one of before"
    await shop.faults(mode="off")
    await tab.run("document.querySelector('#parked button').focus()")
    await tab.press("Enter")
    await tab.until(f"{PARKED} === 0")
    assert [order["status"] for order in await eventually(lambda: both(shop))] == ["Paid", "Paid"]


async def both(shop: Shop) -> list[dict[str, Any]]:
    orders: list[dict[str, Any]] = await shop.inspect("orders")
    return orders if len(orders) == 2 else []


async def test_limited_mode_is_switched_by_keyboard_after_a_question(tab: Tab, shop: Shop) -> None:
    await opened(tab, shop)
    await tab.run("window.confirm = () => true; document.getElementById('limit').focus()")
    await tab.press("Enter")
    await tab.until("document.getElementById('limit').textContent === 'Вернуть программу лояльности'")
    assert shop.gateway.core.limited.is_manual
    await tab.screenshot("status-limited")


async def test_page_says_that_the_gateway_is_gone(tab: Tab, shop: Shop) -> None:
    await opened(tab, shop, "en")
    await shop._admin.cleanup()
    await tab.until("document.getElementById('link').dataset.state === 'gone'")
    assert await tab.run("document.getElementById('link').innerText") == "no connection to the gateway"
    await asyncio.sleep(0)
