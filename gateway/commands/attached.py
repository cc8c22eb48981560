"""Looking into the store of a running gateway from another process: the same file or database, beside it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from gateway import bootstrap, daemon
from gateway.clock import SystemClock
from gateway.config_file import ConfigFile
from gateway.domain.sale_record import Terms
from gateway.ports import Store
from gateway.services.operating import Operating
from gateway.services.records import Records

T = TypeVar("T")

Config = Annotated[Path, typer.Option("--config", "-c", help="Файл настроек (TOML).")]
Json = Annotated[bool, typer.Option("--json", help="Для программ: JSON вместо таблицы.")]
DEFAULT = daemon.CONFIG


@asynccontextmanager
async def attached_store(config: Path) -> AsyncIterator[Store]:
    """Raises `ConfigError`, `StoreError`."""
    store = await bootstrap.attach(ConfigFile(config))
    try:
        yield store
    finally:
        await store.close()


def with_store(config: Path, ask: Callable[[Store], Awaitable[T]]) -> T:
    """Run one question against the store of a config."""

    async def run() -> T:
        async with attached_store(config) as store:
            return await ask(store)

    return asyncio.run(run())


def operate(config: Path, act: Callable[[Operating], Awaitable[T]]) -> T:
    """Run one act of a person on the records; the running gateway notices within a second."""

    async def run(store: Store) -> T:
        return await act(Operating(Records(store, SystemClock(), Terms())))

    return with_store(config, run)
