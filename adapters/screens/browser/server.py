"""The cashier's page over HTTP: the page, and the stream of what it shows. Answers go to the popup API."""

from contextlib import suppress

from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.screens.access import Access
from adapters.screens.browser import mapping, page, wire
from adapters.screens.following import Changes, listening
from gateway.domain.receipt import RegisterRef
from gateway.domain.texts import Language
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
    desk: PromptDesk, access: Access, language: Language, *, heartbeat_seconds: float = 15.0
) -> list[web.AbstractRouteDef]:
    """Routes of the cashier's page. `language` is what popups speak; the page itself speaks the browser's."""
    screen = _Screen(desk, access, language, heartbeat_seconds)
    return [
        web.get("/cashier/static/page.css", _served("page.css", "text/css")),
        web.get("/cashier/static/page.js", _served("page.js", "text/javascript")),
        web.get("/cashier/{register}", screen.page),
        web.get("/cashier/{register}/events", screen.events, allow_head=False),
    ]


class _Screen:
    """The handlers of one gateway's cashier pages."""

    def __init__(self, desk: PromptDesk, access: Access, language: Language, heartbeat_seconds: float) -> None:
        self._desk = desk
        self._access = access
        self._language = language
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
                await self._follow(register, changes, response)
        return response

    async def _follow(self, register: RegisterRef, changes: Changes, response: web.StreamResponse) -> None:
        while not changes.ended:
            if await changes.within(self._heartbeat_seconds):
                await response.write(await self._view(register))
            elif not changes.ended:
                await response.write(wire.HEARTBEAT)

    async def _view(self, register: RegisterRef) -> bytes:
        return wire.view_event(mapping.view(await self._desk.view(register), self._language))

    def _register(self, request: web.Request) -> RegisterRef:
        register = self._access.register(request)
        if register is None:
            raise web.HTTPUnauthorized(text=wire.NO_ACCESS, headers=HEADERS)
        return register


def _served(name: str, content_type: str) -> Handler:
    body = page.asset(name)

    async def serve(_request: web.Request) -> web.Response:
        return web.Response(text=body, content_type=content_type, headers=HEADERS)

    return serve
