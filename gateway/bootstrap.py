"""The composition root: the only file that knows every adapter. A new kind is one line in a table here."""

import os
from collections import defaultdict
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web
from msgspec import Struct
from msgspec.structs import asdict, replace

from adapters import screens
from adapters.loyalty.mindbox import MindboxClient, MindboxSettings
from adapters.mail import MailSettings, open_mailer
from adapters.printers import PrinterSettings, open_printer
from adapters.registers import frontol, onec_retail
from adapters.registers.frontol.report import ReportSettings, ReportSource
from adapters.registers.lane import Lanes, Runner
from adapters.screens import console
from adapters.stores import MemorySettings, PostgresSettings, SqliteSettings, StoreSettings, open_store
from gateway.alarm_file import AlarmFile
from gateway.alarm_ports import Mailer
from gateway.checking import check_codes, check_outlet, check_prompts, check_times, slip_templates
from gateway.clock import SystemClock
from gateway.config_file import ConfigFile, nearest
from gateway.core import Core, Loyalty, build_core
from gateway.domain.receipt import RegisterRef
from gateway.errors import ConfigError, StoreError
from gateway.limited_file import LimitedFile
from gateway.observability.admin import Admin
from gateway.observability.clients import Clients
from gateway.observability.guard_view import GuardView
from gateway.observability.limited_switch import LimitedSwitch
from gateway.observability.metrics import Metrics
from gateway.observability.permission import Permission
from gateway.observability.printer_routes import PrinterRoutes
from gateway.observability.reconciled_view import ReconciledView
from gateway.observability.status_view import House, StatusView
from gateway.ports import Clock, Examination, Meter, Printer, Store
from gateway.printer_wiring import assigned
from gateway.reconciled_file import ReconciledFile
from gateway.services.alarms.looking import Looking
from gateway.services.alarms.noticing import Noticing
from gateway.services.alarms.watch import AlarmWatch
from gateway.services.printing import Printers
from gateway.services.quoting import RESERVE
from gateway.settings import Register
from gateway.slips import Templates

T = TypeVar("T")
Registers = Mapping[RegisterRef, Register]
Routes = list[web.AbstractRouteDef]


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
        return [*self.core.jobs(), *self.status.jobs(), self.alarms.run()]


def mindbox(config: ConfigFile) -> Loyalty:
    settings = config.decode(config.settings.loyalty, MindboxSettings, "loyalty")
    client = MindboxClient(settings, config.secret(settings.secret_key_file, "loyalty.secret_key_file"))
    return Loyalty(program=client, participants=client.people)


def mindbox_examination(config: ConfigFile) -> Examination:
    from adapters.loyalty.mindbox import doctor as mindbox_doctor

    settings = config.decode(config.settings.loyalty, MindboxSettings, "loyalty")
    key = config.secret(settings.secret_key_file, "loyalty.secret_key_file")
    register = next(iter(registers(config)))
    return mindbox_doctor.Examination(settings, key, register, asdict(config.settings.budgets), SystemClock().now)


LOYALTY: dict[str, Callable[[ConfigFile], Loyalty]] = {"mindbox": mindbox}
EXAMINATIONS: dict[str, Callable[[ConfigFile], Examination]] = {"mindbox": mindbox_examination}
STORES: dict[str, type[StoreSettings]] = {
    "sqlite": SqliteSettings,
    "postgres": PostgresSettings,
    "memory": MemorySettings,
}


def chosen(config: ConfigFile, section: str, kind: object, known: Mapping[str, T]) -> T:
    """What `kind` names. Raises `ConfigError` with the known kinds."""
    if not isinstance(kind, str) or kind not in known:
        near = nearest(kind, known) if isinstance(kind, str) else ""
        raise ConfigError(f"{config.path}: {section}.kind: указано {kind!r}{near}; допустимо: {', '.join(known)}")
    return known[kind]


def loyalty(config: ConfigFile) -> Loyalty:
    return chosen(config, "loyalty", config.settings.loyalty.get("kind"), LOYALTY)(config)


