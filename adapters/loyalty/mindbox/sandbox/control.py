"""The sandbox's own API under `/_sandbox/`: look at everything, switch troubles, move the clock."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from aiohttp import web
from msgspec import Struct

from adapters.loyalty.mindbox.sandbox.clock import MovableClock
from adapters.loyalty.mindbox.sandbox.degraded import Degraded
from adapters.loyalty.mindbox.sandbox.faults import Fault
from adapters.loyalty.mindbox.sandbox.people import AUTHORIZATION
from adapters.loyalty.mindbox.sandbox.refusals import Json
from adapters.loyalty.programme import Variants

if TYPE_CHECKING:
    from adapters.loyalty.mindbox.sandbox.life import Life
    from adapters.loyalty.mindbox.sandbox.server import Server

T = TypeVar("T")
_ENCODER = msgspec.json.Encoder(decimal_format="number")
DONE = {"status": "Success"}
LONGEST_MOVE = 10 * 365 * 24 * 3600  # seconds: beyond it is a slip of the pen


class Moved(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    move_seconds: float

    def __post_init__(self) -> None:
        """Refuses what no calendar holds."""
        if not abs(self.move_seconds) <= LONGEST_MOVE:
            raise ValueError("move_seconds: ten years at most")


class OwnCode(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The code of a one-time QR that the customer's own phone shows: `QR:<phone>:<code>`."""

    phone: str
    code: str


class Control:
    """Routes over the server's present life."""

    def __init__(self, server: "Server", clock: MovableClock) -> None:
        self._server = server
        self._clock = clock

    @property
    def _life(self) -> "Life":
        return self._server.life

    def routes(self) -> list[web.AbstractRouteDef]:
        shown = {
            "state": self._state,
            "calls": lambda: list(self._life.journal.calls),
            "orders": self._orders,
            "customers": self._customers,
            "async-errors": lambda: list(self._life.journal.async_errors),
            "codes": self._codes,
            "faults": lambda: self._life.faults.fault,
            "variants": lambda: self._life.programme.variants,
            "degraded": lambda: self._life.degraded,
            "clock": lambda: {"now": self._clock()},
        }
        switched: dict[str, tuple[type[Any], Callable[[Any], object]]] = {
            "faults": (Fault, self._trouble),
            "variants": (Variants, self._vary),
            "degraded": (Degraded, self._degrade),
            "clock": (Moved, self._move),
            "codes": (OwnCode, self._show_code),
        }
        return [
            *(web.get(f"/_sandbox/{name}", _shows(look)) for name, look in shown.items()),
            *(web.post(f"/_sandbox/{name}", _switches(*one)) for name, one in switched.items()),
            web.get("/_sandbox/customers/{phone}", self._customer),
            web.post("/_sandbox/reset", _shows(self._reset)),
            web.delete("/_sandbox/calls", _shows(self._forget_calls)),
        ]

    def _state(self) -> Json:
        """How things stand, on one page."""
        life = self._life
        return {
            "now": self._clock(),
            "calls": Counter(call.operation for call in life.journal.calls),
            "orders": Counter(order.summary for order in life.programme.orders),
            "queued": len(life.queue),
            "asyncErrors": len(life.journal.async_errors),
            "fault": life.faults.fault,
            "variants": life.programme.variants,
            "degraded": life.degraded,
        }

    def _orders(self) -> list[Json]:
        return self._life.inspection.orders()

    def _customers(self) -> list[Json]:
        return self._life.inspection.customers()

    def _codes(self) -> list[Json]:
        return self._life.inspection.codes()

    def _trouble(self, fault: Fault) -> None:
        self._life.faults.switch(fault)

    def _vary(self, variants: Variants) -> None:
        """The whole table: what is left out is as documented again."""
        self._life.programme.variants = variants

    def _degrade(self, degraded: Degraded) -> None:
        self._life.desk.degraded = degraded

    def _show_code(self, shown: OwnCode) -> None:
        self._life.programme.sms.send(shown.phone, shown.code, purpose=AUTHORIZATION)

    def _move(self, moved: Moved) -> Json:
        now = self._clock.move(timedelta(seconds=moved.move_seconds))
        self._life.queue.look()
        return {**DONE, "now": now}

    def _reset(self) -> Json:
        self._server.reset()
        return DONE

    def _forget_calls(self) -> Json:
        self._life.journal.calls.clear()
        return DONE

    async def _customer(self, request: web.Request) -> web.Response:
        customer = self._life.inspection.customer(request.match_info["phone"])
        return _json(customer, 200 if customer else 404)


Handler = Callable[[web.Request], Awaitable[web.Response]]


def _shows(look: Callable[[], object]) -> Handler:
    async def show(_: web.Request) -> web.Response:
        return _json(look())

    return show


def _switches(shape: type[T], switch: Callable[[T], object]) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        try:
            wanted = msgspec.json.decode(await request.read(), type=shape)
        except msgspec.DecodeError as error:
            return _json({"error": str(error)}, 400)
        return _json(switch(wanted) or DONE)

    return handle


def _json(body: object, http: int = 200) -> web.Response:
    return web.Response(body=_ENCODER.encode(body), status=http, content_type="application/json", charset="utf-8")
