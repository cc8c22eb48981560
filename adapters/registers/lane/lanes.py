"""What all lanes share: the addresses of tills, and which connections are open."""

import asyncio
from collections.abc import Awaitable, Callable

from adapters.registers.lane.wire import Arrived, Written

Serve = Callable[[Arrived], Awaitable[Written]]
"""Answers a request that came whole."""

MOST = 100
"""Addresses learnt: a stranger who makes up prefixes fills no memory."""


class Lanes:
    """`noticed` hears what each client calls itself."""

    def __init__(self, noticed: Callable[[str], None] = lambda _client: None) -> None:
        self.noticed = noticed
        self.open: set[asyncio.Protocol] = set()
        self.busy: set[asyncio.Task[None]] = set()
        self.is_closing = False
        self._served: dict[bytes, Serve] = {}

    def learn(self, target: str, serve: Serve) -> None:
        """aiohttp has found who serves this address: from now on it need not be asked."""
        if target.isascii() and len(self._served) < MOST:
            self._served.setdefault(target.encode("ascii"), serve)

    def served(self, target: bytes) -> Serve | None:
        return self._served.get(target)
