"""One thread that writes: whoever waits while a transaction is synced shares the next one.

How this works. Callers put a change or a job, and a future, into a queue. The thread takes everything that waits,
writes the changes and runs the jobs in one transaction and commits: one fsync for all. Then it hands all results to
the event loop in one call.
What fails undoes itself alone: all is done again, each in a savepoint of its own; so a job may run twice.
No timer collects callers: a lone one waits for its own fsync only, and the slower the disk, the more callers
gather behind it.
"""

import sqlite3
from asyncio import AbstractEventLoop, Future, to_thread
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from sqlite3 import Connection
from threading import Thread
from typing import Any, TypeVar

from adapters.stores.sqlite import writing
from adapters.stores.sqlite.faults import Faults, refusal
from adapters.stores.sqlite.queries import QUERIES
from gateway.domain.change import Change
from gateway.errors import GatewayError, StoreUnavailable

Result = TypeVar("Result")

CHECKPOINT_ROWS = 1000  # at about a page a row SQLite's own 1000 pages, 4 MB of WAL


@dataclass(slots=True)
class Waiting:
    """A caller's job, or a change to be written; `error` or `result` is set once that is done."""

    job: Callable[[Connection], Any] | Change
    future: Future[Any] = field(repr=False)
    result: Any = None
    error: Exception | None = None


class Writer:
    """Owns the only connection that writes; closes it at the end of its thread."""

    def __init__(self, connection: Connection, loop: AbstractEventLoop, faults: Faults) -> None:
        self._connection = connection
        self._loop = loop
        self._faults = faults
        self._queue: SimpleQueue[Waiting | None] = SimpleQueue()
        self._closed = False
        self._rows_at_checkpoint = connection.total_changes
        self._thread = Thread(target=self._work, name="sqlite-writer", daemon=True)
        self._thread.start()

    async def run(self, job: Callable[[Connection], Result]) -> Result:
        """The job's result once it is on disk. Its own error undoes the job alone.

        Raises `StoreUnavailable` when the transaction it was part of was not stored. A caller that is
        cancelled no longer learns what became of its job.
        """
        return await self._done(job)  # type: ignore[no-any-return]

    async def commit(self, change: Change) -> None:
        """On disk when it returns. As `run`; raises `Conflict` too."""
        await self._done(change)

    async def _done(self, what: Callable[[Connection], Any] | Change) -> Any:
        self._faults.check()
        if self._closed:
            raise StoreUnavailable("the store is closed")
        future: Future[Any] = self._loop.create_future()
        self._queue.put(Waiting(what, future))
        try:
            return await future
        finally:
            del future  # an error in it would hold this frame, and the frame the error, until the collector comes

    async def close(self) -> None:
        """What was handed in before is still written."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await to_thread(self._thread.join)

    def _work(self) -> None:
        open_ = True
        while open_:
            batch, open_ = self._take()
            if batch:
                self._store(batch)
                self._loop.call_soon_threadsafe(_deliver, batch)
                self._checkpoint_when_due()
        self._connection.close()

    def _take(self) -> tuple[list[Waiting], bool]:
        """Everything that waits, at least one; False when it was the last."""
        batch: list[Waiting] = []
        waiting = self._queue.get()
        with suppress(Empty):
            while waiting is not None:
                batch.append(waiting)
                waiting = self._queue.get_nowait()
            return batch, False
        return batch, True

    def _store(self, batch: list[Waiting]) -> None:
        """Runs and commits the jobs; any error of SQLite refuses all of them."""
        fatal = self._faults.fatal
        if fatal is not None:  # it came after these jobs were handed in
            _refuse(batch, fatal)
            return
        try:
            self._transact(batch)
        except sqlite3.Error as error:
            self._faults.note(error)
            self._roll_back()
            _refuse(batch, error)

    def _transact(self, batch: list[Waiting]) -> None:
        """All at once. A failure is rare: then nothing has happened yet, and all are done one by one."""
        self._execute("begin")
        if self._have_done(batch):
            self._execute("commit")
        else:
            self._execute("roll_back")
            self._transact_each(batch)

    def _have_done(self, batch: list[Waiting]) -> bool:
        """False when one has failed: which shows when each is done alone. SQLite's own errors are raised."""
        try:
            self._do(batch)
        except sqlite3.Error:
            raise
        except Exception:  # noqa: BLE001 - it comes again, and is its caller's to hear then
            return False
        return True

    def _do(self, batch: list[Waiting]) -> None:
        changes = [waiting.job for waiting in batch if isinstance(waiting.job, Change)]
        if changes:
            writing.apply(changes, self._connection)
        for waiting in batch:
            if not isinstance(waiting.job, Change):
                waiting.result = waiting.job(self._connection)

    def _transact_each(self, batch: list[Waiting]) -> None:
        """Each in a savepoint of its own, which costs SQLite a copy of every page that it touches."""
        self._execute("begin")
        for waiting in batch:
            self._execute("begin_job")
            try:
                self._do([waiting])
            except sqlite3.Error:
                raise
            except Exception as error:  # noqa: BLE001 - its caller's to hear; the thread serves the others
                waiting.error = error
                self._execute("undo_job")
            self._execute("keep_job")
        self._execute("commit")

    def _roll_back(self) -> None:
        """SQLite has often done so itself. When it fails, the next BEGIN fails too, and nothing is lost."""
        with suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._execute("roll_back")

    def _checkpoint_when_due(self) -> None:
        """A full disk is no harm here: what was committed is safe in the WAL, and the next one tries again."""
        if self._connection.total_changes - self._rows_at_checkpoint < CHECKPOINT_ROWS:
            return
        self._rows_at_checkpoint = self._connection.total_changes
        try:
            self._execute("checkpoint")
        except sqlite3.Error as error:
            self._faults.note(error)

    def _execute(self, name: str) -> None:
        self._connection.execute(QUERIES[name]).fetchall()


def _refuse(batch: list[Waiting], error: sqlite3.Error) -> None:
    for waiting in batch:
        waiting.error = refusal(error)


def _deliver(batch: list[Waiting]) -> None:
    """On the event loop. A future that is done already belongs to a caller that was cancelled."""
    for waiting in batch:
        if waiting.future.done():
            continue
        if waiting.error is None:
            waiting.future.set_result(waiting.result)
        else:
            if isinstance(waiting.error, GatewayError):  # foreseen; its frames hold who waits for it: a cycle
                waiting.error.__traceback__ = None
            waiting.future.set_exception(waiting.error)
