"""The cashiers' eyes: whatever popup waits at any register is looked at and confirmed."""

import asyncio
from contextlib import suppress

import aiohttp

from torture_run.settings import TILLS, register
from torture_run.shift import Shift

OK = 200


async def look(shift: Shift) -> None:
    """One register after another, at one gateway after another, until cancelled."""
    turn = 0
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1)) as http:
        while True:
            url, name = shift.urls[turn % len(shift.urls)], register(turn // len(shift.urls) % TILLS)
            turn += 1
            with suppress(TimeoutError, aiohttp.ClientError, OSError):  # the gateway is away, the popup waits
                await _confirm(http, f"{url}/api/v1/registers/{name}/popups", shift)
            await asyncio.sleep(0.05)


async def _confirm(http: aiohttp.ClientSession, popups: str, shift: Shift) -> None:
    for prompt in await _waiting(http, popups):
        shift.told.shown.add(prompt["id"])  # before it is told: an answer may be lost
        async with http.post(f"{popups}/{prompt['id']}/answer", json={"answer": "congratulated"}) as response:
            await response.read()


async def _waiting(http: aiohttp.ClientSession, popups: str) -> list[dict[str, str]]:
    """None from a gateway whose store is away: it says so, and the cashier asks again."""
    async with http.get(popups) as response:
        told = await response.json()
        found: list[dict[str, str]] = told["popups"] if response.status == OK else []
        return found
