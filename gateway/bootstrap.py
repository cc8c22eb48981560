"""The composition root: the only file that knows every adapter. A new kind is one line in a table here."""

from collections import defaultdict
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web
from msgspec import Struct
from msgspec.structs import asdict

from adapters.loyalty.mindbox import MindboxClient, MindboxSettings
from adapters.loyalty.mindbox.sandbox import Sandbox
from adapters.printers import PrinterSettings, open_printer
from adapters.registers import frontol
from adapters.screens import browser
from adapters.stores import MemorySettings, SqliteSettings, StoreSettings, open_store
from gateway.clock import SystemClock
from gateway.config_file import ConfigFile
from gateway.core import Core, build_core
from gateway.domain.receipt import RegisterRef
from gateway.errors import ConfigError, StoreError
from gateway.observability.admin import Admin
from gateway.observability.metrics import Metrics
from gateway.ports import LoyaltyProgram, Printer
from gateway.settings import Register

T = TypeVar("T")
Registers = Mapping[RegisterRef, Register]


class Gateway(Struct, frozen=True, kw_only=True):
    """Everything that runs in one process; `daemon.py` listens and runs it."""

    core: Core
    routes: list[web.AbstractRouteDef]
    admin_routes: list[web.AbstractRouteDef]
    close: Callable[[], Coroutine[Any, Any, None]]


def mindbox(config: ConfigFile) -> LoyaltyProgram:
    settings = config.decode(config.settings.loyalty, MindboxSettings, "loyalty")
    return MindboxClient(settings, config.secret(settings.secret_key_file, "loyalty.secret_key_file"))


LOYALTY: dict[str, Callable[[ConfigFile], LoyaltyProgram]] = {"mindbox": mindbox}
STORES: dict[str, type[StoreSettings]] = {"sqlite": SqliteSettings, "memory": MemorySettings}


def chosen(config: ConfigFile, section: str, kind: object, known: Mapping[str, T]) -> T:
    """What `kind` names. Raises `ConfigError` with the known kinds."""
    if not isinstance(kind, str) or kind not in known:
        raise ConfigError(f"{config.path}: {section}.kind: указано {kind!r}; допустимы: {', '.join(known)}")
    return known[kind]


def loyalty(config: ConfigFile) -> LoyaltyProgram:
    return chosen(config, "loyalty", config.settings.loyalty.get("kind"), LOYALTY)(config)


def registers(config: ConfigFile) -> Registers:
    """Each register once, under the outlet it stands in."""
    outlet = config.settings.outlet.id
    found: dict[RegisterRef, Register] = {}
    for place, row in enumerate(config.settings.registers, 1):
        ref = RegisterRef(outlet=row.outlet or outlet, register=row.id)
        if ref in found:
            raise ConfigError(f"{config.path}: registers[{place}].id: касса {ref} указана дважды")
        found[ref] = row
    if not found:
        raise ConfigError(f"{config.path}: registers: нужна хотя бы одна касса [[registers]]")
    return found


def printers(config: ConfigFile, known: Registers) -> dict[RegisterRef, Printer]:
    """Printers by register. One printer may serve several registers."""
    opened: dict[str, Printer] = {}
    for place, table in enumerate(config.settings.printers, 1):
        key = f"printers[{place}]"
        rest = dict(table)
        name = rest.pop("name", None)
        if not isinstance(name, str) or name in opened:
            raise ConfigError(f"{config.path}: {key}.name: нужно имя, у каждого принтера своё")
        opened[name] = open_printer(config.decode(rest, PrinterSettings, key))
    wanted = {ref: row for ref, row in known.items() if row.printer}
    for ref, row in wanted.items():
        if row.printer not in opened:
            names = ", ".join(opened) or "ни одного"
            raise ConfigError(f"{config.path}: касса {ref}: printer: нет принтера {row.printer!r}; есть: {names}")
    return {ref: opened[row.printer] for ref, row in wanted.items() if row.slip_to != "register"}


def frontol_routes(config: ConfigFile, known: Registers, core: Core, metrics: Metrics) -> list[web.AbstractRouteDef]:
    by_key: dict[bytes, list[RegisterRef]] = defaultdict(list)
    for ref, row in known.items():
        key = config.secret(row.access_key_file, f"касса {ref}: access_key_file")
        by_key[key.encode()].append(ref)
    budgets = asdict(config.settings.budgets)
    budgets.pop("delivery")
    return frontol.routes(
        core.checkout,
        by_key,
        metrics,
        style=config.decode(config.settings.frontol, frontol.Style, "frontol"),
        budgets=frontol.Budgets(**budgets),
        language=config.settings.language,
        silent={ref for ref, row in known.items() if row.slip_to == "printer"},
    )


def screen_routes(known: Registers, core: Core) -> list[web.AbstractRouteDef]:
    return browser.routes(core.prompting, {ref.register: ref for ref in known})


def store_settings(config: ConfigFile) -> StoreSettings:
    table = config.settings.store
    return config.decode(table, chosen(config, "store", table.get("kind", "sqlite"), STORES), "store")


async def build(config: ConfigFile, on_fatal: Callable[[StoreError], None]) -> Gateway:
    """The whole gateway of one config. Raises `ConfigError`, `TemplateError`, `StoreError`."""
    known = registers(config)
    program, slip_printers = loyalty(config), printers(config, known)
    metrics, clock = Metrics(), SystemClock()
    opened = await open_store(store_settings(config), on_fatal=on_fatal)
    core = build_core(config.settings, program, opened, slip_printers, clock, metrics, config.folder)

    async def close() -> None:
        await program.close()
        await opened.close()

    return Gateway(
        core=core,
        routes=[*screen_routes(known, core), *frontol_routes(config, known, core, metrics)],
        admin_routes=Admin(metrics, opened, clock).routes(),
        close=close,
    )


def check(config: ConfigFile) -> None:
    """Everything `build` would refuse, without opening anything. Raises `ConfigError`, `TemplateError`."""
    known = registers(config)
    loyalty(config)
    printers(config, known)
    store_settings(config)
    config.decode(config.settings.frontol, frontol.Style, "frontol")
    for ref, row in known.items():
        config.secret(row.access_key_file, f"касса {ref}: access_key_file")


def sandbox(seed: Path, host: str, port: int, speed: float) -> Sandbox:
    """A loyalty server to try things on. Raises `ConfigError` when the seed cannot be used."""
    return Sandbox(seed_path=seed, host=host, port=port, speed=speed)
