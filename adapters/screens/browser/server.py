"""The cashier's page over HTTP: the page, and the stream of what it shows. Answers go to the popup API."""

from contextlib import suppress

from aiohttp import web

from adapters.screens.access import Access
from adapters.screens.browser import mapping, wire
from adapters.screens.browser.texts import TEXTS
from adapters.screens.following import Changes, listening
from adapters.screens.pages import HEADERS, asset, language, page, served
from gateway.domain.receipt import RegisterRef
from gateway.domain.texts import Language
from gateway.errors import StoreError
from gateway.ports import PromptDesk

PACKAGE = "adapters.screens.browser"
STREAM_HEADERS = HEADERS | {
    "Content-Type": "text/event-stream; charset=utf-8",
    "X-Accel-Buffering": "no",  # nginx in front of the gateway would hold events back
}


def routes(
    desk: PromptDesk, access: Access, spoken: Language, *, heartbeat_seconds: float = 15.0
) -> list[web.AbstractRouteDef]:
    """Routes of the cashier's page. `spoken` is what popups speak; the page itself speaks the browser's."""
    screen = _Screen(desk, access, spoken, heartbeat_seconds)
    return [
        web.get("/cashier/static/page.css", served(PACKAGE, "page.css", "text/css")),
        web.get("/cashier/static/page.js", served(PACKAGE, "page.js", "text/javascript")),
        web.get("/cashier/{register}", screen.page),
        web.get("/cashier/{register}/events", screen.events, allow_head=False),
    ]


class _Screen:
    """The handlers of one gateway's cashier pages."""

    def __init__(self, desk: PromptDesk, access: Access, spoken: Language, heartbeat_seconds: float) -> None:
        self._desk = desk
        self._access = access
        self._spoken = spoken
        self._heartbeat_seconds = heartbeat_seconds
        self._template = asset(PACKAGE, "page.html")

    async def page(self, request: web.Request) -> web.Response:
        register = self._register(request)
        lang = language(request, TEXTS)
        return page(self._template, lang, TEXTS[lang], name=register.register)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The whole view at once and after each change, until the page or the gateway goes."""
        register = self._register(request)
        async with listening(self._desk.changes(register)) as changes:
            try:
                first = await self._view(register)
            except StoreError:
                return web.Response(status=503, text=wire.STORE_AWAY, headers=HEADERS)
            response = web.StreamResponse(headers=STREAM_HEADERS)
            # The page reconnects by itself after either, and hears a definite answer then.
            with suppress(ConnectionResetError, StoreError):
                await response.prepare(request)
                await response.write(wire.OPENING + first)
                await self._follow(register, changes, response, first)
        return response

    async def _follow(
        self, register: RegisterRef, changes: Changes, response: web.StreamResponse, told: bytes
    ) -> None:
        """Not everything rings: limited mode, a receipt given up. Each heartbeat looks whether something differs."""
        while (rung := await changes.within(self._heartbeat_seconds)) or not changes.ended:
            view = await self._view(register)
            await response.write(view if rung else wire.HEARTBEAT if view == told else wire.HEARTBEAT + view)
            told = view

    async def _view(self, register: RegisterRef) -> bytes:
        return wire.view_event(mapping.view(await self._desk.view(register), self._spoken))

    def _register(self, request: web.Request) -> RegisterRef:
        register = self._access.register(request)
        if register is None:
            raise web.HTTPUnauthorized(text=wire.NO_ACCESS, headers=HEADERS)
        return register
