"""The process: listens, runs the outbox and the printers, and stops without leaving anything half done."""

import asyncio
import contextlib
import signal
from pathlib import Path

import structlog
from aiohttp import web

from gateway import loop
from gateway.bootstrap import Gateway, build
from gateway.config_file import ConfigFile
from gateway.errors import ConfigError, GatewayError, StoreError

log = structlog.get_logger()

DRAIN_SECONDS = 8.0
CONNECTION_SECONDS = 2.0
"""How long an open connection may take to end; registers are answered well within it."""

LINGER_SECONDS = 1.0
"""How long the rest of a request that was answered already is read, so that the answer is not lost with it."""


def address(text: str, key: str) -> tuple[str, int]:
    """`host:port`. Raises `ConfigError`."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 - the largest TCP port
        raise ConfigError(f"{key}: ожидается адрес:порт, например 127.0.0.1:8090; указано {text!r}")
    return host.strip("[]"), int(port)


async def listen(routes: list[web.AbstractRouteDef], where: tuple[str, int]) -> web.AppRunner:
    """Serve `routes`. Raises `ConfigError` when the address cannot be taken."""
    app = web.Application(client_max_size=0)
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=CONNECTION_SECONDS, lingering_time=LINGER_SECONDS)
    await runner.setup()
    host, port = where
    try:
        await web.TCPSite(runner, host or None, port).start()
    except OSError as error:
        await runner.cleanup()
        raise ConfigError(f"адрес {host}:{port} занят или недоступен: {error.strerror}") from error
    return runner


def port_of(runner: web.AppRunner) -> int:
    """The port that was taken: useful when 0 was asked for."""
    return int(runner.addresses[0][1])


class Daemon:
    """One run of the gateway, from the config to a clean stop."""

    def __init__(self, config: ConfigFile) -> None:
        self._config = config
        self._stop = asyncio.Event()
        self._fatal: StoreError | None = None

    def stop(self) -> None:
        self._stop.set()

    def _fail(self, error: StoreError) -> None:
        """The store can only be trusted again by a new process."""
        self._fatal = error
        self._stop.set()

    async def run(self) -> None:
        """Until a signal or a fault of the store. Raises `GatewayError`."""
        gateway = await build(self._config, self._fail)
        try:
            await self._serve(gateway)
        finally:
            await gateway.close()
        if self._fatal is not None:
            raise self._fatal

    async def _serve(self, gateway: Gateway) -> None:
        server = self._config.settings.server
        async with contextlib.AsyncExitStack() as stack:
            public = await listen(gateway.routes, address(server.listen, "server.listen"))
            stack.push_async_callback(public.cleanup)
            admin = await listen(gateway.admin_routes, address(server.admin, "server.admin"))
            stack.push_async_callback(admin.cleanup)
            log.info("listening", port=port_of(public), admin_port=port_of(admin))
            loop.settle_memory()
            await self._until_stopped(gateway)
            log.info("stopping")

    async def _until_stopped(self, gateway: Gateway) -> None:
        running = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            running.add_signal_handler(name, self.stop)
        jobs = [asyncio.create_task(job) for job in gateway.core.jobs()]
        stopped = asyncio.create_task(self._stop.wait())
        try:
            ended, _ = await asyncio.wait([*jobs, stopped], return_when=asyncio.FIRST_COMPLETED)
            for task in ended - {stopped}:
                task.result()
        finally:
            for task in (*jobs, stopped):
                task.cancel()
            await asyncio.gather(*jobs, stopped, return_exceptions=True)
            gateway.core.prompting.stop()
            await gateway.core.outbox.drain(DRAIN_SECONDS)


def run(path: Path, overrides: dict[str, str | None]) -> None:
    """Run the daemon of a config file. Raises `GatewayError`."""
    from gateway.observability.logs import configure

    config = ConfigFile(path, overrides)
    configure(config.settings.log.level, readable=config.settings.log.format == "readable")
    try:
        loop.run(Daemon(config).run())
    except GatewayError as error:
        log.error("stopped", why=str(error))  # noqa: TRY400 - the one who reads it mends a file, not our code
        raise
