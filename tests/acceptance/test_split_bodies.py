"""A request whose body comes in a packet of its own, or in two: old HTTP clients and slow links send so."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from shop import Shop

ANSWER = "/api/v1/registers/KASSA-2/popups/nobody/answer"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with Shop(tmp_path) as running:
        yield running


async def status(address: str, path: str, body: bytes, *headers: str) -> int:
    """Of a POST whose head and both halves of its body arrive one after the other."""
    host, port = address.removeprefix("http://").split(":")
    lines = (f"POST {path} HTTP/1.1", f"Host: {host}:{port}", "Content-Type: application/json")
    head = "\r\n".join((*lines, f"Content-Length: {len(body)}", *headers, "", "")).encode()
    reader, writer = await asyncio.open_connection(host, int(port))
    for piece in (head, body[:7], body[7:]):
        writer.write(piece)
        await asyncio.sleep(0.05)  # so that the gateway reads each by itself
    line = await reader.readline()
    writer.close()
    return int(line.split()[1])


async def test_what_a_screen_or_an_administrator_sends_in_pieces_is_understood(shop: Shop) -> None:
    async with shop.http.get(f"{shop.admin_url}/console/overview") as answer:
        csrf = (await answer.json())["csrf"]
    assert await status(shop.url, ANSWER, b'{"answer": "congratulated"}') == 409, "nobody waits, but it was read"
    assert await status(shop.admin_url, "/console/limited", b'{"on": true}', f"X-Console: {csrf}") == 204
    assert await status(shop.admin_url, "/limited", b'{"on": false}') == 200
    assert await status(shop.admin_url, "/printers/test", b'{"what": "nobody"}') == 404


async def test_what_is_longer_than_any_answer_is_refused(shop: Shop) -> None:
    long = b'{"answer": "' + b"x" * 2000 + b'"}'
    assert await status(shop.url, ANSWER, long) == 400
    assert await status(shop.admin_url, "/limited", long) == 400
