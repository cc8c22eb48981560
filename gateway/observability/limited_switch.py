"""Limited mode by hand, over the admin address: `GET /limited` tells, `POST /limited {"on": true}` switches."""

import hmac
from ipaddress import ip_address
from typing import Any

import msgspec
import structlog
from aiohttp import web
from msgspec import Struct

from gateway.services.limited_mode import LimitedMode, LimitedState

log = structlog.get_logger()

LARGEST = 1024


class Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    on: bool


class LimitedSwitch:
    """`token`: what whoever is not on this computer has to show; empty: nobody else may switch."""

    def __init__(self, limited: LimitedMode, token: str) -> None:
        self._limited = limited
        self._token = token.encode()

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.get("/limited", self._tell), web.post("/limited", self._switch)]

    async def _tell(self, _request: web.Request) -> web.Response:
        return web.json_response(as_json(self._limited.state()))

    async def _switch(self, request: web.Request) -> web.Response:
        if not self._is_allowed(request):
            return web.json_response({"error": "not allowed"}, status=403)
        try:
            wanted = msgspec.json.decode(await request.content.read(LARGEST), type=Wanted)
            self._limited.switch(on=wanted.on)
        except msgspec.DecodeError:
            return web.json_response({"error": 'expected {"on": true} or {"on": false}'}, status=400)
        except OSError as error:
            log.error("limited_mode_not_kept", why=error.strerror)  # noqa: TRY400 - the administrator mends a disk
            return web.json_response({"error": f"not stored: {error.strerror}"}, status=507)
        return await self._tell(request)

    def _is_allowed(self, request: web.Request) -> bool:
        """A browser on this computer cannot be made to send JSON to us by somebody else's page."""
        if request.content_type != "application/json":
            return False
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
        if self._token and hmac.compare_digest(shown, self._token):
            return True
        try:
            return not self._token and ip_address(request.remote or "").is_loopback
        except ValueError:
            return False


def as_json(state: LimitedState) -> dict[str, Any]:
    """What `/readyz` and `/limited` say."""
    return {
        "limited": bool(state.since),
        "reasons": {str(reason): since.isoformat(timespec="seconds") for reason, since in state.since.items()},
        "failing": list(state.failing),
        "overdue": state.is_overdue,
    }
