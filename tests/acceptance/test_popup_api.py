"""The popup API over a real socket: what a Windows agent or 1C asks, and what it hears."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import aiohttp
import openapi_spec_validator
import pytest
from acceptance.cashier_desk import SECOND, TOKEN, MemoryDesk, make_prompt, serving

from adapters.screens.api import openapi
from gateway.domain.desk import CustomerCard
from gateway.domain.prompt import PromptState

KNOWN_PATHS = {"/api/v1/registers/{register}/popups", "/api/v1/registers/{register}/popups/{id}/answer"}
CONGRATULATED = {"answer": "congratulated"}


@pytest.fixture
def desk() -> MemoryDesk:
    return MemoryDesk()


@pytest.fixture
async def address(desk: MemoryDesk) -> AsyncIterator[str]:
    async with serving(desk) as pages:
        yield pages.replace("/cashier", "/api")


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield session


async def popups(http: aiohttp.ClientSession, address: str, register: str = "1", **query: Any) -> dict[str, Any]:
    async with http.get(f"{address}/v1/registers/{register}/popups", params=query) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.headers["Cache-Control"] == "no-store"
        found: dict[str, Any] = await answer.json()
        return found


async def answered(
    http: aiohttp.ClientSession, address: str, prompt_id: str, body: Any, register: str = "1"
) -> tuple[int, dict[str, Any]]:
    url = f"{address}/v1/registers/{register}/popups/{prompt_id}/answer"
    async with http.post(url, json=body) as answer:
        return answer.status, await answer.json()


async def test_a_popup_is_told_with_all_that_a_screen_needs(
    address: str, http: aiohttp.ClientSession, desk: MemoryDesk
) -> None:
    await desk.offer(make_prompt("a", "Поздравьте с золотым уровнем"))
    found = await popups(http, address)
    assert found.pop("version")
    assert found == {
        "popups": [
            {
                "id": "a",
                "title": "Скажите покупателю",
                "text": "Поздравьте с золотым уровнем",
                "whose": "",
                "stays_seconds": 60.0,
                "click_needed": True,
                "seen_after_seconds": 0.0,
                "answers": [{"answer": "congratulated", "text": "поздравили"}],
            }
        ],
        "receipt_open": False,
        "expected": True,
    }


async def test_another_customers_popup_says_whose_it_is_and_may_be_answered_with_left(
    address: str, http: aiohttp.ClientSession, desk: MemoryDesk
) -> None:
    await desk.offer(make_prompt("a"))
    desk.whose["a"] = "предыдущий чек 18:05, Мария С."
    [popup] = (await popups(http, address))["popups"]
    assert popup["whose"] == "предыдущий чек 18:05, Мария С."
    assert [row["answer"] for row in popup["answers"]] == ["congratulated", "left"]
    assert await answered(http, address, "a", {"answer": "left"}) == (200, {"stored": True, "reason": ""})
    assert desk.state("a") is PromptState.LEFT


async def test_a_long_poll_is_answered_as_soon_as_a_popup_is_there(
    address: str, http: aiohttp.ClientSession, desk: MemoryDesk
) -> None:
    asking = asyncio.create_task(popups(http, address, wait=9))
    await asyncio.sleep(0.1)
    assert not asking.done()
    await desk.offer(make_prompt("a"))
    async with asyncio.timeout(1):
        assert [row["id"] for row in (await asking)["popups"]] == ["a"]


async def test_a_long_poll_is_answered_when_a_receipt_is_begun(
    address: str, http: aiohttp.ClientSession, desk: MemoryDesk
) -> None:
    asking = asyncio.create_task(popups(http, address, wait=9))
    await asyncio.sleep(0.1)
    desk.card = CustomerCard(name="Светлова Анна", level="Серебро", balance=Decimal(640))
    await desk.change()
    async with asyncio.timeout(1):
        assert (await asking)["receipt_open"] is True


async def test_a_long_poll_ends_when_its_time_is_over(address: str, http: aiohttp.ClientSession) -> None:
    async with asyncio.timeout(2):
        assert (await popups(http, address, wait=0.05))["popups"] == []


async def test_what_a_screen_knows_already_is_not_told_again_until_it_differs(
    address: str, http: aiohttp.ClientSession, desk: MemoryDesk
) -> None:
    await desk.offer(make_prompt("a"))
    known = (await popups(http, address, wait=9))["version"]
    asking = asyncio.create_task(popups(http, address, wait=9, known=known))
    await asyncio.sleep(0.1)
    assert not asking.done()
    await desk.expire("a")
    async with asyncio.timeout(1):
        assert (await asking)["popups"] == []


async def test_an_answer_that_comes_twice_is_stored_once_and_accepted_twice(
    address: str, http: aiohttp.ClientSession, desk: MemoryDesk
) -> None:
    await desk.offer(make_prompt("a"))
    for _ in range(2):
        assert await answered(http, address, "a", CONGRATULATED) == (200, {"stored": True, "reason": ""})
    assert desk.state("a") is PromptState.SHOWN


async def test_a_late_unknown_or_foreign_answer_is_refused_with_a_reason(
    address: str, http: aiohttp.ClientSession, desk: MemoryDesk
) -> None:
    await desk.offer(make_prompt("late"))
    await desk.expire("late")
    await desk.offer(make_prompt("foreign", register=SECOND))
    for prompt_id in ("late", "nobody", "foreign"):
        status, told = await answered(http, address, prompt_id, CONGRATULATED)
        assert (status, told["stored"]) == (409, False)
        assert "время сообщения вышло" in told["reason"]
    assert desk.state("foreign") is PromptState.OFFERED


@pytest.mark.parametrize("body", [{}, {"answer": "seen"}, [], "congratulated", {"answer": None}])
async def test_an_answer_nobody_knows_is_told_what_is_expected(
    address: str, http: aiohttp.ClientSession, body: Any
) -> None:
    status, told = await answered(http, address, "a", body)
    assert status == 400
    assert '"congratulated"' in told["error"]


async def test_a_form_of_a_strange_page_is_no_answer(
    address: str, http: aiohttp.ClientSession, desk: MemoryDesk
) -> None:
    await desk.offer(make_prompt("a"))
    url = f"{address}/v1/registers/1/popups/a/answer"
    async with http.post(url, data=b'{"answer":"congratulated"}', headers={"Content-Type": "text/plain"}) as answer:
        assert answer.status == 400
    assert desk.state("a") is PromptState.OFFERED


@pytest.mark.parametrize("wait", ["soon", "-1", "nan"])
async def test_a_wait_that_is_no_number_of_seconds_is_refused(
    address: str, http: aiohttp.ClientSession, wait: str
) -> None:
    async with http.get(f"{address}/v1/registers/1/popups?wait={wait}") as answer:
        assert answer.status == 400


async def test_the_store_being_away_asks_for_another_try(
    address: str, http: aiohttp.ClientSession, desk: MemoryDesk
) -> None:
    await desk.offer(make_prompt("a"))
    desk.broken = True
    async with http.get(f"{address}/v1/registers/1/popups") as answer:
        assert answer.status == 503
    assert (await answered(http, address, "a", CONGRATULATED))[0] == 503
    assert desk.state("a") is PromptState.OFFERED


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x"])
async def test_without_its_token_nothing_is_said_about_what_exists(
    address: str, http: aiohttp.ClientSession, token: str | None
) -> None:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    said = set()
    for register in ("3", "9"):
        url = f"{address}/v1/registers/{register}/popups"
        for method, path in (("GET", url), ("POST", f"{url}/a/answer")):
            async with http.request(method, path, headers=headers, json=CONGRATULATED) as answer:
                said.add((answer.status, await answer.text()))
    assert [status for status, _ in said] == [401]


async def test_the_token_may_stand_in_a_header_or_in_the_address(address: str, http: aiohttp.ClientSession) -> None:
    url = f"{address}/v1/registers/3/popups"
    for headers, query in (({"Authorization": f"bearer {TOKEN}"}, ""), ({}, f"?token={TOKEN}")):
        async with http.get(url + query, headers=headers) as answer:
            assert answer.status == 200


async def test_without_a_token_a_name_made_to_lead_to_this_computer_is_refused(
    address: str, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"{address}/v1/registers/1/popups", headers={"Host": "evil.example:8090"}) as answer:
        assert answer.status == 401


async def test_the_description_is_served_and_names_every_path(address: str, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{address}/openapi.json") as answer:
        assert answer.status == 200
        served = await answer.json()
    assert set(served["paths"]) == KNOWN_PATHS


def test_the_description_is_valid_openapi() -> None:
    openapi_spec_validator.validate(openapi.document())
