"""Printers on the network: raw TCP, mostly port 9100."""

import asyncio
import contextlib
import socket
from asyncio import StreamReader, StreamWriter

from adapters.printers.channel import Channel, Link

READ_SIZE = 64
SEND_BUFFER = 8192  # bytes; the kernel would take megabytes and make a printer that stands still look fast
FINISH_SECONDS = 1.0


class NetworkLink:
    """A printer at `host:port`."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port

    async def open(self) -> Channel:
        reader, writer = await self._connected()
        # With the usual buffer of 64 KiB `drain` would return before the printer has taken a byte.
        writer.transport.set_write_buffer_limits(high=0)
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        return _NetworkChannel(reader, writer)

    async def _connected(self) -> tuple[StreamReader, StreamWriter]:
        """Raises OSError, also for a host that cannot be a name: nobody answers there either."""
        try:
            return await asyncio.open_connection(self._host, self._port)
        except UnicodeError as error:
            raise OSError(f"{self._host}: no such host") from error


class _NetworkChannel:
    def __init__(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def read(self, seconds: float) -> bytes:
        try:
            async with asyncio.timeout(seconds):
                said = await self._reader.read(READ_SIZE)
        except TimeoutError:
            return b""
        if not said:
            raise ConnectionResetError("the printer closed the connection")
        return said

    async def finish(self) -> None:
        """Half-close and listen to the end: closing with unread input resets TCP, and the tail may be lost."""
        if self._writer.can_write_eof():
            self._writer.write_eof()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FINISH_SECONDS):
                while await self._reader.read(READ_SIZE):
                    pass

    async def close(self) -> None:
        if self._writer.transport.get_write_buffer_size():
            self._writer.transport.abort()  # it takes no bytes any more: nothing to wait for
        with contextlib.suppress(OSError):
            self._writer.close()
            async with asyncio.timeout(FINISH_SECONDS):
                await self._writer.wait_closed()
        self._writer.transport.abort()


_: type[Link] = NetworkLink
