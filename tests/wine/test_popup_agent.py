"""The popup agent of a Windows register: real message boxes on a real screen, clicked by a real mouse."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from fault_proxy import Exchange, Fault, FaultProxy, Pass, Status, message
from msgspec import Struct
from shop import ROOT, Shop, eventually
from till import cash, document, line
from wine import script_host
from wine.desktop import Desktop, desktop, running

pytestmark = pytest.mark.wine

AGENT = ROOT / "adapters/screens/windows/popup-agent.js"
PHONE, TOKEN = "79115550123", "screen-secret"
UNWANTED = 1.6
"""Seconds after which an answer counts."""


class Place:
    """A shop with one sale behind it that lifts the customer to gold, and the agent's folder on its register."""

    def __init__(self, shop: Shop, proxy: FaultProxy, folder: Path) -> None:
        self.shop, self.proxy = shop, proxy
        self.agent = folder / "popup-agent.js"
        shutil.copy(AGENT, self.agent)
        self.settings = self.agent.with_suffix(".ini")
        state = script_host.windows_path(folder / "state")
        self.settings.write_text(f"gateway = {proxy.url}/\nregister = KASSA-2\ntoken = {TOKEN}\nfolder = {state}\n")

    async def sell(self, **members: Any) -> None:
        sale = document("confirm", line(1, "5002", "400.00"), payments=cash("400.00"), **members)
        assert (await self.shop.ask("document/", sale))["code"] == 0

    async def actions(self) -> list[str]:
        customer: dict[str, Any] = await self.shop.inspect(f"customers/{PHONE}")
        return [row["customFields"]["action"] for row in customer["actions"]]

    async def restart_gateway(self) -> None:
        await self.shop.stop_gateway()
        await self.shop.start_gateway()
        self.proxy.lead_to(self.shop.url)


@pytest.fixture(scope="module")
def screen() -> Iterator[Desktop]:
    script_host.installed("Xvfb", "xdotool", "import")
    script_host.boot()
    with desktop() as display:
        yield display


@pytest.fixture
async def place(tmp_path: Path, screen: Desktop) -> AsyncIterator[Place]:
    (tmp_path / "screen-token").write_text(TOKEN)
    folder = tmp_path / "agent"
    folder.mkdir()
    register = 'screen_token_file = "screen-token"'
    async with Shop(tmp_path, speed=6, window=40, register=register) as shop, FaultProxy(shop.url) as proxy:
        yield Place(shop, proxy, folder)


async def test_the_box_appears_and_a_click_on_ok_reaches_the_loyalty_server(place: Place, screen: Desktop) -> None:
    async with running(place.agent, screen):
        await place.sell()
        assert await screen.box() == "Скажите покупателю"
        await asyncio.sleep(UNWANTED)
        screen.screenshot("windows-popup")
        screen.click_ok()
        assert await screen.gone()
        assert await eventually(place.actions) == ["popup-shown"]

    async def codes() -> list[str]:
        given: list[str] = (await place.shop.inspect(f"customers/{PHONE}"))["promoCodes"]
        return given

    assert await eventually(codes) != []


async def test_a_scanner_never_congratulates(place: Place, screen: Desktop) -> None:
    async with running(place.agent, screen):
        await place.sell()
        assert await screen.box()
        screen.scan()
        await asyncio.sleep(0.5)
        assert await screen.box(), "pressed too soon to be meant: the box is there again"
        await asyncio.sleep(UNWANTED)
        screen.scan()
        assert await screen.gone(), "the default button closes it"

        async def closed() -> bool:
            return (await place.shop.metrics()).get('pos_gateway_popups_total{state="left"}') == 1

        assert await eventually(closed), "as if the customer had left: nothing is reported"
        assert screen.boxes() == []
    assert await place.actions() == []


async def test_an_answer_waits_for_a_gateway_that_is_restarted(place: Place, screen: Desktop) -> None:
    async with running(place.agent, screen):
        await place.restart_gateway()
        await place.sell()
        assert await screen.box()
        await place.shop.stop_gateway()
        await asyncio.sleep(UNWANTED)
        screen.click_ok()
        assert await screen.gone()
        await asyncio.sleep(0.5)
        await place.shop.start_gateway()
        place.proxy.lead_to(place.shop.url)
        assert await eventually(place.actions) == ["popup-shown"]


async def test_a_box_is_never_shown_twice_not_even_after_a_crash_of_the_agent(place: Place, screen: Desktop) -> None:
    async with running(place.agent, screen):
        await place.sell()
        assert await screen.box()
    assert await screen.gone()
    async with running(place.agent, screen):
        assert await screen.box(seconds=3) == ""
    assert await place.actions() == []


async def test_no_box_covers_an_open_receipt(place: Place, screen: Desktop) -> None:
    uid = "7b0c4b1e-5b57-4e0b-9c1a-0e1f6b1a2c3d"
    async with running(place.agent, screen):
        await place.sell()
        goods = line(1, "5002", "90.00")
        await place.shop.ask("document/", document("calculate", goods, uid=uid, phone=None))
        assert await screen.box(seconds=3) == ""
        await place.shop.ask("document/", document("confirm", goods, uid=uid, phone=None, payments=cash("90.00")))
        assert await screen.box()


class Says(Struct, frozen=True):
    """A 200 with this body instead of the gateway's answer."""

    body: bytes

    async def strike(self, exchange: Exchange) -> None:
        await exchange.send(message("200 OK", self.body, ("Content-Type: application/json; charset=utf-8",)))


HOSTILE: list[Fault] = [
    Says(b'{"popups": [new ActiveXObject("WScript.Shell").Popup("evil")], "receipt_open": false, "version": ""}'),
    Says(b'{"popups": [{"id": "..\\\\..\\\\x", "text": "evil"}], "receipt_open": false, "version": ""}'),
    Says(b'{"popups": [], "receipt_open": fal'),
    Status(502, b"<html>Bad Gateway</html>"),
]


async def test_garbage_shows_nothing_and_the_agent_goes_on(place: Place, screen: Desktop) -> None:
    struck = 0

    def hostile(_call: object) -> Fault:
        nonlocal struck
        struck += 1
        return HOSTILE[struck - 1] if struck <= len(HOSTILE) else Pass()

    place.proxy.use(hostile)
    async with running(place.agent, screen):
        while struck < len(HOSTILE):
            assert screen.boxes() == []
            await asyncio.sleep(0.1)
        await place.sell()
        assert await screen.box() == "Скажите покупателю"


async def test_missing_settings_are_said(place: Place, screen: Desktop) -> None:
    place.settings.write_text("; nothing filled in\n")
    async with running(place.agent, screen) as agent:
        assert await screen.box()
        screen.screenshot("windows-popup-agent-settings")
        screen.scan()
        assert await asyncio.wait_for(agent.wait(), 10) == 1
