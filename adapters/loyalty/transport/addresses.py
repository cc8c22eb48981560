"""Where a name leads: asked once for all who connect at the same time, and believed for some seconds."""

import asyncio
import ipaddress
import time
from socket import AF_INET, AF_INET6, IPPROTO_TCP, SOCK_STREAM

Found = list[tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]]

BELIEVED_SECONDS = 10.0
"""A server that moves is found again within this; a burst of connections costs one question."""


class Addresses:
    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._numeric = _numeric(host, port)
        self._until = 0.0
        self._looking: asyncio.Task[Found] | None = None

    async def find(self) -> Found:
        """Raises `OSError` when the name leads nowhere."""
        if self._numeric:
            return self._numeric
        if self._looking is None or (self._looking.done() and time.monotonic() >= self._until):
            self._looking = asyncio.get_running_loop().create_task(self._look())
        return await asyncio.shield(self._looking)

    async def _look(self) -> Found:
        self._until = 0.0
        found = await asyncio.get_running_loop().getaddrinfo(self._host, self._port, type=SOCK_STREAM)
        self._until = time.monotonic() + BELIEVED_SECONDS
        return [*found]


def _numeric(host: str, port: int) -> Found:
    """An address needs no lookup; empty for a name."""
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        return []
    if version == 4:  # noqa: PLR2004 - of IP
        return [(AF_INET, SOCK_STREAM, IPPROTO_TCP, "", (host, port))]
    return [(AF_INET6, SOCK_STREAM, IPPROTO_TCP, "", (host, port, 0, 0))]
