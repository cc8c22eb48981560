"""Sockets of the sandbox: bytes in and out, faults that cut connections or answer late."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from aiohttp import web

from adapters.loyalty.mindbox.sandbox.clock import MovableClock
from adapters.loyalty.mindbox.sandbox.control import Control
from adapters.loyalty.mindbox.sandbox.desk import Question
from adapters.loyalty.mindbox.sandbox.faults import Fault, Mode
from adapters.loyalty.mindbox.sandbox.life import Life
from adapters.loyalty.mindbox.sandbox.refusals import Answer, protocol_error, server_error
from adapters.loyalty.mindbox.sandbox.seed import SandboxSeed

# A call that hangs is let go at last, so that a forgotten fault does not pile up connections.
LONGEST_HANG = 60.0
TOO_MANY = 429
# The sums of an answer are JSON numbers with the digits of the decimal, never through a float.
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Server:
    """The sandbox behind its sockets; `life` is what it knows, until it is reset."""

    def __init__(self, seed: SandboxSeed, *, now: Callable[[], datetime], speed: float) -> None:
        self._seed = seed
        self._speed = speed
        self._clock = MovableClock(now)
        self.life = self._born()
        self._stopping = asyncio.Event()
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1.0)
        self.url = ""

    async def start(self, host: str, port: int) -> tuple[str, int]:
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        taken = self._runner.addresses[0]
        self.url = f"http://{host}:{taken[1]}"
        return host, taken[1]

    async def stop(self) -> None:
        self._stopping.set()
        self.life.queue.stop()
        await self._runner.cleanup()

    def reset(self) -> None:
        """Begin anew from the seed: nobody has bought anything, no fault, nothing queued; the clock runs on."""
        self.life.queue.stop()
        self.life = self._born()

    def _born(self) -> Life:
        return Life(self._seed, self._clock, self._speed)

    def _application(self) -> web.Application:
        application = web.Application()
        application.router.add_post("/v3/operations/{mode:sync|async}", self._operation)
        application.add_routes(Control(self, self._clock).routes())
        application.router.add_route("*", "/{path:.*}", self._astray)
        return application

    async def _astray(self, request: web.Request) -> web.Response:
        """A wrong address; whoever asks for many is not served for a minute."""
        gate, computer = self.life.gate, request.remote or ""
        if not gate.serves(computer):
            return self._written(protocol_error("too many wrong addresses", TOO_MANY))
        gate.went_astray(computer)
        return web.Response(status=404)

    async def _operation(self, request: web.Request) -> web.Response:
        question = Question(
            query=request.query,
            authorization=request.headers.get("Authorization", ""),
            body=await request.read(),
            is_async=request.match_info["mode"] == "async",
        )
        life = self.life
        if not life.gate.serves(request.remote or ""):
            return self._written(protocol_error("too many wrong addresses", TOO_MANY))
        entry = life.received(question)
        fault = life.faults.strike(question.operation)
        entry.fault = "" if fault.mode is Mode.OFF else fault.mode.value
        if fault.mode is Mode.LATE:
            late = timedelta(seconds=fault.seconds)
            life.queue.put(lambda: entry.answered(life.answer(question, entry)), late)
        if fault.mode in {Mode.HANG, Mode.LATE}:
            await self._wait(LONGEST_HANG)
        if fault.mode in {Mode.HANG, Mode.LATE, Mode.RESET}:
            return _cut(request)
        answer = _failure(fault) if fault.mode is Mode.ERROR else life.answer(question, entry)
        entry.answered(answer)
        if fault.mode is Mode.SLOW:
            await self._wait(fault.seconds)
        return _cut(request) if fault.mode is Mode.DROP_ANSWER else self._written(answer)

    def _written(self, answer: Answer) -> web.Response:
        """With `Retry-After` where the variant has it; the documents do not promise one."""
        response = as_json(answer.body, answer.http) if answer.body else web.Response(status=answer.http)
        wait = self.life.programme.variants.retry_after_seconds
        if answer.http == TOO_MANY and wait:
            response.headers["Retry-After"] = str(wait)
        return response

    async def _wait(self, seconds: float) -> None:
        """Unless the sandbox is stopped meanwhile."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            pass


def as_json(body: object, http: int = 200) -> web.Response:
    return web.Response(body=_ENCODER.encode(body), status=http, content_type="application/json", charset="utf-8")


def _failure(fault: Fault) -> Answer:
    """An error as the server writes it, or (without a body) as a proxy on the way does."""
    if not fault.with_body:
        return Answer(http=fault.http, body={})
    return protocol_error("refused by a fault", fault.http) if fault.http < 500 else server_error(fault.http)  # noqa: PLR2004 - HTTP's own border


def _cut(request: web.Request) -> web.Response:
    """Close the connection without a byte of an answer; the response returned goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
