"""Group commit: whoever waits while a transaction is under way shares the next one.

How this works. Callers leave a change and a future. One task takes everything that waits and writes it in one
transaction on its own connection, a statement per table with the rows of all: one fsync and a handful of round
trips, however many they are. Two changes that touch the same thing never share a transaction; the later one
waits for the next. A stale record is its caller's alone: the others are written again without it.
"""

from asyncio import Event, Future, create_task, get_running_loop
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from adapters.stores.postgres.faults import AWAY, DEADLOCK, OF_THE_CALLER, refusal
from adapters.stores.postgres.opening import Connection
from adapters.stores.postgres.writing import Prepared, write
from gateway.errors import Conflict, StoreError, StoreUnavailable

MOST = 500
"""Changes in one transaction: it should not hold its locks for long."""


MOST_DEADLOCKS = 5
"""Batches of two gateways may wait for each other's rows; the server ends one of them after a second."""


@dataclass(slots=True)
class Waiting:
    change: Prepared
    future: Future[None]
    error: StoreError | None = None


class Stale(Exception):
    """Rolls a transaction back; `keys` are the records that have moved on."""

    def __init__(self, keys: frozenset[str]) -> None:
        super().__init__()
        self.keys = keys


class Gathering:
    """Owns the connection that commits. One that failed is thrown away, the next batch opens another."""

    def __init__(self, connect: Callable[[], Awaitable[Connection]]) -> None:
        self._connect = connect
        self._connection: Connection = None
        self._waiting: list[Waiting] = []
        self._rung = Event()
        self._closed = False
        self._task = create_task(self._work(), name="postgres-writer")

    async def run(self, change: Prepared) -> None:
        """Committed when it returns. Raises `StoreUnavailable`, `Conflict`."""
        if self._closed:
            raise StoreUnavailable("the store is closed")
        future: Future[None] = get_running_loop().create_future()
        self._waiting.append(Waiting(change, future))
        self._rung.set()
        await future

    async def pulse(self) -> None:
        """Never returns once the task that writes has died."""
        if self._task.done():
            await get_running_loop().create_future()

    def is_own(self, pid: int) -> bool:
        """Whether the server's process of this number is the one behind our connection."""
        return self._connection is not None and self._connection.get_server_pid() == pid

    async def close(self) -> None:
        """What was handed in before is still written."""
        self._closed = True
        self._rung.set()
        await self._task

    async def _work(self) -> None:
        while self._waiting or not self._closed:
            await self._rung.wait()
            self._rung.clear()
            while self._waiting:
                batch = self._take()
                await self._store(batch)
                _deliver(batch)
        self._drop_connection()

    def _take(self) -> list[Waiting]:
        """In the order they came; what touches the same as an earlier one stays behind it."""
        taken: list[Waiting] = []
        left: list[Waiting] = []
        keys: set[str] = set()
        for waiting in self._waiting:
            free = len(taken) < MOST and keys.isdisjoint(waiting.change.keys)
            (taken if free else left).append(waiting)
            keys |= waiting.change.keys
        self._waiting = left
        if left:
            self._rung.set()
        return taken

    async def _store(self, batch: list[Waiting]) -> None:
        """An error of the way to the server refuses all of them."""
        try:
            await self._settle(await self._connected(), batch)
        except AWAY as error:
            self._drop_connection()
            for waiting in batch:
                waiting.error = refusal(error)

    async def _settle(self, connection: Connection, batch: list[Waiting]) -> None:
        deadlocks = 0
        while batch:
            try:
                await _transact(connection, batch)
            except Stale as stale:
                batch = _without_stale(batch, stale.keys)
            except DEADLOCK:
                deadlocks += 1
                if deadlocks == MOST_DEADLOCKS:
                    raise
            except OF_THE_CALLER as error:
                await self._settle_alone(connection, batch, error)
                return
            else:
                return

    async def _settle_alone(self, connection: Connection, batch: list[Waiting], error: Exception) -> None:
        """One of them cannot be written at all; each alone, so that it is the only one."""
        if len(batch) == 1:
            batch[0].error = refusal(error)
            return
        for waiting in batch:
            await self._settle(connection, [waiting])

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
        return self._connection

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        with suppress(*AWAY):
            if connection is not None:
                connection.terminate()


async def _transact(connection: Connection, batch: list[Waiting]) -> None:
    async with connection.transaction():
        stale = await write(connection, [waiting.change for waiting in batch])
        if stale:
            raise Stale(stale)


def _without_stale(batch: list[Waiting], keys: frozenset[str]) -> list[Waiting]:
    for waiting in batch:
        if stale := waiting.change.keys & keys:
            waiting.error = Conflict(f"changed since it was read: {', '.join(sorted(stale))}")
    return [waiting for waiting in batch if waiting.error is None]


def _deliver(batch: list[Waiting]) -> None:
    """A future that is done already belongs to a caller that was cancelled."""
    for waiting in batch:
        if waiting.future.done():
            continue
        if waiting.error is None:
            waiting.future.set_result(None)
        else:
            waiting.future.set_exception(waiting.error)
