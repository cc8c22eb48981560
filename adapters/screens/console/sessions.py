"""Who may look at the status page: whoever has shown the token, or, without one, somebody on this computer."""

import hmac
import secrets
from collections.abc import Callable

from aiohttp import web
from msgspec import Struct

from adapters.screens.access import is_at_home

COOKIE = "pos_gateway_console"
LIFE = 12 * 3600.0
"""Seconds: a working day."""

MOST = 100
CSRF_HEADER = "X-Console"


class Session(Struct, frozen=True, kw_only=True):
    csrf: str
    until: float


class Sessions:
    """In memory: after a restart one logs in again. `monotonic` tells the time."""

    def __init__(self, token: str, monotonic: Callable[[], float]) -> None:
        self._token = token.encode()
        self._monotonic = monotonic
        self._open: dict[str, Session] = {}
        self._at_home = Session(csrf=secrets.token_urlsafe(24), until=0.0)

    def session(self, request: web.Request) -> Session | None:
        if not self._token:
            return self._at_home if is_at_home(request) else None
        if self._fits(request.headers.get("Authorization", "").removeprefix("Bearer ")):
            return self._at_home
        found = self._open.get(request.cookies.get(COOKIE, ""))
        return found if found is not None and self._monotonic() < found.until else None

    def may_change(self, request: web.Request) -> bool:
        """A page of somebody else's can neither read our secret nor send this header unasked."""
        session = self.session(request)
        if session is None or request.content_type != "application/json":
            return False
        return hmac.compare_digest(
            request.headers.get(CSRF_HEADER, "").encode("utf-8", "replace"), session.csrf.encode()
        )

    def begin(self, token: str) -> str | None:
        """The cookie's value for whoever knows the token."""
        if not self._fits(token):
            return None
        now = self._monotonic()
        self._open = {key: row for key, row in self._open.items() if now < row.until}
        if len(self._open) >= MOST:
            self._open.pop(next(iter(self._open)))
        name = secrets.token_urlsafe(32)
        self._open[name] = Session(csrf=secrets.token_urlsafe(24), until=now + LIFE)
        return name

    def end(self, request: web.Request) -> None:
        self._open.pop(request.cookies.get(COOKIE, ""), None)

    def _fits(self, token: str) -> bool:
        return bool(self._token) and hmac.compare_digest(token.strip().encode("utf-8", "replace"), self._token)
