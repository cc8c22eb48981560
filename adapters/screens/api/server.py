"""The popup API over HTTP: what waits at a register, and what the cashier did with it."""

import asyncio

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.screens.access import Access
from adapters.screens.api import mapping, openapi, wire
from adapters.screens.bodies import small_body
from adapters.screens.following import Changes, listening
from gateway.domain.desk import PromptAnswer
from gateway.domain.receipt import RegisterRef
from gateway.domain.texts import Language
from gateway.errors import StoreError
from gateway.ports import PromptDesk

# Answers hold customers' names: nothing may keep them.
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

NO_ACCESS = "нет доступа: проверьте кассу в адресе и её ключ (screen_token_file в настройках шлюза)"
BAD_WAIT = "wait: число секунд от 0 до 30"
BAD_ANSWER = 'ожидается JSON {"answer": "congratulated"} или {"answer": "left"}, Content-Type: application/json'
TOO_LATE = "поздно: время сообщения вышло, или на него уже ответили иначе"
STORE_AWAY = "нет доступа к базе шлюза, повторите"
NOT_STORED = "не сохранено, повторите"


def routes(desk: PromptDesk, access: Access, language: Language) -> list[web.AbstractRouteDef]:
    """The API's routes, and its description."""
    api = _Api(desk, access, language)
    return [
        web.get("/api/openapi.json", _description()),
        web.get("/api/v1/registers/{register}/popups", api.popups, allow_head=False),
        web.post("/api/v1/registers/{register}/popups/{id}/answer", api.answer),
    ]


class _Api:
    def __init__(self, desk: PromptDesk, access: Access, language: Language) -> None:
        self._desk = desk
        self._access = access
        self._language = language

    async def popups(self, request: web.Request) -> web.Response:
        """At once when something waits or has changed, else when `wait` seconds are over."""
        register = self._access.register(request)
        if register is None:
            return _refused(401, NO_ACCESS)
        seconds = _wait(request.query.get("wait", "0"))
        if seconds is None:
            return _refused(400, BAD_WAIT)
        known = request.query.get("known", "")
        try:
            async with listening(self._desk.changes(register)) as changes:
                found = await self._awaited(register, known, changes, seconds)
        except StoreError:
            return _refused(503, STORE_AWAY)
        return _json(200, found)

    async def _awaited(self, register: RegisterRef, known: str, changes: Changes, seconds: float) -> wire.Popups:
        """`known` is what the screen shows already: something else is news, the same is not."""
        until = asyncio.get_running_loop().time() + seconds
        found = first = await self._view(register)
        while (found.version == known) if known else (not found.popups and found.version == first.version):
            left = until - asyncio.get_running_loop().time()
            if left <= 0 or not await changes.within(left):
                break
            found = await self._view(register)
        return found

    async def _view(self, register: RegisterRef) -> wire.Popups:
        return mapping.popups(await self._desk.view(register), self._language)

    async def answer(self, request: web.Request) -> web.Response:
        register = self._access.register(request)
        if register is None:
            return _refused(401, NO_ACCESS)
        try:
            # a page of somebody else's cannot make a browser send this type unasked
            body = await small_body(request, wire.LARGEST_ANSWER) if request.content_type == wire.JSON else b""
            given = PromptAnswer(wire.decoded_answer(body).answer)
        except msgspec.DecodeError:
            return _refused(400, BAD_ANSWER)
        try:
            stored = await self._desk.answer(request.match_info["id"], register, given)
        except StoreError:
            return _refused(503, NOT_STORED)
        if stored:
            return _json(200, wire.Stored(stored=True))
        return _json(409, wire.Stored(stored=False, reason=TOO_LATE))


def _wait(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return min(seconds, wire.LONGEST_WAIT) if seconds >= 0 else None


def _refused(status: int, text: str) -> web.Response:
    return _json(status, wire.Refusal(error=text))


def _json(status: int, value: msgspec.Struct) -> web.Response:
    return web.Response(
        status=status, body=wire.encoded(value), content_type=wire.JSON, charset="utf-8", headers=HEADERS
    )


def _description() -> Handler:
    body = msgspec.json.format(msgspec.json.encode(openapi.document()))

    async def serve(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type=wire.JSON, charset="utf-8", headers=HEADERS)

    return serve
