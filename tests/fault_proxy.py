"""A TCP proxy in front of an HTTP server that does to chosen calls what networks and servers do on a bad day.

    async with FaultProxy(server_url) as proxy:
        proxy.use(Hang())                                   # every call
        proxy.use([Pass(), Reset(), Status(503)])           # one after another, then `Pass`
        proxy.use(lambda call: Hang() if call.number % 10 == 0 else Pass())

How this works. A call is read whole before its fault is chosen. `done` says whether the server carries it out:
True is an answer that gets lost, False a request that does. Each forwarded call has a connection to the server
of its own, so that a fault of one call never touches another. `calls` and `counts` say what was done.
"""

import asyncio
import contextlib
import random
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from http import HTTPStatus
from typing import Protocol, Self
from urllib.parse import urlsplit

from latency import Latency
from msgspec import Struct

HEAD_END = b"\r\n\r\n"
RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s: close(2) sends RST instead of FIN
BACKLOG = 256
JSON = ("Content-Type: application/json",)


class Call(Struct, frozen=True):
    """One request as the client sent it; `number` counts from 0 over all connections."""

    number: int
    request: bytes

    @property
    def target(self) -> str:
        return self.request.split(b" ", 2)[1].decode("latin-1")


class Exchange(Struct, frozen=True):
    """One call on its client connection: what a fault can do with it."""

    call: Call
    server: tuple[str, int]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def forward(self) -> bytes:
        """The server's whole answer, head and body."""
        reader, writer = await asyncio.open_connection(*self.server)
        try:
            writer.write(self.call.request)
            return await read_message(reader)
        finally:
            writer.close()

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def hang(self) -> None:
        """Say nothing until the client goes away."""
        while await self.reader.read(1024):
            pass

    def close(self) -> None:
        self.writer.close()

    def reset(self) -> None:
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.writer.transport.abort()


class Fault(Protocol):
    """What becomes of one call."""

    async def strike(self, exchange: Exchange) -> None: ...


class Pass(Struct, frozen=True):
    async def strike(self, exchange: Exchange) -> None:
        await exchange.send(await exchange.forward())


PASS = Pass()


class Slow(Struct, frozen=True):
    """The server does it at once, its answer arrives `latency` after the request."""

    latency: Latency

    async def strike(self, exchange: Exchange) -> None:
        answer, _ = await asyncio.gather(exchange.forward(), asyncio.sleep(self.latency.draw()))
        await exchange.send(answer)


class Hang(Struct, frozen=True):
    """Silence; with `after_headers` the answer's head comes and its body never does."""

    after_headers: bool = False
    done: bool = False

    async def strike(self, exchange: Exchange) -> None:
        answer = await exchange.forward() if self.done or self.after_headers else b""
        if self.after_headers:
            await exchange.send(answer.partition(HEAD_END)[0] + HEAD_END)
        await exchange.hang()


class Trickle(Struct, frozen=True):
    """The answer comes at `bytes_per_second`, byte by byte."""

    bytes_per_second: float = 1.0

    async def strike(self, exchange: Exchange) -> None:
        for byte in await exchange.forward():
            await exchange.send(bytes((byte,)))
            await asyncio.sleep(1 / self.bytes_per_second)


