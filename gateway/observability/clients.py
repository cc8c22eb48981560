"""Which programs ask the gateway, and in which version, by what they call themselves: registers, screens."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from gateway.ports import Clock

MOST = 50
"""Names kept: a stranger who makes up names does not fill the memory."""

LONGEST = 80
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Clients:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[str, datetime] = {}

    @web.middleware
    async def notice(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.met(request.headers.get("User-Agent", ""))
        return await handler(request)

    def met(self, client: str) -> None:
        """It has asked something just now."""
        name = client[:LONGEST]
        if name in self._seen or len(self._seen) < MOST:
            self._seen[name] = self._clock.now()

    def told(self) -> dict[str, Any]:
        """The latest first."""
        latest = sorted(self._seen.items(), key=lambda row: row[1], reverse=True)
        return {
            "clients": [
                {"client": name or "(без имени)", "seen": f"{at.astimezone():%d.%m.%Y %H:%M:%S}"}
                for name, at in latest
            ]
        }
