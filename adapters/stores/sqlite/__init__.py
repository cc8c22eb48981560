"""SQLite: the default store. One file, one process, WAL with a sync at every commit, group commit."""

from asyncio import get_running_loop, to_thread
from collections.abc import Callable
from pathlib import Path

from adapters.stores.sqlite.faults import Faults
from adapters.stores.sqlite.opening import open_connections
from adapters.stores.sqlite.ownership import Ownership
from adapters.stores.sqlite.reader import Reader
from adapters.stores.sqlite.store import SqliteStore
from adapters.stores.sqlite.writer import Writer
from gateway.errors import StoreError


async def open_sqlite(path: Path, *, on_fatal: Callable[[StoreError], None], attached: bool = False) -> SqliteStore:
    """Raises `StoreError` when the file cannot be opened, is another gateway's, or was written by a newer one."""
    loop = get_running_loop()
    faults = Faults(loop, on_fatal)
    ownership = None if attached else Ownership(path)
    try:
        writing, reading = await to_thread(open_connections, path, attached=attached)
    except BaseException:
        if ownership is not None:
            ownership.give_up()
        raise
    store = SqliteStore(path, Writer(writing, loop, faults), Reader(reading, loop, faults), ownership)
    if not attached:
        await store.learn_generations()
    return store