def loyalty_examination(config: ConfigFile) -> Examination:
    return chosen(config, "loyalty", config.settings.loyalty.get("kind"), EXAMINATIONS)(config)


def registers(config: ConfigFile) -> Registers:
    """Each register once, under the outlet it stands in."""
    outlet = config.settings.outlet.id
    found: dict[RegisterRef, Register] = {}
    for place, row in enumerate(config.settings.registers, 1):
        ref = RegisterRef(outlet=row.outlet or outlet, register=row.id)
        if ref in found:
            raise ConfigError(f"{config.path}: registers[{place}].id: касса {ref} указана дважды, нужна один раз")
        if row.slip_to == "printer" and not row.printer:
            raise ConfigError(
                f"{config.path}: registers[{place}].printer: нужно имя принтера, раз slip_to = 'printer'"
            )
        found[ref] = row
    if not found:
        raise ConfigError(f"{config.path}: registers: нужна хотя бы одна касса [[registers]]")
    return found


def printers(config: ConfigFile, known: Registers) -> Printers:
    """The printers, and whose they are. One printer may serve several registers."""
    opened: dict[str, Printer] = {}
    for place, table in enumerate(config.settings.printers, 1):
        key = f"printers[{place}]"
        rest = dict(table)
        name = rest.pop("name", None)
        if not isinstance(name, str) or name in opened:
            raise ConfigError(f"{config.path}: {key}.name: указано {name!r}; допустимо: имя, у каждого принтера своё")
        opened[name] = open_printer(config.decode(rest, PrinterSettings, key))
    return assigned(config, known, opened, frontol_style(config).templates)


def secrets(config: ConfigFile, known: Registers, kind: str) -> dict[bytes, list[RegisterRef]]:
    """Registers of a kind by access key. Raises `ConfigError` when a key's file is missing or empty."""
    by_key: dict[bytes, list[RegisterRef]] = defaultdict(list)
    for place, (ref, row) in enumerate(known.items(), 1):
        if row.kind == kind:
            by_key[config.secret(row.access_key_file, f"registers[{place}].access_key_file").encode()].append(ref)
    return by_key


def onec_tokens(config: ConfigFile, known: Registers) -> dict[bytes, RegisterRef]:
    """Each 1C register has a token of its own: its requests do not say who they are."""
    found = {}
    for token, refs in secrets(config, known, "onec_retail").items():
        if len(refs) > 1:
            names = ", ".join(map(str, refs))
            raise ConfigError(f"{config.path}: registers: у касс 1С {names} один ключ, нужен свой у каждой")
        found[token] = refs[0]
    return found


def onec_style(config: ConfigFile) -> onec_retail.Style:
    return config.decode(config.settings.onec_retail, onec_retail.Style, "onec_retail")


def onec_routes(config: ConfigFile, known: Registers, core: Core, metrics: Meter) -> Routes:
    budgets = asdict(config.settings.budgets)
    return onec_retail.routes(
        core.checkout,
        core.people.enrolling,
        core.people.informing,
        onec_tokens(config, known),
        tuple(known),
        metrics,
        style=onec_style(config),
        budgets=onec_retail.Budgets(**{name: budgets[name] for name in onec_retail.Budgets.__struct_fields__}),
        language=config.settings.language,
        identification=config.settings.identification.rules(),
    )


def frontol_style(config: ConfigFile) -> frontol.Style:
    return config.decode(config.settings.frontol, frontol.Style, "frontol")


def frontol_routes(config: ConfigFile, known: Registers, core: Core, metrics: Meter, lanes: Lanes) -> Routes:
    budgets = asdict(config.settings.budgets)
    for nobodys in ("delivery", "code"):
        budgets.pop(nobodys)
    return frontol.routes(
        core.checkout,
        core.people.enrolling,
        secrets(config, known, "frontol"),
        metrics,
        style=frontol_style(config),
        budgets=frontol.Budgets(**budgets),
        language=config.settings.language,
        silent={ref for ref, row in known.items() if row.slip_to == "printer"},
        recording=frontol_recording(config),
        lanes=lanes,
    )


