"""Stores: where sales, refunds, prompts and work are durable. One contract, one suite over all of them."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from gateway.errors import StoreError
from gateway.ports import Store

OnFatal = Callable[[StoreError], None]


class MemorySettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="memory"):
    """Nothing survives the process: for demonstrations and tests, never for a till."""


class SqliteSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="sqlite"):
    """One file of one gateway. `path` has to be on a local disk: WAL does not work over a network."""

    path: str = "/var/lib/pos-gateway/gateway.sqlite"


StoreSettings = MemorySettings | SqliteSettings


async def open_store(settings: StoreSettings, *, on_fatal: OnFatal) -> Store:
    """The store of the settings, its schema brought up to date.

    `on_fatal` is called once, on the running loop, when the disk has failed in a way that only a new process
    may recover from. Raises `StoreError` when the store cannot be opened.
    """
    match settings:
        case MemorySettings():
            from adapters.stores.memory import MemoryStore

            return MemoryStore()
        case SqliteSettings():
            from adapters.stores.sqlite import open_sqlite

            return await open_sqlite(Path(settings.path), on_fatal=on_fatal)
