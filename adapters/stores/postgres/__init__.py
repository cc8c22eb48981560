"""PostgreSQL: one database of several gateways. Leases with a generation, LISTEN/NOTIFY, group commit."""

from functools import partial

from adapters.stores.listeners import Listeners
from adapters.stores.postgres.faults import AWAY, refusal
from adapters.stores.postgres.gathering import Gathering
from adapters.stores.postgres.listening import Listening
from adapters.stores.postgres.opening import connect, open_pool, prepare_schema
from adapters.stores.postgres.store import PostgresStore


async def open_postgres(dsn: str, *, pool: int, attached: bool = False) -> PostgresStore:
    """Leases are left alone: other gateways work under them, and those of a dead one run out.

    Raises `StoreError` when the server cannot be reached or its schema is a newer gateway's.
    """
    await prepare_schema(dsn, attached=attached)
    try:
        opened = await open_pool(dsn, 1 if attached else pool)
    except AWAY as error:
        raise refusal(error) from error
    listeners, gathering = Listeners(), Gathering(partial(connect, dsn))
    listening = None if attached else Listening(partial(connect, dsn), listeners, gathering.is_own)
    return PostgresStore(opened, gathering, listeners, listening)
