"""Lanes in front of an aiohttp server: it starts, stops and drains as aiohttp's own."""

import asyncio
import contextlib
from typing import Any, cast

from aiohttp import web

from adapters.registers.lane.connection import Lane
from adapters.registers.lane.lanes import Lanes


class Server:
    """What a site calls for each connection, and what a runner tells to stop. All else is the server behind."""

    def __init__(self, behind: web.Server, lanes: Lanes) -> None:
        self._behind = behind
        self._lanes = lanes

    def __call__(self) -> asyncio.Protocol:
        return Lane(self._lanes, self._behind)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._behind, name)

    def pre_shutdown(self) -> None:
        """Idle connections go; the others after their answer."""
        self._lanes.is_closing = True
        for lane in list(self._lanes.open):
            cast("Lane", lane).close_if_idle()
        self._behind.pre_shutdown()

    async def shutdown(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - aiohttp's own name
        """Nobody is served any longer when this returns: what the answers are made of may be closed then."""
        await self._drain(timeout)
        for lane in list(self._lanes.open):
            cast("Lane", lane).close()
        late = set(self._lanes.busy)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        await self._behind.shutdown(timeout)

    async def _drain(self, seconds: float | None) -> None:
        """A request whose end was still on its way may begin meanwhile."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._lanes.busy:
                    await asyncio.wait(set(self._lanes.busy), return_when=asyncio.FIRST_COMPLETED)


class Runner(web.AppRunner):
    """aiohttp's runner, whose connections begin in a lane."""

    __slots__ = ("_lanes",)

    def __init__(self, app: web.Application, lanes: Lanes, **options: Any) -> None:
        super().__init__(app, **options)
        self._lanes = lanes

    async def _make_server(self) -> web.Server:
        return cast("web.Server", Server(await super()._make_server(), self._lanes))
