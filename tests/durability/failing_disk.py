"""An SQLite store whose disk refuses one statement of the writer, the N-th, as SQLite reports it."""

import sqlite3
from typing import Any

from durability.stage import Stage

from adapters.stores.sqlite.store import SqliteStore

FULL = ("SQLITE_FULL", sqlite3.SQLITE_FULL)
FSYNC_FAILED = ("SQLITE_IOERR_FSYNC", sqlite3.SQLITE_IOERR_FSYNC)
WRITE_FAILED = ("SQLITE_IOERR_WRITE", sqlite3.SQLITE_IOERR_WRITE)


class FailingConnection:
    """The writer's connection. From the `at`-th statement on it refuses `times` of them."""

    def __init__(self, connection: sqlite3.Connection, error: tuple[str, int], at: int, times: int) -> None:
        self._connection = connection
        self._error = error
        self._left = at
        self._times = times
        self.failed = 0

    def execute(self, statement: str, *given: Any) -> sqlite3.Cursor:
        self._check(statement)
        return self._connection.execute(statement, *given)

    def executemany(self, statement: str, rows: Any) -> sqlite3.Cursor:
        self._check(statement)
        return self._connection.executemany(statement, rows)

    def _check(self, statement: str) -> None:
        if statement.lstrip().upper().startswith("ROLLBACK"):
            return  # not a write
        self._left -= 1
        if self._left < 0 and self.failed < self._times:
            self.failed += 1
            name, code = self._error
            error = sqlite3.OperationalError(name)
            error.sqlite_errorname, error.sqlite_errorcode = name, code
            raise error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def failing(stage: Stage, error: tuple[str, int], at: int, times: int = 1) -> FailingConnection:
    """Put it under the stage's store, before the store is used."""
    store = stage.durable
    assert isinstance(store, SqliteStore)
    connection = FailingConnection(store._writer._connection, error, at, times)
    store._writer._connection = connection  # type: ignore[assignment]
    return connection
