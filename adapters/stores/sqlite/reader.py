"""One thread that reads: it sees every commit that has returned, and never waits for the writer."""

import sqlite3
from asyncio import AbstractEventLoop, Future, to_thread
from collections.abc import Callable
from queue import SimpleQueue
from sqlite3 import Connection
from threading import Thread
from typing import Any, TypeVar

from adapters.stores.sqlite.faults import Faults, refusal
from gateway.errors import StoreUnavailable

Result = TypeVar("Result")
Question = tuple[Callable[[Connection], Any], "Future[Any]"]


class Reader:
    """Owns the connection that only reads. A queue and one call back: a pool's thread costs twice as much."""

    def __init__(self, connection: Connection, loop: AbstractEventLoop, faults: Faults) -> None:
        self._connection = connection
        self._loop = loop
        self._faults = faults
        self._queue: SimpleQueue[Question | None] = SimpleQueue()
        self._closed = False
        self._thread = Thread(target=self._work, name="sqlite-reader", daemon=True)
        self._thread.start()

    async def run(self, query: Callable[[Connection], Result]) -> Result:
        """Raises `StoreUnavailable` when the file cannot be read."""
        self._faults.check()
        if self._closed:
            raise StoreUnavailable("the store is closed")
        answer: Future[Result] = self._loop.create_future()
        self._queue.put((query, answer))
        try:
            return await answer
        except sqlite3.Error as error:
            self._faults.note(error)
            raise refusal(error) from error

    async def close(self) -> None:
        """Questions asked before are still answered."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await to_thread(self._thread.join)
        self._connection.close()

    def _work(self) -> None:
        while (question := self._queue.get()) is not None:
            query, answer = question
            try:
                found = query(self._connection)
            except Exception as error:  # noqa: BLE001 - its caller's to hear; the thread serves the others
                self._loop.call_soon_threadsafe(_deliver, answer, None, error)
            else:
                self._loop.call_soon_threadsafe(_deliver, answer, found, None)


def _deliver(answer: "Future[Any]", found: object, error: Exception | None) -> None:
    """On the event loop. A future that is done already belongs to a caller that was cancelled."""
    if answer.done():
        return
    if error is None:
        answer.set_result(found)
    else:
        answer.set_exception(error)
