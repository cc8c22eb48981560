"""SIGHUP: rules, templates and the log level anew from the file, all or nothing, while registers are served."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import structlog

from gateway import bootstrap
from gateway.config_file import ConfigFile
from gateway.core import Core
from gateway.errors import GatewayError
from gateway.observability.logs import use_level
from gateway.settings import Settings

log = structlog.get_logger()

RELOADED = ("prompts", "log")
"""The tables that act at once, as the files of templates do; a change of any other waits for a restart."""


class Reloading:
    """`running`: the settings that the process was started with."""

    def __init__(self, path: Path, overrides: Mapping[str, str | None], running: Settings, core: Core) -> None:
        self._path = path
        self._overrides = overrides
        self._running = running
        self._core = core

    async def reload(self) -> bool:
        """False when the new files are refused: the log says why, the old set goes on."""
        try:
            settings = await asyncio.to_thread(self._read)  # checking takes longer than a register waits
        except GatewayError as error:
            log.error("reload_refused", why=str(error))  # noqa: TRY400 - who reads it mends a file, not our code
            return False
        self._core.use(tuple(row.rule() for row in settings.prompts))
        await self._core.template_watch.look()
        use_level(settings.log.level)
        log.info("reloaded", prompts=len(settings.prompts), after_restart=self._waiting(settings))
        return True

    def _read(self) -> Settings:
        """Raises `ConfigError`, `TemplateError`."""
        config = ConfigFile(self._path, self._overrides)
        bootstrap.check(config)
        return config.settings

    def _waiting(self, settings: Settings) -> list[str]:
        """The tables whose change waits for a restart."""
        names = (name for name in Settings.__struct_fields__ if name not in RELOADED)
        return [name for name in names if getattr(settings, name) != getattr(self._running, name)]
