"""Opens the file: who may read it, how it is synced, and its schema brought up to date."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

from adapters.stores.sqlite.faults import refusal
from adapters.stores.sqlite.queries import QUERIES, SQL
from gateway.errors import StoreError, StoreUnavailable

PRIVATE_FILE = 0o600  # receipts carry phones and cards
PRIVATE_DIRECTORY = 0o700
OLDEST_SQLITE = (3, 37)  # STRICT tables; RETURNING came with 3.35


def open_connections(path: Path, *, attached: bool) -> tuple[Connection, Connection]:
    """The writing and the reading connection; raises `StoreError`.

    `attached`: beside the daemon that the file belongs to. Its leases and its schema are left alone.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old: 3.37 or later is needed")
    try:
        if attached:
            path.stat()  # SQLite would make an empty file
        else:
            _make_private(path)
        writing = _connect(path)
        try:
            if attached:
                SQL.require_current(schema_version(writing))
            else:
                _take_over(writing)
            reading = _connect(path)
        except BaseException:
            writing.close()
            raise
        reading.execute(QUERIES["read_only"])
    except sqlite3.Error as error:
        raise refusal(error) from error
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be opened: {error.strerror}") from error
    return writing, reading


def _take_over(writing: Connection) -> None:
    migrate(writing)
    writing.execute(QUERIES["forget_leases"])


def _make_private(path: Path) -> None:
    """Before SQLite sees it: the WAL and its index take over the mode of the database."""
    path.parent.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        os.fchmod(descriptor, PRIVATE_FILE)
    finally:
        os.close(descriptor)


def _connect(path: Path) -> Connection:
    """Transactions are begun by hand. Each connection is used by one thread, though not by the one that opens it."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.executescript(SQL.read("connection.sql"))
        _require_wal(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _require_wal(connection: Connection) -> None:
    ((mode,),) = connection.execute(QUERIES["journal_mode"]).fetchall()
    if mode != "wal":
        raise StoreError(f"SQLite cannot keep a WAL here ({mode}): the file has to be on a local disk")


def schema_version(connection: Connection) -> int:
    ((current,),) = connection.execute(QUERIES["schema_version"]).fetchall()
    return int(current)


def migrate(connection: Connection) -> None:
    """Runs what is missing, all or nothing: one sync, and whoever goes back to the old gateway has its schema."""
    missing = SQL.missing(schema_version(connection))
    if missing:
        newest, _ = missing[-1]
        _run(connection, newest, "\n".join(statements for _, statements in missing))


def _run(connection: Connection, number: int, statements: str) -> None:
    """One script with its own BEGIN, since `executescript` would commit a transaction begun outside."""
    with closing(connection.cursor()) as cursor:
        try:
            cursor.executescript(f"BEGIN IMMEDIATE;\n{statements}\nPRAGMA user_version = {number};\nCOMMIT;")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute(QUERIES["roll_back"])
            raise
