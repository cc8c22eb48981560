"""A copy of the database while the gateway writes it, and the way back."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from adapters.stores.sqlite.opening import PRIVATE_FILE, schema_version
from adapters.stores.sqlite.queries import SQL
from gateway.errors import StoreError, StoreUnavailable

PAGES = 1000
"""Copied at a time: the gateway's own writes come between."""


def copy(source: Path, target: Path) -> None:
    """A consistent copy of one moment, in one file without a WAL. Raises `StoreError`."""
    if not source.is_file():
        raise StoreUnavailable(f"{source}: базы нет")
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
        with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(target)) as writing:
            reading.backup(writing, pages=PAGES)
            writing.execute("PRAGMA journal_mode = DELETE")
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"{target}: копия не сделана: {error}") from error


def require_usable(copied: Path) -> None:
    """Raises `StoreError` for a file that is damaged, is no store, or was written by a newer gateway."""
    try:
        with closing(sqlite3.connect(f"file:{copied}?mode=ro", uri=True)) as connection:
            ((verdict,),) = connection.execute("PRAGMA quick_check(1)").fetchall()
            version = schema_version(connection)
    except sqlite3.Error as error:
        raise StoreError(f"{copied}: это не база шлюза: {error}") from error
    if verdict != "ok" or version == 0:
        raise StoreError(f"{copied}: база повреждена: {verdict}")
    SQL.missing(version)
