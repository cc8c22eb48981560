"""Printers on a serial line, through pyserial in a thread of its own: each call is bounded by a time-out."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import serial

from adapters.printers.channel import Channel, Link

READ_SIZE = 64
PIECE_SECONDS = 0.05  # the thread comes up for air, so that closing never waits long for a read
Result = TypeVar("Result")


class SerialLink:
    """A printer at device `path`. `stalled`: seconds a write may block before it counts as broken."""

    def __init__(self, path: str, *, baud: int, flow_control: str, stalled: float) -> None:
        self._open = lambda: serial.Serial(
            path,
            baudrate=baud,
            timeout=PIECE_SECONDS,
            write_timeout=stalled,
            xonxoff=flow_control == "xonxoff",
            rtscts=flow_control == "rtscts",
            exclusive=True,
        )

    async def open(self) -> Channel:
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="serial-printer")
        try:
            port = await _run(thread, self._open)
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return _SerialChannel(port, thread)


class _SerialChannel:
    def __init__(self, port: Any, thread: ThreadPoolExecutor) -> None:
        self._port = port
        self._thread = thread

    async def write(self, data: bytes) -> None:
        try:
            await _run(self._thread, lambda: self._port.write(data))
        except serial.SerialTimeoutException as error:
            raise TimeoutError("the printer takes no bytes") from error

    async def read(self, seconds: float) -> bytes:
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            said: bytes = await _run(self._thread, self._read_piece)
            if said or asyncio.get_running_loop().time() >= deadline:
                return said

    def _read_piece(self) -> bytes:
        first: bytes = self._port.read(1)
        return first + self._port.read(min(self._port.in_waiting, READ_SIZE)) if first else b""

    async def finish(self) -> None:
        """Nothing: the kernel sends what it holds before it lets the device go."""

    async def close(self) -> None:
        """In the same thread, after whatever still runs there."""
        with contextlib.suppress(OSError):
            await _run(self._thread, self._port.close)
        self._thread.shutdown(wait=False)


async def _run(thread: ThreadPoolExecutor, call: Callable[[], Result]) -> Result:
    return await asyncio.get_running_loop().run_in_executor(thread, call)


_: type[Link] = SerialLink
