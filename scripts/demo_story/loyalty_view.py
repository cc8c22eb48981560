"""The loyalty server's own view of things, as the sandbox tells it: calls, orders, the customer."""

import asyncio
import json
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

import aiohttp

Json = dict[str, Any]

loads = partial(json.loads, parse_float=Decimal)


class SandboxAway(Exception):
    """The sandbox does not answer."""


class LoyaltyView:
    """Reads `/_sandbox/`. Every method raises `SandboxAway`."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.url = url
        self._session = session
        self._told = 0
        self._one_reader = asyncio.Lock()

    async def skip(self) -> None:
        """What has been received so far is no part of the story."""
        self._told = len(await self.calls())

    async def news(self) -> list[Json]:
        """Calls since the last time."""
        async with self._one_reader:
            calls = await self.calls()
            fresh, self._told = calls[self._told :], len(calls)
            return fresh

    async def calls(self) -> list[Json]:
        found: list[Json] = await self._read("calls")
        return found

    async def orders(self) -> list[Json]:
        found: list[Json] = await self._read("orders")
        return found

    async def code(self) -> str:
        """What the customer's phone has received last; empty when nothing."""
        found: list[Json] = await self._read("codes")
        return str(found[-1]["code"]) if found else ""

    async def customer(self, phone: str) -> Json | None:
        found: Json | None = await self._read(f"customers/{phone}")
        return found

    async def _read(self, what: str) -> Any:
        try:
            async with self._session.get(f"{self.url}/_sandbox/{what}") as response:
                return await response.json(loads=loads)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise SandboxAway(self.url) from error


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
