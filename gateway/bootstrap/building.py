"""The whole gateway of one config."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from aiohttp import web
from msgspec import Struct
from msgspec.structs import asdict

from adapters import screens
from adapters.registers.lane import Lanes, Runner
from adapters.screens import console
from adapters.stores import open_store
from gateway.bootstrap.administration import admin, admin_token, alarms, mailer, screen_tokens
from gateway.bootstrap.loyalty_server import loyalty
from gateway.bootstrap.printers import printers
from gateway.bootstrap.stores import dsn, state_folder, store_settings
from gateway.bootstrap.tills import (
    Routes,
    frontol_routes,
    frontol_style,
    onec_routes,
    onec_style,
    onec_tokens,
    registers,
    secrets,
    till_report,
)
from gateway.checking import check_codes, check_outlet, check_prompts, check_times, slip_templates
from gateway.clock import SystemClock
from gateway.config_file import ConfigFile
from gateway.core import Core, build_core
from gateway.errors import StoreError
from gateway.observability.clients import Clients
from gateway.observability.metrics import Metrics
from gateway.observability.reconciled_view import ReconciledView
from gateway.observability.status_view import House, StatusView
from gateway.ports import Store
from gateway.services.alarms.noticing import Noticing
from gateway.services.alarms.watch import AlarmWatch
from gateway.state.limited import LimitedFile
from gateway.state.reconciled import ReconciledFile


class Gateway(Struct, frozen=True, kw_only=True):
    """Everything that runs in one process; `daemon.py` listens and runs it."""

    core: Core
    store: Store
    clients: Clients
    alarms: AlarmWatch
    routes: Routes
    runner: Callable[..., web.AppRunner]
    admin_routes: list[web.AbstractRouteDef]
    status: StatusView
    close: Callable[[], Coroutine[Any, Any, None]]

    def jobs(self) -> list[Coroutine[Any, Any, None]]:
        """What has to run for ever."""
        return [*self.core.jobs(), *self.core.aside(*self.status.jobs(), self.alarms.run)]


async def build(config: ConfigFile, on_fatal: Callable[[StoreError], None]) -> Gateway:
    """The whole gateway of one config. Raises `ConfigError`, `TemplateError`, `StoreError`."""
    _check_settings(config)
    templates = slip_templates(config, believe_ours=True)
    known = registers(config)
    server, slip_printers = loyalty(config), printers(config, known)
    metrics, clock = (
        Metrics(asdict(config.settings.budgets).values()),
        SystemClock(trusted=config.settings.outlet.clock == "gateway"),
    )
    chosen_store = store_settings(config)
    opened = await open_store(chosen_store, on_fatal=on_fatal, dsn=dsn(config, chosen_store))
    switch = LimitedFile(state_folder(chosen_store))
    metrics.registry.register(ReconciledView(ReconciledFile(state_folder(chosen_store))))
    printed = {"sale", "refund"} if slip_printers.slips_of else set()
    noticing = Noticing(metrics, clock)
    core = build_core(
        config.settings,
        server,
        opened,
        slip_printers,
        clock,
        noticing,
        templates,
        switch.keep,
        switch.read(),
        printed | frontol_style(config).templates | onec_style(config).templates,
    )
    clients = Clients(clock)
    house = House(outlet=config.settings.outlet.id, registers=tuple(known))
    status = StatusView(house, core, opened, clock, metrics)
    pages = screens.routes(core.popups.desk, screen_tokens(config, known), config.settings.language)
    page = console.routes(status, admin_token(config), clock.monotonic)
    lanes = Lanes(clients.met)
    tills = frontol_routes(config, known, core, noticing, lanes)

    async def close() -> None:
        await core.close()
        await opened.close()

    return Gateway(
        core=core,
        store=opened,
        clients=clients,
        alarms=alarms(config, core, opened, clock, noticing, known),
        routes=[*pages, *tills, *onec_routes(config, known, core, noticing)],
        admin_routes=[*admin(config, core, opened, clock, metrics, clients).routes(), *page],
        status=status,
        runner=partial(Runner, lanes=lanes),
        close=close,
    )


def check(config: ConfigFile) -> None:
    """Everything `build` would refuse, without opening anything. Raises `ConfigError`, `TemplateError`."""
    _check_settings(config)
    slip_templates(config)


def _check_settings(config: ConfigFile) -> None:
    known = registers(config)
    loyalty(config)
    printers(config, known)
    store_settings(config)
    frontol_style(config)
    if config.settings.frontol_report:
        till_report(config)
    secrets(config, known, "frontol")
    onec_tokens(config, known)
    onec_style(config)
    screen_tokens(config, known)
    admin_token(config)
    mailer(config)
    check_outlet(config)
    check_codes(config)
    check_times(config)
    check_prompts(config)
