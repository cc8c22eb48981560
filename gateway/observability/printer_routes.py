"""Printers over the admin address: how they are, what is not on paper, a test page, a job once more."""

from typing import Any

import msgspec
from aiohttp import web
from msgspec import Struct

from gateway.domain.print_job import PrintJob
from gateway.domain.printer_state import PrinterState
from gateway.errors import StoreError
from gateway.observability.permission import Permission
from gateway.observability.wanted import wanted
from gateway.services.print_desk import NotPrintable, PrintDesk


class Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    """`what`: a printer's name, or a job's id."""

    what: str


class PrinterRoutes:
    def __init__(self, desk: PrintDesk, permission: Permission) -> None:
        self._desk = desk
        self._permission = permission

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/printers", self._tell),
            web.get("/printers/jobs", self._jobs),
            web.post("/printers/test", self._test),
            web.post("/printers/reprint", self._reprint),
        ]

    async def _tell(self, _request: web.Request) -> web.Response:
        return _json([_printer(state) for state in self._desk.printers()])

    async def _jobs(self, request: web.Request) -> web.Response:
        """The codes of coupons stand in it: for those only who may use the rest as well."""
        if not self._permission.allows(request):
            return _refused("not allowed", 403)
        return _json([_job(job) for job in self._desk.jobs()])

    async def _test(self, request: web.Request) -> web.Response:
        what = await self._what(request)
        if isinstance(what, web.Response):
            return what
        try:
            outcome = await self._desk.test(what)
        except NotPrintable as error:
            return _refused(str(error), 404)
        return _json({"state": outcome.state, "reason": outcome.reason})

    async def _reprint(self, request: web.Request) -> web.Response:
        what = await self._what(request)
        if isinstance(what, web.Response):
            return what
        try:
            job = await self._desk.reprint(what)
        except NotPrintable as error:
            return _refused(str(error), 404)
        except StoreError as error:
            return _refused(str(error), 507)
        return _json(_job(job))

    async def _what(self, request: web.Request) -> str | web.Response:
        if not self._permission.allows(request):
            return _refused("not allowed", 403)
        try:
            return (await wanted(request, Wanted)).what
        except msgspec.DecodeError:
            return _refused('expected {"what": "..."}', 400)


def _printer(state: PrinterState) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(state)
    return told | {"registers": [str(ref) for ref in state.registers], "hint": state.hint}


def _job(job: PrintJob) -> dict[str, Any]:
    """Without its bytes: a name may stand in them."""
    told: dict[str, Any] = msgspec.to_builtins(job)
    told["bytes"] = len(job.data)
    return {name: value for name, value in told.items() if name not in ("data", "version")} | {
        "register": str(job.register)
    }


def _json(told: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(told), content_type="application/json")


def _refused(why: str, status: int) -> web.Response:
    return web.json_response({"error": why}, status=status)
