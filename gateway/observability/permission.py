"""Who may change something over the admin address."""

import hmac
from ipaddress import ip_address

from aiohttp import web


class Permission:
    """`token`: what whoever is not on this computer has to show; empty: only who is on it may."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    def allows(self, request: web.Request) -> bool:
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
