"""One connection, from its first byte until it ends or goes to aiohttp."""

import asyncio
import time
from collections.abc import Callable
from typing import cast

from adapters.registers.bodies import LARGEST_BODY
from adapters.registers.lane.lanes import Lanes, Serve
from adapters.registers.lane.limit import Limit
from adapters.registers.lane.wire import HEAD_END, Arrived, Head, Written, head, response

LARGEST_HEAD = 16 * 1024
"""Bytes. What is larger, or a body larger than `LARGEST_BODY`, is aiohttp's to refuse."""

HEAD_SECONDS = 5.0
"""A client that takes longer over the head of a request is cut off."""

BODY_SECONDS = 0.5
"""A request that takes longer until its body is whole is aiohttp's to wait for."""

IDLE_SECONDS = 3630.0
"""Between requests, as long as aiohttp waits: tills keep a connection open while nobody buys."""


class Lane(asyncio.Protocol):
    """`other` makes the protocol that takes what is not ours."""

    def __init__(self, lanes: Lanes, other: Callable[[], asyncio.Protocol]) -> None:
        self._lanes = lanes
        self._other = other
        self._loop = asyncio.get_running_loop()
        self._buffer = b""
        self._since = 0.0
        self._awaited = 0
        self._limit = Limit(self._loop)
        self._is_busy = False
        self._task: asyncio.Task[None]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._lanes.open.add(self)
        self._limit.set(time.monotonic() + IDLE_SECONDS, self._transport.abort)

    def connection_lost(self, _error: Exception | None) -> None:
        """A request under way is still carried out: a close that was heard is a close."""
        self._lanes.open.discard(self)
        self._limit.end()

    def data_received(self, data: bytes) -> None:
        if not self._buffer:
            self._since = time.monotonic()
        self._buffer = self._buffer + data if self._buffer else data
        if not self._is_busy:
            if len(self._buffer) >= self._awaited:
                self._look()
        elif len(self._buffer) > LARGEST_BODY:  # a client that talks on without listening
            self._transport.abort()

    def close_if_idle(self) -> None:
        if not self._is_busy and not self._buffer:
            self._transport.close()

    def close(self) -> None:
        self._transport.close()

    def _look(self) -> None:
        """Whether a whole request is here, and whose it is. Empty lines before it are nothing (RFC 9112, 2.2)."""
        self._buffer = self._buffer.lstrip(b"\r\n")
        if not self._buffer:
            return
        end = self._buffer.find(HEAD_END)
        if end < 0:
            if len(self._buffer) > LARGEST_HEAD:
                self._hand_over()
            else:
                self._limit.set(self._since + HEAD_SECONDS, self._transport.abort)
            return
        asked = head(self._buffer[: end + 2])
        serve = self._lanes.served(asked.target) if asked else None
        if asked is None or serve is None or asked.length > LARGEST_BODY:
            self._hand_over()
        elif len(self._buffer) < end + len(HEAD_END) + asked.length:
            self._awaited = end + len(HEAD_END) + asked.length
            self._limit.set(self._since + BODY_SECONDS, self._hand_over)
        else:
            self._begin(asked, serve, end + len(HEAD_END))

    def _begin(self, asked: Head, serve: Serve, start: int) -> None:
        body = self._buffer[start : start + asked.length]
        self._buffer = self._buffer[start + asked.length :]
        self._awaited = 0
        self._limit.lift()
        self._is_busy = True
        self._lanes.noticed(asked.client)
        arrived = Arrived(
            target=asked.target.decode("ascii"),
            authorization=asked.authorization,
            client=asked.client,
            body=body,
            since=self._since,
        )
        self._task = self._loop.create_task(self._answer(asked, serve, arrived))
        self._lanes.busy.add(self._task)

    async def _answer(self, asked: Head, serve: Serve, arrived: Arrived) -> None:
        try:
            written = await serve(arrived)
        except BaseException:
            self._transport.abort()
            raise
        finally:
            self._lanes.busy.discard(self._task)
        if self._transport.is_closing():  # the client has gone: so has what he sent ahead
            return
        parting = written.close or not asked.keeps_alive or self._lanes.is_closing
        self._transport.write(response(_with_close(written) if parting else written))
        self._is_busy = False
        if parting:
            self._transport.close()
        else:
            self._go_on()

    def _go_on(self) -> None:
        self._since = time.monotonic()
        self._limit.set(self._since + IDLE_SECONDS, self._transport.close)
        if self._buffer:
            self._look()

    def _hand_over(self) -> None:
        self._limit.end()
        self._lanes.open.discard(self)
        other = self._other()
        self._transport.set_protocol(other)
        other.connection_made(self._transport)
        other.data_received(self._buffer)


def _with_close(written: Written) -> Written:
    return Written(status=written.status, body=written.body, content_type=written.content_type, close=True)