def frontol_recording(config: ConfigFile) -> frontol.Recorder | None:
    """Raises `ConfigError` when its file cannot be written."""
    style = frontol_style(config)
    return frontol.recorder(config.folder / style.record, style.record_megabytes) if style.record else None


def till_report(config: ConfigFile) -> ReportSource:
    """Where the tills' own reports come from. Raises `ConfigError`."""
    table = config.settings.frontol_report
    if not table:
        raise ConfigError(f"{config.path}: frontol_report: сверка не настроена, нужен раздел [frontol_report]")
    settings = config.decode(table, ReportSettings, "frontol_report")
    known = {ref.register: ref for ref in registers(config)}
    for till, name in settings.tills.items():
        if name not in known:
            allowed = ", ".join(known)
            raise ConfigError(f"{config.path}: frontol_report.tills.{till}: нет кассы {name!r}; допустимо: {allowed}")
    tills = {till: known[name] for till, name in settings.tills.items()}
    scanned = config.settings.identification.rules().scanned
    return ReportSource(settings, tills, scanned, config.settings.outlet.zone, config.folder)


def screen_tokens(config: ConfigFile, known: Registers) -> dict[RegisterRef, str]:
    """What the screens of each register show; empty where it is not set."""
    keys = {ref: f"registers[{place}].screen_token_file" for place, ref in enumerate(known, 1)}
    files = {ref: row.screen_token_file for ref, row in known.items()}
    return {ref: config.secret(file, keys[ref]) if file else "" for ref, file in files.items()}


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


def admin_token(config: ConfigFile) -> str:
    name = config.settings.server.admin_token_file
    return config.secret(name, "server.admin_token_file") if name else ""


def admin(config: ConfigFile, core: Core, store: Store, clock: Clock, metrics: Metrics, clients: Clients) -> Admin:
    budgets = config.settings.budgets
    waits = {"identify": budgets.identify, "quote": budgets.quote, "hold": budgets.redeem}
    patience = config.settings.loyalty_guard.patience_seconds
    view = GuardView(core.guard, core.limited, waits, RESERVE, patience)
    permission = Permission(admin_token(config))
    switch, slips = LimitedSwitch(core.limited, permission), PrinterRoutes(core.paper.desk, permission)
    return Admin(metrics, store, clock, view, switch, slips, clients)


def mail_settings(config: ConfigFile) -> MailSettings:
    return config.decode(config.settings.mail, MailSettings, "mail")


def mailer(config: ConfigFile) -> Mailer | None:
    """None when nobody is to be mailed."""
    settings = mail_settings(config)
    password = config.secret(settings.password_file, "mail.password_file") if settings.password_file else ""
    return open_mailer(settings, password) if settings.server else None


def alarms(
    config: ConfigFile, core: Core, store: Store, clock: Clock, noticing: Noticing, known: Registers
) -> AlarmWatch:
    """What the administrator is mailed about."""
    settings = config.settings
    rules = settings.alarms.rules(settings.keeping.disk_warning_megabytes * 1024**2)
    looking = Looking(rules, store, core.limited, noticing, clock, known.keys(), settings.outlet.zone)
    book = AlarmFile(state_folder(store_settings(config)))
    return AlarmWatch(looking, book, mailer(config), clock, noticing, settings.outlet.id)


async def build(config: ConfigFile, on_fatal: Callable[[StoreError], None]) -> Gateway:
    """The whole gateway of one config. Raises `ConfigError`, `TemplateError`, `StoreError`."""
    templates = check(config)
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


def check(config: ConfigFile) -> Templates:
    """Everything `build` would refuse, without opening anything. Raises `ConfigError`, `TemplateError`.

    Gives the slip templates, tried on every sample: that takes a while, and need not be done twice.
    """
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
    return slip_templates(config)
