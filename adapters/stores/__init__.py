"""Stores: where sales, refunds, prompts and work are durable. One contract, one suite over all of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from gateway.errors import StoreError
from gateway.ports import Store

OnFatal = Callable[[StoreError], None]


class MemorySettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="memory"):
    """Nothing survives the process: for demonstrations and tests, never for a till."""


class SqliteSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="sqlite"):
    """One file of one gateway. `path` has to be on a local disk: WAL does not work over a network."""

    path: str = "/var/lib/pos-gateway/gateway.sqlite"


class PostgresSettings(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="postgres"
):
    """One database of several gateways.

    `dsn_file` holds `postgresql://user:password@host/database`, or names a credential. `pool` bounds the
    connections that read; one more writes and one listens.
    """

    dsn_file: str
    pool: Annotated[int, Meta(ge=1, le=100, description="целое число от 1 до 100")] = 4


StoreSettings = MemorySettings | SqliteSettings | PostgresSettings


async def open_store(settings: StoreSettings, *, on_fatal: OnFatal, dsn: str = "", attached: bool = False) -> Store:
    """The store of the settings, its schema brought up to date.

    `on_fatal` is called once, on the running loop, when the disk has failed in a way that only a new process
    may recover from. `dsn` is what stands in the file of `PostgresSettings`. `attached` looks into the store
    beside the daemon it belongs to: it may read and commit, and leaves leases and schema alone.
    Raises `StoreError` when the store cannot be opened.
    """
    match settings:
        case MemorySettings():
            from adapters.stores.memory import MemoryStore

            if attached:
                raise StoreError("a store in memory can only be seen by its own process")
            return MemoryStore()
        case SqliteSettings():
            from adapters.stores.sqlite import open_sqlite

            return await open_sqlite(Path(settings.path), on_fatal=on_fatal, attached=attached)
        case PostgresSettings():
            try:
                from adapters.stores.postgres import open_postgres
            except ModuleNotFoundError as error:
                raise StoreError(f"a PostgreSQL store needs the extra `postgres`: {error}") from error

            return await open_postgres(dsn, pool=settings.pool, attached=attached)
