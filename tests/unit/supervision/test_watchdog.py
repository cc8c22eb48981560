"""Signs of life stop when the store's writer or a lane of the outbox is stuck, each for itself."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fatal_errors import no_fatal_error

from adapters.stores.memory import MemoryStore
from adapters.stores.sqlite import open_sqlite
from gateway.clock import SystemClock
from gateway.domain.sale_record import Terms
from gateway.domain.work import Lane
from gateway.observability.metrics import Metrics
from gateway.ports import Store
from gateway.services.outbox import Outbox
from gateway.services.records import Records
from gateway.supervision.notify import Notify
from gateway.supervision.watchdog import Watchdog

SECONDS = 0.3
"""Of the watchdog: three signs of life in each."""


class Systemd:
    def __init__(self, path: str) -> None:
        self.channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.channel.bind(path)
        self.channel.setblocking(False)

    async def next_sign(self) -> bool:
        """Whether a sign of life comes within three time-outs; what came before does not count."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self.channel.recv(4096)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(3 * SECONDS):
                while await asyncio.get_running_loop().sock_recv(self.channel, 4096) != b"WATCHDOG=1":
                    pass
                return True
        return False


@pytest.fixture
async def systemd(tmp_path: Path) -> AsyncIterator[Systemd]:
    systemd = Systemd(str(tmp_path / "notify"))
    yield systemd
    systemd.channel.close()


@contextlib.asynccontextmanager
async def watched(systemd: Systemd, store: Store, *lanes: Lane) -> AsyncIterator[list[asyncio.Task[None]]]:
    notify = Notify({"NOTIFY_SOCKET": systemd.channel.getsockname(), "WATCHDOG_USEC": str(int(SECONDS * 1e6))})
    outbox = Outbox(Records(store, SystemClock(), Terms()), Metrics(), 2)
    outbox.serve({})
    feeding = asyncio.create_task(Watchdog(notify, store, outbox).feed())
    running = [asyncio.create_task(outbox.run(lane)) for lane in lanes]
    try:
        yield running
    finally:
        for task in (feeding, *running):
            task.cancel()
        await asyncio.gather(feeding, *running, return_exceptions=True)


async def test_signs_of_life_come_while_all_moves(systemd: Systemd) -> None:
    async with watched(systemd, MemoryStore(), Lane.SALES, Lane.POPUPS):
        assert await systemd.next_sign()
        assert await systemd.next_sign()


async def test_a_stuck_writer_stops_them_and_a_free_one_brings_them_back(systemd: Systemd, tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path / "gateway.sqlite", on_fatal=no_fatal_error)
    free = threading.Event()
    async with watched(systemd, store):
        assert await systemd.next_sign()
        stuck = asyncio.create_task(store._writer.run(lambda _connection: free.wait()))  # as a dead disk does
        await asyncio.sleep(2 * SECONDS)
        assert not await systemd.next_sign()
        free.set()
        await stuck
        assert await systemd.next_sign()
    await store.close()


async def test_a_store_that_refuses_is_alive(systemd: Systemd, tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path / "gateway.sqlite", on_fatal=no_fatal_error)
    await store.close()  # every call is refused from now on
    async with watched(systemd, store):
        assert await systemd.next_sign()


async def test_a_lane_that_looks_no_more_stops_them(systemd: Systemd) -> None:
    async with watched(systemd, MemoryStore(), Lane.SALES, Lane.POPUPS) as lanes:
        assert await systemd.next_sign()
        lanes[1].cancel()
        await asyncio.sleep(1 + 2 * SECONDS)  # a lane may rest for a second
        assert not await systemd.next_sign()