class Reset(Struct, frozen=True):
    """RST; with `midway` after half of the answer."""

    done: bool = False
    midway: bool = False

    async def strike(self, exchange: Exchange) -> None:
        answer = await exchange.forward() if self.done or self.midway else b""
        if self.midway:
            await exchange.send(answer[: len(answer) // 2])
        exchange.reset()


class Close(Struct, frozen=True):
    """An orderly end of the connection where an answer should be."""

    done: bool = False

    async def strike(self, exchange: Exchange) -> None:
        if self.done:
            await exchange.forward()
        exchange.close()


class Status(Struct, frozen=True):
    """An HTTP status instead of the answer, the connection stays open."""

    code: int
    body: bytes = b""
    headers: tuple[str, ...] = ("Content-Type: text/html",)
    done: bool = False

    async def strike(self, exchange: Exchange) -> None:
        if self.done:
            await exchange.forward()
        await exchange.send(message(f"{self.code} {HTTPStatus(self.code).phrase}", self.body, self.headers))


class Garbage(Struct, frozen=True):
    """Noise as the body of a 200, or, not `framed`, noise where HTTP should be."""

    framed: bool = True
    done: bool = False
    size: int = 200

    async def strike(self, exchange: Exchange) -> None:
        if self.done:
            await exchange.forward()
        noise = random.Random(exchange.call.number).randbytes(self.size)  # noqa: S311 - repeatable, not secret
        await exchange.send(message("200 OK", noise, JSON) if self.framed else noise)
        if not self.framed:
            exchange.close()


class TruncatedJson(Struct, frozen=True):
    """Half of the answer's body under a head that promises no more than that."""

    async def strike(self, exchange: Exchange) -> None:
        body = (await exchange.forward()).partition(HEAD_END)[2]
        await exchange.send(message("200 OK", body[: len(body) // 2], JSON))


Faults = Fault | Iterable[Fault] | Callable[[Call], Fault]


def chooser(faults: Faults) -> Callable[[Call], Fault]:
    """One fault for every call, a schedule, or a function: all as a function."""
    if hasattr(faults, "strike"):
        return lambda _call: faults
    if callable(faults):
        return faults
    rows = iter(faults)
    return lambda _call: next(rows, PASS)


class FaultProxy:
    """`url` is for the clients; what happens to their calls can be changed at any time."""

    def __init__(self, server_url: str, faults: Faults = PASS, *, port: int = 0) -> None:
        self.lead_to(server_url)
        self._port = port
        self.use(faults)
        self.calls = 0
        self.counts: Counter[str] = Counter()
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._hearing = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", self._port), backlog=BACKLOG)
        self._socket.setblocking(False)
        self.address: tuple[str, int] = self._socket.getsockname()
        self.url = f"http://127.0.0.1:{self.address[1]}"
        self._hearing.set()
        self._door = asyncio.create_task(self._accept())
        return self

    async def __aexit__(self, *error: object) -> None:
        self._door.cancel()
        await asyncio.gather(self._door, return_exceptions=True)
        await self.hang_up()
        self._socket.close()

    def use(self, faults: Faults) -> None:
        """From the next call on."""
        self._choose = chooser(faults)

    def lead_to(self, server_url: str) -> None:
        """Another server from the next call on: the one behind was restarted elsewhere."""
        parts = urlsplit(server_url)
        self._server = (parts.hostname or "", parts.port or 80)

    async def hang_up(self) -> None:
        """End every open connection, as a server does that is restarted."""
        tasks = list(self._connections)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @contextlib.asynccontextmanager
    async def deaf(self) -> AsyncIterator[None]:
        """Nobody accepts: a connect hangs until the end of the block, and comes late even then.

        The queue of the kernel is made one short and filled by a connection of our own; a SYN that finds it full
        is dropped and repeated by the client's kernel after 1, 3, 7 s.
        """
        self._hearing.clear()
        await self.hang_up()
        self._socket.listen(0)
        plugs = []
        for _ in range(2):  # the door takes the first and waits with it
            plugs.append(socket.create_connection(self.address))
            await asyncio.sleep(0.01)
        self.counts["deaf"] += 1
        try:
            yield
        finally:
            for plug in plugs:
                plug.close()
            self._socket.listen(BACKLOG)
            self._hearing.set()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(self._socket)
            try:
                await self._hearing.wait()
                reader, writer = await asyncio.open_connection(sock=connection, limit=2**20)
            except asyncio.CancelledError:
                connection.close()
                raise
            task = asyncio.create_task(self._serve(reader, writer))
            self._connections[task] = writer
            task.add_done_callback(lambda done: self._connections.pop(done).close())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while not writer.is_closing():
                call = Call(self.calls, await read_message(reader))
                self.calls += 1
                fault = self._choose(call)
                self.counts[type(fault).__name__] += 1
                await fault.strike(Exchange(call, self._server, reader, writer))


async def read_message(reader: asyncio.StreamReader) -> bytes:
    """One HTTP/1.1 message of a known length, head and body."""
    head = await reader.readuntil(HEAD_END)
    fields = dict(row.split(": ", 1) for row in head.decode("latin-1").lower().split("\r\n")[1:-2])
    return head + await reader.readexactly(int(fields.get("content-length", 0)))


def message(status: str, body: bytes, headers: Iterable[str]) -> bytes:
    rows = (f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}")
    return "\r\n".join(rows).encode() + HEAD_END + body
