"""kill -9 of PostgreSQL in the middle of commits: what was acknowledged is there, the rest wholly or not at all.

And what group commit is worth there: the figures are printed, `pytest -s` shows them.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from itertools import count

import pytest
from builders import make_full_sale, make_history, make_prompt, make_refund, make_sale, make_work
from postgres_server import Server, server

from adapters.stores.postgres import open_postgres
from adapters.stores.postgres.store import PostgresStore
from gateway.domain.change import Change
from gateway.domain.sale_record import State
from gateway.errors import StoreUnavailable

pytestmark = pytest.mark.postgres

CALLERS = 16
KILLS = 3


def change(name: str) -> Change:
    """Touches five tables, so that half of one would show."""
    return Change(
        sale=make_sale(name, state=State.CLOSED),
        refunds=(make_refund(name, sale_id=name),),
        prompts=(make_prompt(name),),
        history=(make_history(name),),
        work=(make_work(name),),
    )


COLUMNS = {"sale": "id", "refund": "id", "prompt": "id", "history": "subject", "work": "subject"}


async def stored(store: PostgresStore) -> set[str]:
    """The names of all changes that are there; fails the test when a part of one is."""
    found = [
        {row[0] for row in await store._pool.fetch(f"SELECT {column} FROM {table}")}  # noqa: S608 - our own names
        for table, column in COLUMNS.items()
    ]
    assert all(names == found[0] for names in found), "half a change"
    return found[0]


@pytest.fixture
def durable() -> Server:
    return server(durable=True)


@pytest.fixture
async def store(durable: Server) -> AsyncIterator[PostgresStore]:
    async with durable.database() as dsn:
        opened = await open_postgres(dsn, pool=4)
        yield opened
        await opened.close()


class Load:
    """Sixteen callers that commit whatever happens, and remember what they were told."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store
        self._numbers = count()
        self.tried: list[str] = []
        self.acknowledged: list[str] = []
        self.refused: list[str] = []

    async def caller(self) -> None:
        while True:
            name = f"sale-{next(self._numbers)}"
            self.tried.append(name)
            try:
                await self._store.commit(change(name))
                self.acknowledged.append(name)
            except StoreUnavailable:
                self.refused.append(name)
                await asyncio.sleep(0.2)

    async def until_acknowledged(self, more: int) -> None:
        wanted = len(self.acknowledged) + more
        async with asyncio.timeout(30):
            while len(self.acknowledged) < wanted:  # noqa: ASYNC110 - sixteen callers would have to ring a bell
                await asyncio.sleep(0.005)


async def test_a_killed_server_keeps_what_was_acknowledged_and_the_store_comes_back(
    durable: Server, store: PostgresStore
) -> None:
    load = Load(store)
    callers = [asyncio.create_task(load.caller()) for _ in range(CALLERS)]
    for _ in range(KILLS):
        await load.until_acknowledged(100)
        await asyncio.to_thread(durable.kill)
        with pytest.raises(StoreUnavailable):
            await store.counts()
        await asyncio.to_thread(durable.start)
    await load.until_acknowledged(100)
    for task in callers:
        task.cancel()
    await asyncio.gather(*callers, return_exceptions=True)
    assert len(load.refused) >= KILLS, "no commit was under way when the server was killed"
    await store.commit(change("last"))  # behind what the cancelled callers had handed in
    whole = await stored(store)
    assert set(load.acknowledged) <= whole <= {*load.tried, "last"}


async def test_group_commit_is_worth_it(store: PostgresStore) -> None:
    """No tight bound: the machine is busy. Alone is what each would pay with a transaction of its own."""
    numbers = count()

    async def commit() -> None:
        name = f"sale-{next(numbers)}"
        sale = make_full_sale(name, state=State.CLOSED)
        await store.commit(Change(sale=sale, history=(make_history(name),), work=(make_work(name),)))

    async def rate(callers: int, each: int) -> float:
        async def caller() -> None:
            for _ in range(each):
                await commit()

        began = time.perf_counter()
        await asyncio.gather(*(caller() for _ in range(callers)))
        return callers * each / (time.perf_counter() - began)

    await rate(4, 10)
    alone, together = await rate(1, 150), await rate(64, 20)
    print(f"\ncommits a second: one by one {alone:.0f}, 64 callers {together:.0f}: {together / alone:.1f} times")  # noqa: T201 - a figure to read
    assert together > 2 * alone
