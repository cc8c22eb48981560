"""Limited mode by hand, over the admin address: `GET /limited` tells, `POST /limited {"on": true}` switches."""

from typing import Any

import msgspec
import structlog
from aiohttp import web
from msgspec import Struct

from gateway.observability.permission import Permission
from gateway.observability.wanted import wanted
from gateway.services.limited_mode import LimitedMode, LimitedState

log = structlog.get_logger()


class Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    on: bool


class LimitedSwitch:
    def __init__(self, limited: LimitedMode, permission: Permission) -> None:
        self._limited = limited
        self._permission = permission

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.get("/limited", self._tell), web.post("/limited", self._switch)]

    async def _tell(self, _request: web.Request) -> web.Response:
        return web.json_response(as_json(self._limited.state()))

    async def _switch(self, request: web.Request) -> web.Response:
        if not self._permission.allows(request):
            return web.json_response({"error": "not allowed"}, status=403)
        try:
            self._limited.switch(on=(await wanted(request, Wanted)).on)
        except msgspec.DecodeError:
            return web.json_response({"error": 'expected {"on": true} or {"on": false}'}, status=400)
        except OSError as error:
            log.error("limited_mode_not_kept", why=error.strerror)  # noqa: TRY400 - the administrator mends a disk
            return web.json_response({"error": f"not stored: {error.strerror}"}, status=507)
        return await self._tell(request)


def as_json(state: LimitedState) -> dict[str, Any]:
    """What `/readyz` and `/limited` say."""
    return {
        "limited": bool(state.since),
        "reasons": {str(reason): since.isoformat(timespec="seconds") for reason, since in state.since.items()},
        "failing": list(state.failing),
        "overdue": state.is_overdue,
    }
