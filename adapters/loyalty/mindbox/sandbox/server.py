"""Sockets of the sandbox: bytes in and out, faults that cut connections, the queue of async calls."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from aiohttp import web

from adapters.loyalty.mindbox.sandbox.desk import SUCCESS, Admitted, Desk, Question
from adapters.loyalty.mindbox.sandbox.faults import Fault, FaultBoard, Mode
from adapters.loyalty.mindbox.sandbox.inspection import Inspection
from adapters.loyalty.mindbox.sandbox.journal import Entry, Journal
from adapters.loyalty.mindbox.sandbox.refusals import Answer, BadRequest, protocol_error, server_error
from adapters.loyalty.mindbox.sandbox.seed import SandboxSeed
from adapters.loyalty.programme import Programme, Variants

# A call that hangs is let go at last, so that a forgotten fault does not pile up connections.
LONGEST_HANG = 60.0
# The sums of an answer are JSON numbers with the digits of the decimal, never through a float.
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Server:
    """The sandbox behind its sockets."""

    def __init__(self, seed: SandboxSeed, *, now: Callable[[], datetime], speed: float) -> None:
        programme = Programme(seed, now, speed=speed)
        self._now = now
        self._programme = programme
        self._delay = timedelta(seconds=seed.mindbox.async_delay_seconds)
        self._queued = 0
        self._desk = Desk(programme, seed)
        self._inspection = Inspection(programme, seed.mindbox)
        self._faults = FaultBoard()
        self._journal = Journal()
        self._queue: set[asyncio.TimerHandle] = set()
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
        for handle in self._queue:
            handle.cancel()
        await self._runner.cleanup()

    def _application(self) -> web.Application:
        application = web.Application()
        application.add_routes(
            [
                web.post("/v3/operations/{mode:sync|async}", self._operation),
                web.get("/_sandbox/calls", self._show_calls),
                web.get("/_sandbox/orders", self._show_orders),
                web.get("/_sandbox/customers/{phone}", self._show_customer),
                web.get("/_sandbox/async-errors", self._show_async_errors),
                web.post("/_sandbox/faults", self._switch_fault),
                web.get("/_sandbox/variants", self._show_variants),
                web.post("/_sandbox/variants", self._switch_variants),
            ]
        )
        return application

    async def _operation(self, request: web.Request) -> web.Response:
        is_async = request.match_info["mode"] == "async"
        question = Question(
            query=request.query,
            authorization=request.headers.get("Authorization", ""),
            body=await request.read(),
        )
        entry = self._journal.receive(
            operation=question.operation,
            transaction_id=question.transaction_id,
            body=question.body,
            at=self._now(),
            is_async=is_async,
        )
        fault = self._faults.strike(question.operation)
        entry.fault = "" if fault is Mode.OFF else fault.value
        if fault is Mode.HANG:
            await self._hang()
        if fault in {Mode.HANG, Mode.RESET}:
            return _cut(request)
        answer = server_error() if fault is Mode.ERROR else self._answer(question, entry, is_async=is_async)
        entry.answered(answer)
        return _cut(request) if fault is Mode.DROP_ANSWER else _json(answer.body, answer.http)

    def _answer(self, question: Question, entry: Entry, *, is_async: bool) -> Answer:
        try:
            admitted = self._desk.admit(question)
        except BadRequest as error:
            return protocol_error(str(error), error.http)
        if not is_async:
            return self._desk.answer(admitted)
        self._enqueue(admitted, entry)
        return SUCCESS

    def _enqueue(self, admitted: Admitted, entry: Entry) -> None:
        self._queued += 1
        number, variants = self._queued, self._programme.variants

        def carry_out() -> None:
            self._queue.discard(handle)
            answer = server_error() if variants.loses(number) else self._desk.carry_out_queued(admitted)
            if not answer.is_done:
                self._journal.queue_failed(entry, answer, self._now())

        delay = variants.queue_delay(number, self._delay).total_seconds()
        handle = asyncio.get_running_loop().call_later(delay, carry_out)
        self._queue.add(handle)

    async def _hang(self) -> None:
        try:
            async with asyncio.timeout(LONGEST_HANG):
                await self._stopping.wait()
        except TimeoutError:
            pass

    async def _show_calls(self, _: web.Request) -> web.Response:
        return _json(list(self._journal.calls))

    async def _show_async_errors(self, _: web.Request) -> web.Response:
        return _json(list(self._journal.async_errors))

    async def _show_orders(self, _: web.Request) -> web.Response:
        return _json(self._inspection.orders())

    async def _show_customer(self, request: web.Request) -> web.Response:
        customer = self._inspection.customer(request.match_info["phone"])
        return _json(customer, 200 if customer else 404)

    async def _switch_fault(self, request: web.Request) -> web.Response:
        try:
            fault = msgspec.json.decode(await request.read(), type=Fault)
        except msgspec.DecodeError as error:
            return _json({"error": str(error)}, 400)
        self._faults.switch(fault)
        return _json({"status": "Success"})

    async def _show_variants(self, _: web.Request) -> web.Response:
        return _json(self._programme.variants)

    async def _switch_variants(self, request: web.Request) -> web.Response:
        """The whole table: what is left out is as documented again."""
        try:
            self._programme.variants = msgspec.json.decode(await request.read(), type=Variants)
        except msgspec.DecodeError as error:
            return _json({"error": str(error)}, 400)
        return _json({"status": "Success"})


def _json(body: object, http: int = 200) -> web.Response:
    return web.Response(body=_ENCODER.encode(body), status=http, content_type="application/json", charset="utf-8")


def _cut(request: web.Request) -> web.Response:
    """Close the connection without a byte of an answer; the response returned goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
