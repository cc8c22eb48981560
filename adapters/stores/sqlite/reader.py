"""One thread that reads: it sees every commit that has returned, and never waits for the writer."""

import sqlite3
from asyncio import AbstractEventLoop, to_thread
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from sqlite3 import Connection
from typing import TypeVar

from adapters.stores.sqlite.faults import Faults, refusal
from gateway.errors import StoreUnavailable

Result = TypeVar("Result")


class Reader:
    """Owns the connection that only reads."""

    def __init__(self, connection: Connection, loop: AbstractEventLoop, faults: Faults) -> None:
        self._connection = connection
        self._loop = loop
        self._faults = faults
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite-reader")
        self._closed = False

    async def run(self, query: Callable[[Connection], Result]) -> Result:
        """Raises `StoreUnavailable` when the file cannot be read."""
        self._faults.check()
        if self._closed:
            raise StoreUnavailable("the store is closed")
        try:
            return await self._loop.run_in_executor(self._thread, query, self._connection)
        except sqlite3.Error as error:
            self._faults.note(error)
            raise refusal(error) from error

    async def close(self) -> None:
        """Questions asked before are still answered."""
        self._closed = True
        await to_thread(self._thread.shutdown)
        self._connection.close()
