"""The administrator's status page over real sockets: who may look, what is shown, what may be done."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from builders import make_sale
from msgspec.structs import replace
from shop import Shop
from till import cash, document, line

from gateway.domain.change import Change
from gateway.domain.sale_record import State

TOKEN = "administrators-token"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with Shop(tmp_path, speed=20) as running:
        yield running


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncIterator[Shop]:
    """A shop whose administrator has a token."""
    (tmp_path / "admin-token").write_text(TOKEN + "\n")
    async with Shop(tmp_path, server='admin_token_file = "admin-token"', speed=20) as running:
        yield running


async def overview(shop: Shop, **headers: str) -> dict[str, Any]:
    async with shop.http.get(f"{shop.admin_url}/console/overview", headers=headers) as answer:
        assert answer.status == 200
        found: dict[str, Any] = await answer.json()
        return found


async def post(shop: Shop, path: str, body: Any, **headers: str) -> int:
    async with shop.http.post(f"{shop.admin_url}/console/{path}", json=body, headers=headers) as answer:
        return answer.status


async def test_the_overview_tells_of_registers_loyalty_server_and_outbox(shop: Shop) -> None:
    await shop.ask("document/", document("confirm", line(1, "5002", "400.00"), payments=cash("400.00")))
    told = (await overview(shop))["overview"]
    [register] = told["registers"]
    assert (register["name"], register["calls"], register["errors"]) == ("KASSA-2", 1, 0)
    assert register["last_seen"] is not None
    assert set(told["loyalty"]["breakers"].values()) == {"closed"}
    assert told["loyalty"]["last_success"] is not None
    assert told["outbox"]["parked"] == []
    assert told["hour"][-1]["calls"] == 1
    assert told["hour"][-1]["p99"] > 0


async def test_nothing_personal_stands_in_the_overview(shop: Shop) -> None:
    await shop.ask("document/", document("confirm", line(1, "5002", "400.00"), payments=cash("400.00")))
    async with shop.http.get(f"{shop.admin_url}/console/overview") as answer:
        text = await answer.text()
    assert "79115550123" not in text
    assert "Светлова" not in text


async def test_limited_mode_is_switched_and_shown(shop: Shop) -> None:
    csrf = (await overview(shop))["csrf"]
    assert await post(shop, "limited", {"on": True}, **{"X-Console": csrf}) == 204
    told = (await overview(shop))["overview"]
    assert told["limited_by_hand"]
    assert "manual" in told["limited"]


async def test_a_parked_sale_is_tried_again_at_the_press_of_a_button(shop: Shop) -> None:
    sale = replace(make_sale("parked-1", state=State.PARKED), refusal="цена изменилась")
    await shop.gateway.store.commit(Change(sale=sale))
    page = await overview(shop)
    [parked] = page["overview"]["outbox"]["parked"]
    assert (parked["id"], parked["why"], parked["can_retry"]) == ("parked-1", "цена изменилась", True)
    assert await post(shop, "retry/nobody", {}, **{"X-Console": page["csrf"]}) == 409


@pytest.mark.parametrize("path", ["limited", "retry/1", "logout"])
async def test_a_strange_pages_request_changes_nothing(shop: Shop, path: str) -> None:
    assert await post(shop, path, {"on": True}) == 403
    csrf = (await overview(shop))["csrf"]
    url = f"{shop.admin_url}/console/{path}"
    form = {"X-Console": csrf, "Content-Type": "text/plain"}
    async with shop.http.post(url, data=b'{"on": true}', headers=form) as answer:
        assert answer.status == 403
    assert not (await overview(shop))["overview"]["limited_by_hand"]


async def test_a_name_made_to_lead_to_this_computer_sees_nothing(shop: Shop) -> None:
    async with shop.http.get(f"{shop.admin_url}/console/overview", headers={"Host": "evil.example"}) as answer:
        assert answer.status == 401


async def test_with_a_token_nobody_looks_without_it(guarded: Shop) -> None:
    for path in ("/", "/console/overview"):
        async with guarded.http.get(guarded.admin_url + path) as answer:
            assert answer.status == 401
    assert await post(guarded, "login", {"token": "wrong"}) == 403
    assert await post(guarded, "login", {"key": TOKEN}) == 400


async def test_the_token_opens_a_session_that_no_script_can_read_and_logging_out_ends(guarded: Shop) -> None:
    jar = aiohttp.CookieJar(unsafe=True)  # the host is an address
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        async with http.post(f"{guarded.admin_url}/console/login", json={"token": TOKEN}) as answer:
            assert answer.status == 204
            cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        async with http.get(f"{guarded.admin_url}/console/overview") as answer:
            csrf = (await answer.json())["csrf"]
        leave = JSON | {"X-Console": csrf}
        async with http.post(f"{guarded.admin_url}/console/logout", data=b"{}", headers=leave) as answer:
            assert answer.status == 204
        async with http.get(f"{guarded.admin_url}/console/overview") as answer:
            assert answer.status == 401


async def test_a_program_shows_the_token_in_a_header(guarded: Shop) -> None:
    assert (await overview(guarded, Authorization=f"Bearer {TOKEN}"))["overview"]["outlet"] == "MAG-3"
