"""Printers as device files: /dev/usb/lp0 of the kernel's usblp, which reads and writes without libusb."""

import asyncio
import contextlib
import os
import stat
from collections.abc import Callable

from adapters.printers.channel import Channel, Link

READ_SIZE = 64


class DeviceFileLink:
    """The character device at `path`. `allow_plain_file` takes an existing plain file too: a test, or a spool."""

    def __init__(self, path: str, *, allow_plain_file: bool = False) -> None:
        self._path = path
        self._allow_plain_file = allow_plain_file

    async def open(self) -> Channel:
        # Without O_CREAT: a printer unplugged has no node, and a file in its place would swallow slips.
        descriptor = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_APPEND)
        device = stat.S_ISCHR(os.fstat(descriptor).st_mode)
        if not device and not self._allow_plain_file:
            os.close(descriptor)
            raise OSError(f"{self._path} is no device")
        return _DeviceChannel(descriptor) if device else _PlainFile(descriptor)


class _PlainFile:
    """Takes everything, says nothing."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    async def write(self, data: bytes) -> None:
        os.write(self._descriptor, data)

    async def read(self, seconds: float) -> bytes:
        await asyncio.sleep(seconds)
        return b""

    async def finish(self) -> None:
        os.fsync(self._descriptor)

    async def close(self) -> None:
        os.close(self._descriptor)


class _DeviceChannel:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()

    async def write(self, data: bytes) -> None:
        rest = data
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                await self._ready(self._loop.add_writer, self._loop.remove_writer)

    async def read(self, seconds: float) -> bytes:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await self._read()
        return b""

    async def _read(self) -> bytes:
        while True:
            try:
                said = os.read(self._descriptor, READ_SIZE)
            except BlockingIOError:
                await self._ready(self._loop.add_reader, self._loop.remove_reader)
                continue
            if not said:
                raise OSError("the printer is gone")
            return said

    async def _ready(self, watch: Callable[..., None], forget: Callable[[int], object]) -> None:
        event = asyncio.Event()
        watch(self._descriptor, event.set)
        try:
            await event.wait()
        finally:
            forget(self._descriptor)

    async def finish(self) -> None:
        """Nothing: the device takes what was written before it is let go."""

    async def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._descriptor)


_: type[Link] = DeviceFileLink
