"""The cashier's page without a browser: its server-sent events, and the click that says "seen"."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

AGAIN_SECONDS = 0.3
SILENCE_SECONDS = 40.0
"""Two heartbeats missed, as on the page itself."""


class CashierPage:
    """One register's page."""

    def __init__(self, session: aiohttp.ClientSession, gateway: str, register: str) -> None:
        self.url = f"{gateway}/cashier/{register}"
        self._popups = f"{gateway}/api/v1/registers/{register}/popups"
        self._session = session

    async def waiting(self) -> AsyncIterator[list[dict[str, Any]]]:
        """The popups on the screen, at once and after each change, for ever."""
        while True:
            try:
                async for prompts in self._events():
                    yield prompts
            except (TimeoutError, aiohttp.ClientError, OSError, ValueError):
                pass  # a page connects again, whatever happened
            await asyncio.sleep(AGAIN_SECONDS)

    async def _events(self) -> AsyncIterator[list[dict[str, Any]]]:
        forever = aiohttp.ClientTimeout(total=None, sock_read=SILENCE_SECONDS)
        async with self._session.get(f"{self.url}/events", timeout=forever, raise_for_status=True) as stream:
            event = ""
            async for raw in stream.content:
                name, _, value = raw.decode().rstrip("\r\n").partition(": ")
                if name == "event":
                    event = value
                elif name == "data" and event == "view":
                    yield json.loads(value)["popups"]

    async def shown(self, prompt_id: str) -> int:
        """The HTTP status: 200 when it was stored; 0 when nobody answered."""
        try:
            said = {"answer": "congratulated"}
            async with self._session.post(f"{self._popups}/{prompt_id}/answer", json=said) as answer:
                return answer.status
        except (TimeoutError, aiohttp.ClientError, OSError):
            return 0
