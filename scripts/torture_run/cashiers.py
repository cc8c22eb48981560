"""The cashiers' eyes: whatever popup waits at any register is looked at and confirmed."""

import asyncio
import json
from contextlib import suppress

import aiohttp

from torture_run.settings import TILLS, register
from torture_run.shift import Shift


async def look(shift: Shift) -> None:
    """One register after another, at one gateway after another, until cancelled."""
    turn = 0
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1)) as http:
        while True:
            url, name = shift.urls[turn % len(shift.urls)], register(turn // len(shift.urls) % TILLS)
            turn += 1
            with suppress(TimeoutError, aiohttp.ClientError, OSError):  # the gateway is away, the popup waits
                await _confirm(http, f"{url}/cashier/{name}", shift)
            await asyncio.sleep(0.05)


async def _confirm(http: aiohttp.ClientSession, page: str, shift: Shift) -> None:
    for prompt in await _waiting(http, page):
        shift.told.shown.add(prompt["id"])  # before it is told: an answer may be lost
        async with http.post(f"{page}/prompts/{prompt['id']}/shown") as response:
            await response.read()


async def _waiting(http: aiohttp.ClientSession, page: str) -> list[dict[str, str]]:
    """The stream's first event is what waits now."""
    async with http.get(f"{page}/events") as response:
        async for row in response.content:
            if row.startswith(b"data: "):
                found: list[dict[str, str]] = json.loads(row[6:])
                return found
    return []
