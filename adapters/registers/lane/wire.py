"""The head of a plain POST (RFC 9112), and an answer to it, as bytes."""

from http import HTTPStatus

from aiohttp import web
from msgspec import Struct

HEAD_END = b"\r\n\r\n"
UNUSUAL = (b"\r\ntransfer-encoding:", b"\r\nexpect:", b"\r\nupgrade:", b"\r\ncontent-encoding:", b"\r\n ", b"\r\n\t")
"""What changes how the rest is to be read: another reader's business."""

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
    line, _, _ = text.partition(b"\r\n")
    words = line.split(b" ")
    lower = text.lower()
    if len(words) != 3 or words[0] != b"POST" or words[2] != b"HTTP/1.1":  # noqa: PLR2004 - method, target, version
        return None
    if any(name in lower for name in UNUSUAL):
        return None
    length, connection = _value(text, lower, b"content-length"), _value(text, lower, b"connection").lower()
    if not length.isdigit() or len(length) > LONGEST_LENGTH or connection not in (b"", b"keep-alive", b"close"):
        return None
    return Head(
        words[1],
        _value(text, lower, b"authorization").decode("latin-1"),
        _value(text, lower, b"user-agent").decode("latin-1"),
        int(length),
        connection != b"close",
    )


def _value(text: bytes, lower: bytes, name: bytes) -> bytes:
    """A header's value; one that stands there twice is as if it were nonsense."""
    start = b"\r\n" + name + b":"
    at = lower.find(start)
    if at < 0:
        return b""
    if lower.find(start, at + 1) >= 0:
        return b"?"
    at += len(start)
    return text[at : text.find(b"\r\n", at)].strip()


def response(written: Written) -> bytes:
    """The whole answer."""
    status = HTTPStatus(written.status)
    parting = "Connection: close\r\n" if written.close else ""
    start = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {written.content_type}; charset=utf-8\r\n"
        f"{parting}Content-Length: {len(written.body)}\r\n\r\n"
    )
    return start.encode("ascii") + written.body
