"""A connection to the project that says more than the client's: certificate, times, headers. One call at a time."""

import http.client
import socket
import ssl
import time
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode, urlsplit

from msgspec import Struct

from adapters.loyalty.mindbox.settings import LOOPBACK, MindboxSettings

SECONDS = 5.0
"""Longer than any answer that is of use: the docs' own upper bound is 4 s."""

NO_BODY = b"{}"


class Heard(Struct, frozen=True, kw_only=True):
    """One reply; `date` is the server's own clock when it says it."""

    status: int
    body: bytes
    seconds: float
    date: datetime | None = None


class Certificate(Struct, frozen=True, kw_only=True):
    version: str
    valid_until: datetime


class DoctorLine:
    """Raises `OSError`, `ssl.SSLError` and `http.client.HTTPException` as they come: they are what is looked for."""

    def __init__(self, settings: MindboxSettings, secret_key: str) -> None:
        parts = urlsplit(settings.base_url)
        self.is_plain = parts.scheme == "http"
        self.host = parts.hostname or ""
        self.is_local = settings.base_url.startswith(LOOPBACK)
        self.port = parts.port or (80 if self.is_plain else 443)
        self._prefix = parts.path.rstrip("/")
        self._endpoint = settings.endpoint
        self._headers = {
            "Authorization": f"SecretKey {secret_key}",
            "Content-Type": "application/json; charset=utf-8",
            "Accept": "application/json",
        }
        self._connection: http.client.HTTPConnection | None = None

    def addresses(self) -> list[str]:
        """What the name stands for."""
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        return sorted({str(row[4][0]) for row in found})

    def certificate(self) -> Certificate | None:
        """None without TLS. A certificate that nobody should trust is an `ssl.SSLError`."""
        if self.is_plain:
            socket.create_connection((self.host, self.port), SECONDS).close()
            return None
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2  # Mindbox takes nothing older
        with (
            socket.create_connection((self.host, self.port), SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=self.host) as secure,
        ):
            until = ssl.cert_time_to_seconds(str((secure.getpeercert() or {})["notAfter"]))
            return Certificate(version=secure.version() or "", valid_until=datetime.fromtimestamp(until, UTC))

    def call(self, operation: str, body: bytes = NO_BODY) -> Heard:
        """One sync call over the connection there is; a new one where the server has closed the old."""
        kept, connection = self._connection is not None, self._open()
        try:
            return self._heard(connection, operation, body)
        except (http.client.HTTPException, OSError):
            self.close()
            if not kept:
                raise
        return self.call(operation, body)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _open(self) -> http.client.HTTPConnection:
        if self._connection is None:
            kind = http.client.HTTPConnection if self.is_plain else http.client.HTTPSConnection
            self._connection = kind(self.host, self.port, timeout=SECONDS)
        return self._connection

    def _heard(self, connection: http.client.HTTPConnection, operation: str, body: bytes) -> Heard:
        query = urlencode({"endpointId": self._endpoint, "operation": operation})
        began = time.monotonic()
        connection.request("POST", f"{self._prefix}/v3/operations/sync?{query}", body, self._headers)
        response = connection.getresponse()
        read = response.read()
        took = time.monotonic() - began
        return Heard(status=response.status, body=read, seconds=took, date=_moment(response.headers.get("Date")))


def _moment(text: str | None) -> datetime | None:
    with suppress(ValueError, TypeError):
        return parsedate_to_datetime(text or "")
    return None
