"""The head of a plain POST (RFC 9112), and an answer to it, as bytes."""

import re
from http import HTTPStatus

from aiohttp import web
from msgspec import Struct

HEAD_END = b"\r\n\r\n"
UNUSUAL = (b"\r\ntransfer-encoding:", b"\r\nexpect:", b"\r\nupgrade:", b"\r\ncontent-encoding:")
"""What changes how the rest is to be read: another reader's business."""

LINES = re.compile(rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\x00-\x08\x0a-\x1f\x7f]*\r\n)*")
"""Headers that everybody reads alike (RFC 9110, 5.6.2 and 5.5): a name, a colon, a value without controls."""

READ = (b"content-length", b"connection", b"authorization", b"user-agent", b"host")

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
    lower = text.lower()
    if len(words) != 3 or words[0] != b"POST" or words[2] != b"HTTP/1.1":  # noqa: PLR2004 - method, target, version
        return None
    if not words[1].isascii() or not LINES.fullmatch(rest) or any(name in lower for name in UNUSUAL):
        return None
    if any(lower.count(b"\r\n" + name + b":") > 1 for name in READ):
        return None
    length, connection = _value(text, lower, b"content-length"), _value(text, lower, b"connection").lower()
    if not length.isdigit() or len(length) > LONGEST_LENGTH or connection not in (b"", b"keep-alive", b"close"):
        return None
    return Head(
        words[1],
        _value(text, lower, b"authorization").decode("utf-8", "surrogateescape"),  # as aiohttp does
        _value(text, lower, b"user-agent").decode("utf-8", "surrogateescape"),
        int(length),
        connection != b"close",
    )


def _value(text: bytes, lower: bytes, name: bytes) -> bytes:
    start = b"\r\n" + name + b":"
    at = lower.find(start)
    if at < 0:
        return b""
    at += len(start)
    return text[at : text.find(b"\r\n", at)].strip(b" \t")


def response(written: Written) -> bytes:
    """The whole answer."""
    status = HTTPStatus(written.status)
    parting = "Connection: close\r\n" if written.close else ""
    start = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {written.content_type}; charset=utf-8\r\n"
        f"{parting}Content-Length: {len(written.body)}\r\n\r\n"
    )
    return start.encode("ascii") + written.body
