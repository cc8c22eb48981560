"""Where records and small things are kept."""

import os
from pathlib import Path

from msgspec.structs import replace

from adapters.stores import MemorySettings, PostgresSettings, SqliteSettings, StoreSettings, open_store
from gateway.bootstrap.choosing import chosen
from gateway.config_file import ConfigFile
from gateway.errors import StoreError
from gateway.ports import Store

STORES: dict[str, type[StoreSettings]] = {
    "sqlite": SqliteSettings,
    "postgres": PostgresSettings,
    "memory": MemorySettings,
}


def store_settings(config: ConfigFile) -> StoreSettings:
    """The store's own table; a relative path starts at the config file, as all others do."""
    table = config.settings.store
    settings = config.decode(table, chosen(config, "store", table.get("kind", "sqlite"), STORES), "store")
    if isinstance(settings, SqliteSettings):
        return replace(settings, path=str(config.folder / settings.path))
    return settings


def dsn(config: ConfigFile, settings: StoreSettings) -> str:
    """The address of a shared database: it holds a password. Empty for a store without one."""
    if not isinstance(settings, PostgresSettings):
        return ""
    return config.secret(settings.dsn_file, "store.dsn_file")


async def attach(config: ConfigFile) -> Store:
    """The store of a gateway that runs beside us. Raises `ConfigError`, `StoreError`."""
    settings = store_settings(config)
    return await open_store(settings, on_fatal=_gone, dsn=dsn(config, settings), attached=True)


def _gone(error: StoreError) -> None:
    raise error


def state_folder(settings: StoreSettings) -> Path | None:
    """Where small things lie that survive a restart; None when nothing is to survive."""
    given = os.environ.get("STATE_DIRECTORY", "")  # systemd's
    if isinstance(settings, SqliteSettings):
        return Path(settings.path).parent
    return Path(given) if given and not isinstance(settings, MemorySettings) else None
