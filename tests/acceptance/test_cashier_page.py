"""The cashier's page over a real socket: the page, its stream of prompts, the confirmation."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator

import aiohttp
import pytest
from acceptance.cashier_desk import FIRST, SECOND, TOKEN, MemoryDesk, make_prompt, serving, until

from gateway.domain.desk import DeskView, PromptAnswer
from gateway.domain.receipt import RegisterRef


@pytest.fixture
def desk() -> MemoryDesk:
    return MemoryDesk()


@pytest.fixture
async def address(desk: MemoryDesk) -> AsyncIterator[str]:
    async with serving(desk, heartbeat_seconds=0.05) as address:
        yield address


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield session


async def next_prompts(stream: aiohttp.ClientResponse) -> list[dict[str, object]]:
    """The popups of the next `view` event, read as a browser reads it: fields by line, a blank line ends an event."""
    fields: dict[str, str] = {}
    async for raw in stream.content:
        line = raw.decode().rstrip("\n")
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif fields.pop("event", "") == "view":
            prompts: list[dict[str, object]] = json.loads(fields["data"])["popups"]
            return prompts
    raise AssertionError("the stream ended")


async def test_page_is_served_in_russian_by_default(address: str, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{address}/1") as answer:
        text = await answer.text()
    assert answer.status == 200
    assert answer.content_type == "text/html"
    assert '<html lang="ru">' in text
    assert "Касса <b>1</b>" in text
    assert "Поздравили" in text


@pytest.mark.parametrize(
    ("query", "accept", "lang"),
    [
        ("?lang=en", "ru", "en"),
        ("?lang=ru", "en", "ru"),
        ("?lang=xx", "en-GB,en;q=0.9", "en"),
        ("", "de-DE,ru;q=0.5,en;q=0.9", "en"),
        ("", "en;q=0, ru;q=0.1", "ru"),
        ("", "en;q=loud", "ru"),
        ("", "de", "ru"),
    ],
)
async def test_language_comes_from_the_address_then_from_the_browser(
    address: str, http: aiohttp.ClientSession, query: str, accept: str, lang: str
) -> None:
    async with http.get(f"{address}/1{query}", headers={"Accept-Language": accept}) as answer:
        assert f'<html lang="{lang}">' in await answer.text()
        assert answer.headers["Content-Language"] == lang


async def test_page_may_load_nothing_from_elsewhere_and_is_not_kept(
    address: str, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"{address}/1") as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/1", "/static/page.css", "/static/page.js"])
async def test_page_and_its_files_name_no_outside_address(
    address: str, http: aiohttp.ClientSession, path: str
) -> None:
    async with http.get(address + path) as answer:
        text = await answer.text()
    assert answer.status == 200
    assert len(text) > 500
    assert not re.findall(r"https?:|[\"'(]//|@import|url\(", text)


async def test_everything_the_page_refers_to_is_served_and_inline_code_is_absent(
    address: str, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"{address}/1") as answer:
        text = await answer.text()
    referred = re.findall(r"(?:src|href)=\"(/[^\"]+)\"", text)
    assert len(referred) == 2
    for path in referred:
        async with http.get(address.removesuffix("/cashier") + path) as answer:
            assert answer.status == 200
    assert not re.search(r"<style|<script>|\son\w+=|\sstyle=", text)  # the policy would refuse them


@pytest.mark.parametrize("path", ["/9", "/9/events", "/3", "/3/events", "/3?token=wrong", "/9?token=wrong"])
async def test_whoever_has_no_token_hears_the_same_of_every_register(
    address: str, http: aiohttp.ClientSession, path: str
) -> None:
    async with http.get(address + path) as answer:
        assert answer.status == 401
        assert await answer.text() == "Нет доступа. Проверьте адрес страницы: кассу в нём и ключ (token)."


@pytest.mark.parametrize("path", [f"/3?token={TOKEN}", f"/3/events?token={TOKEN}"])
async def test_page_opens_with_its_token(address: str, http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(address + path) as answer:
        assert answer.status == 200


async def test_stream_begins_with_everything_that_waits(
    address: str, http: aiohttp.ClientSession, desk: MemoryDesk
) -> None:
    await desk.offer(make_prompt("a", "Скажите:\n«С днём рождения!»\u2028"))
    async with http.get(f"{address}/1/events") as stream:
        assert stream.content_type == "text/event-stream"
        assert stream.headers["Cache-Control"] == "no-store"
        (prompt,) = await next_prompts(stream)
    assert prompt["id"] == "a"
    assert prompt["text"] == "Скажите:\n«С днём рождения!»\u2028"
    assert prompt["stays_seconds"] == 60
    assert prompt["answers"] == [{"answer": "congratulated", "text": "поздравили"}]


async def test_stream_brings_the_whole_list_after_each_change(
    address: str, http: aiohttp.ClientSession, desk: MemoryDesk
) -> None:
    async with http.get(f"{address}/1/events") as stream:
        assert await next_prompts(stream) == []
        await desk.offer(make_prompt("a"))
        assert [row["id"] for row in await next_prompts(stream)] == ["a"]
        await desk.offer(make_prompt("b"))
        assert [row["id"] for row in await next_prompts(stream)] == ["a", "b"]
        await desk.expire("a")
        assert [row["id"] for row in await next_prompts(stream)] == ["b"]


async def test_silent_stream_carries_heartbeats_and_still_hears_the_next_change(
    address: str, http: aiohttp.ClientSession, desk: MemoryDesk
) -> None:
    async with http.get(f"{address}/1/events") as stream:
        beats = 0
        async for line in stream.content:
            beats += line.startswith(b": heartbeat")
            if beats == 3:
                break
        await desk.offer(make_prompt("a"))
        assert [row["id"] for row in await next_prompts(stream)] == ["a"]


async def test_answer_takes_the_prompt_off_the_screen(
    address: str, http: aiohttp.ClientSession, desk: MemoryDesk
) -> None:
    await desk.offer(make_prompt("a"))
    async with http.get(f"{address}/1/events") as stream:
        await next_prompts(stream)
        assert await desk.answer("a", FIRST, PromptAnswer.CONGRATULATED)
        assert await next_prompts(stream) == []


async def test_stream_is_refused_while_the_store_is_away(
    address: str, http: aiohttp.ClientSession, desk: MemoryDesk
) -> None:
    desk.broken = True
    async with http.get(f"{address}/1/events") as answer:
        assert answer.status == 503
    await until(lambda: desk.listening == 0)


async def test_stream_ends_without_noise_when_the_store_goes_away(
    address: str, http: aiohttp.ClientSession, desk: MemoryDesk, caplog: pytest.LogCaptureFixture
) -> None:
    async with http.get(f"{address}/1/events") as stream:
        await next_prompts(stream)
        desk.broken = True
        await desk.offer(make_prompt("a"))
        with pytest.raises(AssertionError, match="the stream ended"):
            await next_prompts(stream)
    await until(lambda: desk.listening == 0)
    assert not [row for row in caplog.records if row.levelno >= logging.WARNING]


async def test_registers_do_not_see_each_others_prompts(
    address: str, http: aiohttp.ClientSession, desk: MemoryDesk
) -> None:
    await desk.offer(make_prompt("a"))
    await desk.offer(make_prompt("b", register=SECOND))
    async with http.get(f"{address}/1/events") as first, http.get(f"{address}/2/events") as second:
        assert [row["id"] for row in await next_prompts(first)] == ["a"]
        assert [row["id"] for row in await next_prompts(second)] == ["b"]


async def test_page_that_goes_away_leaves_no_task_and_no_noise(
    address: str, desk: MemoryDesk, caplog: pytest.LogCaptureFixture
) -> None:
    before = asyncio.all_tasks()
    async with aiohttp.ClientSession() as http:
        for _ in range(3):
            stream = await http.get(f"{address}/1/events")
            await next_prompts(stream)
            stream.close()
    await until(lambda: desk.listening == 0)
    await until(lambda: asyncio.all_tasks() <= before)
    assert not [row for row in caplog.records if row.levelno >= logging.WARNING]


async def test_stream_ends_when_the_gateway_stops(
    http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    desk = MemoryDesk()
    async with serving(desk) as address:
        stream = await http.get(f"{address}/1/events")
        await next_prompts(stream)
        async with asyncio.timeout(1):
            await desk.stop()
            await stream.read()
    assert desk.listening == 0
    assert not [row for row in caplog.records if row.levelno >= logging.WARNING]


class HastyDesk(MemoryDesk):
    """A desk where a prompt is offered in the middle of the first look at it."""

    async def view(self, register: RegisterRef) -> DeskView:
        found = await super().view(register)
        if not self._prompts:
            await self.offer(make_prompt("between"))
        return found


async def test_prompt_offered_while_the_stream_begins_is_not_missed(http: aiohttp.ClientSession) -> None:
    async with serving(HastyDesk()) as address, http.get(f"{address}/1/events") as stream:
        assert await next_prompts(stream) == []
        async with asyncio.timeout(2):
            assert [row["id"] for row in await next_prompts(stream)] == ["between"]
