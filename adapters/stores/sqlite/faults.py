"""What SQLite's errors mean to a caller, and which of them end this process's trust in its file."""

import sqlite3
from asyncio import AbstractEventLoop
from collections.abc import Callable
from threading import Lock

from gateway.errors import StoreError, StoreUnavailable

PRIMARY = 0xFF  # the low byte of an extended result code (sqlite.org/rescode.html)


def is_fatal(error: sqlite3.Error) -> bool:
    """An I/O error. After a failed fsync the kernel may have dropped the pages and calls them clean.

    SHMSIZE is the one that a full disk causes as well: the index beside the WAL could not grow.
    """
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & PRIMARY == sqlite3.SQLITE_IOERR and code != sqlite3.SQLITE_IOERR_SHMSIZE


class Faults:
    """Shared by the reading and the writing thread; once fatal, everything is refused until a new process."""

    def __init__(self, loop: AbstractEventLoop, on_fatal: Callable[[StoreError], None]) -> None:
        self._loop = loop
        self._on_fatal = on_fatal
        self._lock = Lock()
        self.fatal: sqlite3.Error | None = None

    def check(self) -> None:
        """Raises `StoreUnavailable` once the file is not to be trusted."""
        if self.fatal is not None:
            raise refusal(self.fatal) from self.fatal

    def note(self, error: sqlite3.Error) -> None:
        """Called from any thread; tells the daemon of the first fatal error."""
        if not is_fatal(error):
            return
        with self._lock:
            first, self.fatal = self.fatal is None, self.fatal or error
        if first:
            self._loop.call_soon_threadsafe(self._on_fatal, refusal(error))


def refusal(error: sqlite3.Error) -> StoreUnavailable:
    """A new one for every caller, as each adds its own traceback."""
    unavailable = StoreUnavailable(f"{getattr(error, 'sqlite_errorname', 'SQLite')}: {error}")
    unavailable.__cause__ = error
    return unavailable
