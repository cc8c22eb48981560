"""The head of a plain POST (RFC 9112), and an answer to it, as bytes."""

import re
from functools import lru_cache
from http import HTTPStatus

from aiohttp import web
from msgspec import Struct

HEAD_END = b"\r\n\r\n"
UNUSUAL = {b"transfer-encoding", b"expect", b"upgrade", b"content-encoding"}
"""What changes how the rest is to be read: another reader's business."""

FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*")
"""A header that everybody reads alike (RFC 9110, 5.6.2 and 5.5): a name, a colon, a value without controls."""

LONGEST_LENGTH = 9
"""Digits."""


class Head(Struct, frozen=True):
    target: bytes
    authorization: str
    client: str
    length: int
    keeps_alive: bool


class Arrived(Struct, frozen=True, kw_only=True):
    """A whole request. `since` when its till waits (monotonic seconds); `http` as aiohttp read it, if it did."""

    target: str
    authorization: str
    client: str
    body: bytes
    since: float
    http: web.Request | None = None


class Written(Struct, frozen=True, kw_only=True):
    """An answer; `close` when nothing more will be read from this connection."""

    status: int
    body: bytes
    content_type: str
    close: bool = False


def head(text: bytes) -> Head | None:
    """Of the bytes up to and with the last header's line end; None for anything but a plain POST."""
    line, _, rest = text.partition(b"\r\n")
    words = line.split(b" ")
    if len(words) != 3 or words[0] != b"POST" or words[2] != b"HTTP/1.1":  # noqa: PLR2004 - method, target, version
        return None
    fields = _fields(rest)
    if fields is None or not words[1].isascii() or not UNUSUAL.isdisjoint(fields):
        return None
    length, connection = fields.get(b"content-length", b""), fields.get(b"connection", b"").lower()
    if not length.isdigit() or len(length) > LONGEST_LENGTH or connection not in (b"", b"keep-alive", b"close"):
        return None
    return Head(
        words[1],
        fields.get(b"authorization", b"").decode("utf-8", "surrogateescape"),  # as aiohttp does
        fields.get(b"user-agent", b"").decode("utf-8", "surrogateescape"),
        int(length),
        connection != b"close",
    )


def _fields(text: bytes) -> dict[bytes, bytes] | None:
    """Headers by their names in small letters; None where one is odd, or said twice."""
    rows = text.split(b"\r\n")[:-1]
    found = dict(filter(None, map(_field, rows)))
    return found if len(found) == len(rows) else None


@lru_cache(maxsize=500)
def _field(row: bytes) -> tuple[bytes, bytes] | None:
    """Remembered: a till says most of them with every request."""
    found = FIELD.fullmatch(row)
    return (found[1].lower(), found[2]) if found else None


def response(written: Written) -> bytes:
    """The whole answer."""
    return b"%b%d\r\n\r\n%b" % (
        _start(written.status, written.content_type, written.close),
        len(written.body),
        written.body,
    )


@lru_cache(maxsize=100)
def _start(status: int, content_type: str, close: bool) -> bytes:  # noqa: FBT001 - a key of the cache
    """All but the length: there are few."""
    parting = "Connection: close\r\n" if close else ""
    return (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {content_type}; charset=utf-8\r\n"
        f"{parting}Content-Length: "
    ).encode("ascii")
