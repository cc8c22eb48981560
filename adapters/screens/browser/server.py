"""The cashier's page over HTTP: the page, the stream of waiting prompts, and the cashier's confirmation."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.screens.browser import page, wire
from gateway.domain.receipt import RegisterRef
from gateway.errors import StoreError
from gateway.ports import PromptDesk

# The page holds customers' names: nothing may keep it, frame it, or load anything into it.
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
STREAM_HEADERS = HEADERS | {
    "Content-Type": "text/event-stream; charset=utf-8",
    "X-Accel-Buffering": "no",  # nginx in front of the gateway would hold events back
}


def routes(
    desk: PromptDesk, registers: Mapping[str, RegisterRef], *, heartbeat_seconds: float = 15.0
) -> list[web.AbstractRouteDef]:
    """Routes of the cashier's page. `registers` says which register each name in an address is."""
    screen = _Screen(desk, registers, heartbeat_seconds)
    return [
        web.get("/cashier/static/page.css", _served("page.css", "text/css")),
        web.get("/cashier/static/page.js", _served("page.js", "text/javascript")),
        web.get("/cashier/{register}", screen.page),
        web.get("/cashier/{register}/events", screen.events, allow_head=False),
        web.post("/cashier/{register}/prompts/{id}/shown", screen.shown),
    ]


class _Screen:
    """The handlers of one gateway's cashier pages."""

    def __init__(self, desk: PromptDesk, registers: Mapping[str, RegisterRef], heartbeat_seconds: float) -> None:
        self._desk = desk
        self._registers = registers
        self._heartbeat_seconds = heartbeat_seconds
        self._template = page.asset("page.html")

    async def page(self, request: web.Request) -> web.Response:
        register = self._register(request)
        lang = page.language(request.query.get("lang"), request.headers.get("Accept-Language", ""))
        return web.Response(
            text=page.render(self._template, register.register, lang),
            content_type="text/html",
            headers=HEADERS | {"Content-Security-Policy": POLICY, "Content-Language": lang},
        )

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Every waiting prompt at once and after each change, until the page or the gateway goes."""
        register = self._register(request)
        async with _listening(self._desk.changes(register)) as changes:
            try:
                first = wire.prompts_event(await self._desk.waiting(register))
            except StoreError:
                return web.Response(status=503, text=wire.STORE_AWAY, headers=HEADERS)
            response = web.StreamResponse(headers=STREAM_HEADERS)
            # The page reconnects by itself after either, and hears a definite answer then.
            with suppress(ConnectionResetError, StoreError):
                await response.prepare(request)
                await response.write(wire.OPENING + first)
                await self._follow(register, changes, response)
        return response

    async def shown(self, request: web.Request) -> web.Response:
        register = self._register(request)
        try:
            stored = await self._desk.shown(request.match_info["id"], register)
        except StoreError:
            return _refused(503, wire.NOT_STORED)
        return web.Response(status=204, headers=HEADERS) if stored else _refused(410, wire.TOO_LATE)

    async def _follow(self, register: RegisterRef, changes: "_Changes", response: web.StreamResponse) -> None:
        while not changes.ended:
            if await changes.within(self._heartbeat_seconds):
                await response.write(wire.prompts_event(await self._desk.waiting(register)))
            elif not changes.ended:
                await response.write(wire.HEARTBEAT)

    def _register(self, request: web.Request) -> RegisterRef:
        register = self._registers.get(request.match_info["register"])
        if register is None:
            raise web.HTTPNotFound(text=wire.UNKNOWN_REGISTER, headers=HEADERS)
        return register


class _Changes:
    """A desk's changes, the next one always being waited for, so that a heartbeat never gives up the wait."""

    def __init__(self, source: AsyncIterator[None]) -> None:
        self._source = source
        self._next = asyncio.create_task(self._arrives())
        self.ended = False

    async def within(self, seconds: float) -> bool:
        """Whether something changed in that time. The wait for the change after it has then begun."""
        done, _ = await asyncio.wait({self._next}, timeout=seconds)
        if not done:
            return False
        if not self._next.result():
            self.ended = True
            return False
        self._next = asyncio.create_task(self._arrives())
        await asyncio.sleep(0)  # the new wait stands before the caller reads, so no change falls between
        return True

    async def close(self) -> None:
        self._next.cancel()
        await asyncio.gather(self._next, return_exceptions=True)
        if (aclose := getattr(self._source, "aclose", None)) is not None:
            await aclose()

    async def _arrives(self) -> bool:
        async for _ in self._source:
            return True
        return False


@asynccontextmanager
async def _listening(source: AsyncIterator[None]) -> AsyncIterator[_Changes]:
    changes = _Changes(source)
    try:
        await asyncio.sleep(0)  # a desk may listen only from the first wait on: begin it before anything is read
        yield changes
    finally:
        await changes.close()


def _served(name: str, content_type: str) -> Handler:
    body = page.asset(name)

    async def serve(_request: web.Request) -> web.Response:
        return web.Response(text=body, content_type=content_type, headers=HEADERS)

    return serve


def _refused(status: int, text: str) -> web.Response:
    return web.Response(
        status=status, body=wire.refusal(text), content_type="application/json", charset="utf-8", headers=HEADERS
    )
