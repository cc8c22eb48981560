"""A reply put together from the bytes of a connection. Never waits."""

import httptools
from msgspec import Struct

LARGEST_REPLY = 4 * 1024 * 1024
"""Bytes, headers and all: the price of a receipt of a thousand lines is a tenth of it."""

OK = 200


class Reply(Struct, frozen=True):
    """`retry_after` as the server spelt it, empty when it did not."""

    status: int
    body: bytes
    retry_after: str


class Broken(Exception):
    """This connection will not answer any more; the text says why, without the server's words."""


class ReplyReader:
    """One reply after the other from one connection. RFC 9112: length, chunks, or the end of the connection.

    `keeps_alive` says after a reply whether the connection may carry another one.
    """

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._finished: Reply | None = None
        self.keeps_alive = False
        self.start()

    def start(self) -> None:
        """The next bytes belong to a new reply."""
        self._size = 0
        self._body: list[bytes] = []
        self._retry_after = ""
        self._has_end = self._has_headers = False

    @property
    def is_silent(self) -> bool:
        """Whether not a byte has come."""
        return self._size == 0

    def feed(self, data: bytes) -> Reply | None:
        """The reply that these bytes complete. Raises `Broken` at what is no HTTP."""
        self._size += len(data)
        if self._size > LARGEST_REPLY:
            raise Broken("the answer is too large")
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            raise Broken("the answer is no HTTP") from error
        found, self._finished = self._finished, None
        return found

    def end(self) -> Reply | None:
        """The other side has closed: the reply, when that was how it said that the body is over."""
        if not self._has_headers or self._has_end:
            return None
        return Reply(self._parser.get_status_code(), b"".join(self._body), self._retry_after)

    def on_message_begin(self) -> None:
        """Called by the parser, as all that follows."""
        if self._finished is not None:
            raise Broken("two answers to one question")

    def on_header(self, name: bytes, value: bytes) -> None:
        lower = name.lower()
        if lower in (b"content-length", b"transfer-encoding"):
            self._has_end = True
        elif lower == b"retry-after":
            self._retry_after = value.strip(b" \t").decode("latin-1")

    def on_headers_complete(self) -> None:
        self._has_headers = True

    def on_body(self, part: bytes) -> None:
        self._body.append(part)

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < OK:  # "100 Continue" and the like: the answer is still to come
            self.start()
            return
        self.keeps_alive = self._parser.should_keep_alive()  # the parser knows it at this moment only
        self._finished = Reply(status, b"".join(self._body), self._retry_after)
