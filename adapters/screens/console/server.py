"""The status page over HTTP, on the admin address: the page, what it shows, and what a person may do."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import msgspec
from aiohttp import web

from adapters.screens.bodies import small_body
from adapters.screens.console import wire
from adapters.screens.console.sessions import COOKIE, Sessions
from adapters.screens.console.texts import TEXTS
from adapters.screens.pages import HEADERS, asset, language, page, served
from gateway.errors import GatewayError
from gateway.ports import StatusDesk

PACKAGE = "adapters.screens.console"
GUESS_SECONDS = 0.5
"""How long a wrong token waits for its answer."""

T = TypeVar("T")


def routes(desk: StatusDesk, token: str, monotonic: Callable[[], float]) -> list[web.AbstractRouteDef]:
    """`token` is the administrator's; empty: only this computer may look."""
    console = _Console(desk, Sessions(token, monotonic))
    return [
        web.get("/", console.page),
        web.get("/console/page.css", served(PACKAGE, "page.css", "text/css")),
        web.get("/console/page.js", served(PACKAGE, "page.js", "text/javascript")),
        web.get("/console/chart.js", served(PACKAGE, "chart.js", "text/javascript")),
        web.get("/console/login.js", served(PACKAGE, "login.js", "text/javascript")),
        web.get("/console/overview", console.overview),
        web.post("/console/login", console.login),
        web.post("/console/logout", console.logout),
        web.post("/console/retry/{id}", console.retry),
        web.post("/console/limited", console.limited),
    ]


class _Console:
    def __init__(self, desk: StatusDesk, sessions: Sessions) -> None:
        self._desk = desk
        self._sessions = sessions
        self._page = asset(PACKAGE, "page.html")
        self._login = asset(PACKAGE, "login.html")

    async def page(self, request: web.Request) -> web.Response:
        lang = language(request, TEXTS)
        if self._sessions.session(request) is None:
            return page(self._login, lang, TEXTS[lang], status=401)
        return page(self._page, lang, TEXTS[lang])

    async def overview(self, request: web.Request) -> web.Response:
        session = self._sessions.session(request)
        if session is None:
            return _json(401, wire.Refusal(error=wire.NOT_ALLOWED))
        return _json(
            200, wire.Page(overview=await self._desk.overview(), csrf=session.csrf, can_leave=session.until > 0)
        )

    async def login(self, request: web.Request) -> web.Response:
        asked = await _read(request, wire.Login)
        if asked is None:
            return _json(400, wire.Refusal(error=wire.BAD_REQUEST))
        name = self._sessions.begin(asked.token)
        if name is None:
            await asyncio.sleep(GUESS_SECONDS)
            return _json(403, wire.Refusal(error=wire.WRONG_TOKEN))
        response = web.Response(status=204, headers=HEADERS)
        response.set_cookie(COOKIE, name, httponly=True, samesite="Strict", path="/", secure=request.secure)
        return response

    async def logout(self, request: web.Request) -> web.Response:
        if not self._sessions.may_change(request):
            return _json(403, wire.Refusal(error=wire.NOT_ALLOWED))
        self._sessions.end(request)
        response = web.Response(status=204, headers=HEADERS)
        response.del_cookie(COOKIE, path="/")
        return response

    async def retry(self, request: web.Request) -> web.Response:
        if not self._sessions.may_change(request):
            return _json(403, wire.Refusal(error=wire.NOT_ALLOWED))
        try:
            await self._desk.retry(request.match_info["id"])
        except GatewayError as error:
            return _json(409, wire.Refusal(error=str(error)))
        return web.Response(status=204, headers=HEADERS)

    async def limited(self, request: web.Request) -> web.Response:
        if not self._sessions.may_change(request):
            return _json(403, wire.Refusal(error=wire.NOT_ALLOWED))
        asked = await _read(request, wire.Switch)
        if asked is None:
            return _json(400, wire.Refusal(error=wire.BAD_REQUEST))
        try:
            self._desk.limit(on=asked.on)
        except OSError as error:
            return _json(507, wire.Refusal(error=f"не сохранено: {error.strerror}"))
        return web.Response(status=204, headers=HEADERS)


async def _read(request: web.Request, kind: type[T]) -> T | None:
    if request.content_type != "application/json":
        return None
    try:
        return msgspec.json.decode(await small_body(request, wire.LARGEST), type=kind)
    except msgspec.DecodeError:
        return None


def _json(status: int, value: msgspec.Struct) -> web.Response:
    return web.Response(
        status=status, body=wire.encoded(value), content_type="application/json", charset="utf-8", headers=HEADERS
    )
