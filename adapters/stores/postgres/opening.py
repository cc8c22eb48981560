"""Connections, how they behave when the network or a gateway goes away, and the schema brought up to date."""

from typing import Any

import asyncpg

from adapters.stores.postgres.faults import AWAY, refusal
from adapters.stores.postgres.queries import QUERIES, SQL
from gateway.errors import StoreError

Connection = Any  # asyncpg ships no types

CONNECT_SECONDS = 3.0
COMMAND_SECONDS = 5.0
"""A commit waits for one disk; a server that needs longer is as good as away."""

SESSION = {
    "application_name": "pos-gateway",
    "synchronous_commit": "on",  # a server set to "off" would lose acknowledged sales in a power cut
    "jit": "off",  # no query here is long enough for it
    # The locks of a gateway that has vanished in the middle of a transaction do not outlive it for long
    "idle_in_transaction_session_timeout": "10s",
    "lock_timeout": "3s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


async def connect(dsn: str) -> Connection:
    """Raises what asyncpg does."""
    return await asyncpg.connect(
        dsn, timeout=CONNECT_SECONDS, command_timeout=COMMAND_SECONDS, server_settings=SESSION
    )


async def open_pool(dsn: str, size: int) -> Any:
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        timeout=CONNECT_SECONDS,
        command_timeout=COMMAND_SECONDS,
        server_settings=SESSION,
    )


async def prepare_schema(dsn: str, *, attached: bool) -> None:
    """Migrates, or (`attached`) only looks. Raises `StoreError`."""
    try:
        connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS)  # a migration may take its time
    except ValueError as error:
        raise StoreError("the DSN of the PostgreSQL store cannot be used") from error
    except AWAY as error:
        raise refusal(error) from error
    try:
        await (_require_current(connection) if attached else migrate(connection))
    except AWAY as error:
        raise refusal(error) from error
    finally:
        connection.terminate()


async def _require_current(connection: Connection) -> None:
    known = await connection.fetchval(QUERIES["has_schema"])
    SQL.require_current(await connection.fetchval(QUERIES["schema_version"]) if known else 0)


async def migrate(connection: Connection) -> None:
    """Runs what is missing, all or nothing; gateways that start together wait for each other."""
    async with connection.transaction():
        await connection.execute(QUERIES["lock_schema"])
        await connection.execute(QUERIES["make_schema_version"])
        for number, statements in SQL.missing(await connection.fetchval(QUERIES["schema_version"])):
            await connection.execute(statements)
            await connection.execute(QUERIES["add_schema_version"], number)
