"""What the gateways of a run store their sales in, and how to look into it from outside."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import asyncpg
from msgspec import Struct

from torture_run import evidence
from torture_run.chaos import Victim
from torture_run.evidence import Rows


class Database(Struct, frozen=True, kw_only=True):
    """`config` is the `[store]` table, `victim` what may be killed, `look` reads tables."""

    config: str
    look: Callable[[Iterable[str]], Awaitable[Rows]]
    victim: Victim | None = None


@asynccontextmanager
async def sqlite(folder: Path) -> AsyncIterator[Database]:
    path = folder / "state" / "gateway.sqlite"

    async def look(names: Iterable[str]) -> Rows:
        return await asyncio.to_thread(evidence.sqlite, path, tuple(names))

    yield Database(config=f'kind = "sqlite"\npath = "{path}"', look=look)


@asynccontextmanager
async def postgres(folder: Path) -> AsyncIterator[Database]:
    """A server of our own, with an empty database: the gateways make the schema."""
    from postgres_server import Server

    server = await asyncio.to_thread(partial(Server, durable=True))
    dsn = server.dsn()
    try:
        (folder / "dsn").write_text(dsn + "\n", encoding="utf-8")

        async def start() -> None:
            await asyncio.to_thread(server.start)
            await _answers(dsn)

        victim = Victim(name="postgres", gateway=None, kill=server.kill, start=start)
        yield Database(
            config='kind = "postgres"\ndsn_file = "dsn"',
            look=lambda names: evidence.postgres(dsn, names),
            victim=victim,
        )
    finally:
        await asyncio.to_thread(server.stop)


async def _answers(dsn: str) -> None:
    """Recovery from the log takes a moment."""
    async with asyncio.timeout(30):
        while True:
            try:
                await (await asyncpg.connect(dsn)).close()
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.05)
            else:
                return


DATABASES = {"sqlite": sqlite, "postgres": postgres}
