"""A printer that exists only in this process, on TCP or a pseudo-terminal, with every bad habit real ones have.

It proves the transport: what arrives, when, and what is made of its answers. Whether the bytes print what they
should is judged by something we did not write (tests/integration/test_emupos.py).
"""

import asyncio
import contextlib
import os
import pty
import socket
import struct
import tty
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum

from adapters.printers.simulated_stream import UnknownCommand, commands

READ_SIZE = 256
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER for no time: close() sends RST


class Condition(Enum):
    """What DLE EOT 1, 2, 3 and 4 are answered with."""

    READY = b"\x12\x12\x12\x12"
    NEAR_END = b"\x12\x12\x12\x1e"
    PAPER_OUT = b"\x1a\x32\x12\x7e"
    COVER_OPEN = b"\x1a\x16\x12\x12"
    OFFLINE = b"\x1a\x12\x12\x12"

    @property
    def prints(self) -> bool:
        return self in {Condition.READY, Condition.NEAR_END}


class SimulatedPrinter:
    """Its habits are attributes, to be changed at any time; `paper` are the commands it has worked through."""

    def __init__(self) -> None:
        self.condition = Condition.READY
        self.answers = True
        self.confirms = True
        self.garbage = b""  # said instead of every answer
        self.unasked = b""  # said before every answer: status nobody asked for, flow control
        self.stops_after: int | None = None  # bytes of all jobs; then it reads nothing more
        self.resets_after: int | None = None  # bytes of all jobs; then the connection breaks
        self.paper_ends_after: int | None = None  # bytes of all jobs; then it holds what comes until `new_roll`
        self.bytes_per_second: float | None = None  # no faster than that does it take what comes
        self.taken = 0
        self.paper = b""
        self.unknown: list[str] = []  # bytes it did not understand
        self._held = b""

    def take(self, data: bytes) -> bytes:
        """What it says to `data`. Status is told at once; printing and GS r wait for paper."""
        self.taken += len(data)
        self._held += data
        if self.paper_ends_after is not None and self.taken >= self.paper_ends_after:
            self.condition = Condition.PAPER_OUT
        if self.condition.prints:
            return self._work_through()
        said = b"".join(self._status(self._held[at + 2]) for at in _questions(data, self._held))
        self._held = b"" if _only_questions(self._held) else self._held
        return said

    def new_roll(self) -> None:
        """Somebody put paper in: what was held is printed now."""
        self.condition, self.paper_ends_after = Condition.READY, None
        self._work_through()

    def power_cut(self) -> None:
        """Somebody pulled the plug and put it back: what was not on paper yet is gone."""
        self.condition, self._held = Condition.READY, b""

    def pause(self, data: bytes) -> float:
        """Seconds until it takes more than this `data`."""
        return len(data) / self.bytes_per_second if self.bytes_per_second else 0.0

    def _work_through(self) -> bytes:
        try:
            whole, self._held = commands(self._held)
        except UnknownCommand as error:
            self.unknown.append(str(error))
            self._held = b""
            return b""
        return b"".join(self._work(command) for command in whole)

    def _work(self, command: bytes) -> bytes:
        if command.startswith(b"\x10\x04"):
            return self._status(command[2])
        if command.startswith(b"\x1dr"):
            return self._say(b"\x00") if self.confirms else self.unasked
        self.paper += command
        return b""

    def _status(self, number: int) -> bytes:
        return self._say(self.condition.value[number - 1 : number])

    def _say(self, answer: bytes) -> bytes:
        if not self.answers:
            return b""
        return self.garbage or self.unasked + answer

    @property
    def stuck(self) -> bool:
        return self.stops_after is not None and self.taken >= self.stops_after

    @property
    def broken(self) -> bool:
        return self.resets_after is not None and self.taken >= self.resets_after


def _questions(data: bytes, held: bytes) -> list[int]:
    """Places in `held` where a DLE EOT ends inside the new `data`."""
    first = max(0, len(held) - len(data) - 2)
    return [at for at in range(first, len(held) - 2) if held[at : at + 2] == b"\x10\x04"]


def _only_questions(held: bytes) -> bool:
    return all(command.startswith(b"\x10\x04") for command in commands(held)[0]) and not commands(held)[1]


@asynccontextmanager
async def on_tcp(printer: SimulatedPrinter) -> AsyncIterator[str]:
    """Gives `host:port`. One client at a time, as in most network printers."""
    turn = asyncio.Lock()
    clients: dict[StreamWriter, asyncio.Task[None] | None] = {}

    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        clients[writer] = asyncio.current_task()
        with contextlib.suppress(OSError):
            async with turn:
                await _converse(printer, reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=READ_SIZE)
    listening = server.sockets[0]
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    host, port = listening.getsockname()
    try:
        yield f"{host}:{port}"
    finally:
        server.close()
        for writer, task in clients.items():
            writer.transport.abort()
            if task:
                task.cancel()
        await asyncio.gather(*filter(None, clients.values()), return_exceptions=True)


async def _converse(printer: SimulatedPrinter, reader: StreamReader, writer: StreamWriter) -> None:
    while data := await reader.read(READ_SIZE):
        writer.write(printer.take(data))
        if printer.broken:
            connection: socket.socket = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            writer.transport.abort()
            return
        if printer.stuck:
            await asyncio.Event().wait()  # until the simulator goes
        await asyncio.sleep(printer.pause(data))


@asynccontextmanager
async def on_pty(printer: SimulatedPrinter) -> AsyncIterator[str]:
    """Gives the path of a terminal that stands for a serial line, or for /dev/usb/lp0."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    loop = asyncio.get_running_loop()

    def hang_up() -> None:
        nonlocal master
        if master >= 0:
            loop.remove_reader(master)
            os.close(master)
        master = -1

    def receive() -> None:
        taken = b""
        with contextlib.suppress(OSError):
            taken = os.read(master, READ_SIZE)
            os.write(master, printer.take(taken))
        if printer.broken:
            hang_up()
        elif printer.stuck:
            loop.remove_reader(master)
        elif pause := printer.pause(taken):
            loop.remove_reader(master)
            loop.call_later(pause, listen)

    def listen() -> None:
        if master >= 0:
            loop.add_reader(master, receive)

    listen()
    try:
        yield os.ttyname(slave)
    finally:
        hang_up()
        os.close(slave)
