"""The process: listens, runs the outbox and the printers, and stops without leaving anything half done."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from gateway import loop
from gateway.bootstrap import Gateway, build
from gateway.config_file import ConfigFile
from gateway.domain.work import Lane
from gateway.errors import ConfigError, GatewayError, StoreError
from gateway.reloading import Reloading
from gateway.supervision import sockets
from gateway.supervision.notify import Notify
from gateway.supervision.watchdog import Watchdog

log = structlog.get_logger()

CONFIG = Path("/etc/pos-gateway/gateway.toml")
"""Where the package puts it."""

DRAIN_SECONDS = 8.0
CONNECTION_SECONDS = 2.0
"""How long an open connection may take to end; registers are answered well within it."""

SETTLE_SECONDS = 0.25
"""How long connections that were just taken may still send their request, before the gateway stops serving."""

START_SECONDS = 60.0
"""What systemd is asked to wait while a start goes on: the store of years may have to be migrated."""

LINGER_SECONDS = 1.0
"""How long the rest of a request that was answered already is read, so that the answer is not lost with it."""


def address(text: str, key: str) -> tuple[str, int]:
    """`host:port`. Raises `ConfigError`."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 - the largest TCP port
        raise ConfigError(f"{key}: ожидается адрес:порт, например 127.0.0.1:8090; указано {text!r}")
    return host.strip("[]"), int(port)


def near(text: str, key: str) -> tuple[str, int]:
    """Where a program on this computer connects to reach what listens on `text`. Raises `ConfigError`."""
    host, port = address(text, key)
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port


async def listen(
    routes: list[web.AbstractRouteDef],
    where: tuple[str, int],
    given: socket.socket | None = None,
    middlewares: Sequence[Middleware] = (),
    make: Callable[..., web.AppRunner] = web.AppRunner,
) -> web.AppRunner:
    """Serve `routes`, on a socket that was `given` if any, by a runner that `make` makes.

    Raises `ConfigError` when the address cannot be taken.
    """
    app = web.Application(client_max_size=0, middlewares=middlewares)
    app.add_routes(routes)
    runner = make(app, access_log=None, shutdown_timeout=CONNECTION_SECONDS, lingering_time=LINGER_SECONDS)
    await runner.setup()
    host, port = where
    try:
        await (web.SockSite(runner, given) if given else web.TCPSite(runner, host or None, port)).start()
    except (OSError, UnicodeError) as error:  # the second: a host that cannot be a name
        await runner.cleanup()
        why = getattr(error, "strerror", None) or "такого имени быть не может"
        raise ConfigError(f"адрес {host}:{port} занят или недоступен: {why}") from error
    return runner


def port_of(runner: web.AppRunner) -> int:
    """The port that was taken: useful when 0 was asked for."""
    return int(runner.addresses[0][1])


class Daemon:
    """One run of the gateway, from the config to a clean stop. `overrides` are the command line's."""

    def __init__(self, config: ConfigFile, overrides: Mapping[str, str | None] | None = None) -> None:
        self._config = config
        self._overrides = overrides or {}
        self._notify = Notify()
        self._stop = asyncio.Event()
        self._reload = asyncio.Event()
        self._fatal: StoreError | None = None

    def stop(self) -> None:
        self._stop.set()

    def _fail(self, error: StoreError) -> None:
        """The store can only be trusted again by a new process."""
        self._fatal = error
        self._stop.set()

    async def run(self) -> None:
        """Until a signal or a fault of the store. Raises `GatewayError`."""
        gateway = await self._start()
        try:
            await self._serve(gateway)
        finally:
            await gateway.close()
        if self._fatal is not None:
            raise self._fatal

    async def _start(self) -> Gateway:
        """The store is open, migrated and has answered; what an earlier life left behind is due again."""
        patience = asyncio.create_task(self._ask_for_patience())
        try:
            gateway = await build(self._config, self._fail)
        finally:
            patience.cancel()
        try:
            await gateway.store.next_due(Lane.SALES)
        except BaseException:
            await gateway.close()
            raise
        return gateway

    async def _ask_for_patience(self) -> None:
        while True:
            self._notify.still_starting(START_SECONDS)
            await asyncio.sleep(START_SECONDS / 3)

    async def _serve(self, gateway: Gateway) -> None:
        server = self._config.settings.server
        given = sockets.handed_over()
        async with contextlib.AsyncExitStack() as stack:
            where = address(server.listen, "server.listen")
            handed = next(iter(given.values()), None)
            public = await listen(gateway.routes, where, handed, [gateway.clients.notice], gateway.runner)
            stack.push_async_callback(_let_go, public)
            admin = await listen(gateway.admin_routes, address(server.admin, "server.admin"))
            stack.push_async_callback(admin.cleanup)
            if handed is not None and port_of(public) != where[1]:
                log.warning("listen_overridden", socket_unit=port_of(public), config=where[1])
            log.info("listening", port=port_of(public), admin_port=port_of(admin))
            loop.settle_memory()
            await self._until_stopped(gateway)

    async def _until_stopped(self, gateway: Gateway) -> None:
        self._heed_signals()
        self._notify.ready("работает")
        watchdog = Watchdog(self._notify, gateway.store, gateway.core.outbox)
        reloading = gateway.core.aside(partial(self._reload_when_told, gateway))
        supervised = [*gateway.jobs(), watchdog.feed(), *reloading]
        jobs = [asyncio.create_task(job) for job in supervised]
        stopped = asyncio.create_task(self._stop.wait())
        try:
            ended, _ = await asyncio.wait([*jobs, stopped], return_when=asyncio.FIRST_COMPLETED)
            for task in ended - {stopped}:
                task.result()
        finally:
            log.info("stopping")
            self._notify.stopping()
            for task in (*jobs, stopped):
                task.cancel()
            await asyncio.gather(*jobs, stopped, return_exceptions=True)
            gateway.core.popups.desk.stop()
            await gateway.core.outbox.drain(DRAIN_SECONDS)

    def _heed_signals(self) -> None:
        running = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            running.add_signal_handler(name, self.stop)
        running.add_signal_handler(signal.SIGHUP, self._reload.set)

    async def _reload_when_told(self, gateway: Gateway) -> None:
        """systemd hears when it is over; a refusal stands in its status too."""
        reloading = Reloading(self._config.path, self._overrides, self._config.settings, gateway.core)
        while True:
            await self._reload.wait()
            self._reload.clear()
            self._notify.reloading()
            done = False
            try:
                done = await reloading.reload()
            finally:
                self._notify.ready("работает" if done else "работает по-старому: новые настройки не приняты")


async def _let_go(public: web.AppRunner) -> None:
    """Take no more connections, and serve those that were taken: a register that was let in gets its answer.

    On a socket of systemd's the next ones wait in the kernel for the next process.
    """
    for site in list(public.sites):
        await site.stop()
    await asyncio.sleep(SETTLE_SECONDS)
    await public.cleanup()


def run(path: Path, overrides: Mapping[str, str | None]) -> None:
    """Run the daemon of a config file. Raises `GatewayError`."""
    from gateway.observability.logs import configure

    config = ConfigFile(path, overrides)
    configure(config.settings.log.level, readable=config.settings.log.format == "readable")
    try:
        loop.run(Daemon(config, overrides).run())
    except GatewayError as error:
        log.error("stopped", why=str(error))  # noqa: TRY400 - the one who reads it mends a file, not our code
        raise
