"""Who may see a register's popups: whoever shows its token; without one, a program on this computer."""

import hmac
from collections.abc import Mapping
from ipaddress import ip_address

from aiohttp import web
from msgspec import Struct

from gateway.domain.receipt import RegisterRef


class Place(Struct, frozen=True, kw_only=True):
    """A register as an address names it. `token` is empty where only this computer may look."""

    register: RegisterRef
    token: str = ""


class Access:
    """`places` by the name in the address. A refusal never tells which registers exist."""

    def __init__(self, places: Mapping[str, Place]) -> None:
        self._places = places

    def register(self, request: web.Request) -> RegisterRef | None:
        """The register that the request may speak of; None when it may not, or when there is none."""
        place = self._places.get(request.match_info["register"])
        shown = _shown(request)
        wanted = place.token if place else ""
        fits = hmac.compare_digest(shown.encode("utf-8", "replace"), (wanted or "-").encode())
        if place is None or not (fits if wanted else is_at_home(request)):
            return None
        return place.register


def _shown(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else request.query.get("token", "")


def is_at_home(request: web.Request) -> bool:
    """From this computer, and asked for by its own name: a page of somebody else's, whose name was made to lead
    here, shows its own.
    """
    return _is_loopback(request.remote or "") and _is_local_name(request.url.host or "")


def _is_local_name(host: str) -> bool:
    return host == "localhost" or _is_loopback(host)


def _is_loopback(text: str) -> bool:
    try:
        return ip_address(text).is_loopback
    except ValueError:
        return False
