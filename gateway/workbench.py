"""What the administrator's commands need of the adapters and the daemon does not: not loaded at its start."""

from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.printers import PrinterSettings
from adapters.stores import SqliteSettings
from gateway import bootstrap
from gateway.config_file import ConfigFile
from gateway.daemon import near
from gateway.domain.receipt import RegisterRef
from gateway.domain.slip import Slip
from gateway.errors import ConfigError
from gateway.settings import Register

if TYPE_CHECKING:
    from adapters.loyalty.mindbox.sandbox import Sandbox
    from adapters.registers.frontol.simulator import Till
    from adapters.registers.frontol.simulator.telling import Told
    from adapters.registers.onec_retail.simulator import OneCTill


def database(config: ConfigFile) -> Path:
    """The file of the store. Raises `ConfigError` for a store that is none."""
    settings = bootstrap.store_settings(config)
    if not isinstance(settings, SqliteSettings):
        raise ConfigError(f"{config.path}: store.kind: база не в файле: для неё есть pg_dump и pg_restore")
    return Path(settings.path)


def phone_digits(spelt: str) -> str:
    """A phone as a cashier enters it, in the form the loyalty server looks for."""
    from adapters.registers.phones import phone_digits as digits

    return digits(spelt)


def copy_store(config: ConfigFile, target: Path) -> None:
    """While the gateway runs. Raises `ConfigError`, `StoreError`."""
    from adapters.stores.sqlite.copying import copy

    copy(database(config), target)


def require_usable(copied: Path) -> None:
    """Raises `StoreError` for a copy that this gateway could not start on."""
    from adapters.stores.sqlite import copying

    copying.require_usable(copied)


def printer_places(config: ConfigFile) -> dict[str, Path | tuple[str, int] | None]:
    """Where each printer is, by its name: a device, an address, or nowhere."""
    places: dict[str, Path | tuple[str, int] | None] = {}
    for place, table in enumerate(config.settings.printers, 1):
        rest = {key: value for key, value in table.items() if key != "name"}
        settings = config.decode(rest, PrinterSettings, f"printers[{place}]")
        near = Path(settings.path) if settings.path else None
        places[table["name"]] = settings.host_and_port if settings.kind == "network" else near
    return places


async def trial(
    config: ConfigFile, name: str, phone: str, sku: str, price: Decimal
) -> AsyncIterator[tuple[str, bool]]:
    """One sale at register `name` (empty: the first): each step in words, and whether it was accepted.

    Raises `ConfigError`, `RegisterError`.
    """
    from adapters.registers.frontol.simulator.trial import told, trial_sale

    known = bootstrap.registers(config)
    found = [(ref, row) for ref, row in known.items() if name in ("", row.id)]
    if not found:
        names = ", ".join(row.id for row in known.values())
        raise ConfigError(f"нет кассы {name!r}; есть: {names}")
    async with _simulated(config, *found[0]) as till:
        async for step, exchange in trial_sale(till, phone, sku, price):
            yield told(step, exchange), exchange.answer.accepted


def _simulated(config: ConfigFile, ref: RegisterRef, row: Register) -> "Till | OneCTill":
    """A register of that kind, at the gateway of this config."""
    from adapters.registers.frontol.simulator import Till
    from adapters.registers.frontol.simulator.trial import CASHIER
    from adapters.registers.onec_retail.simulator import OneCTill

    key = config.secret(row.access_key_file, "registers.access_key_file")
    host, port = near(config.settings.server.listen, "server.listen")
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    if row.kind == "onec_retail":
        return OneCTill(url, key)
    return Till(f"{url}/frontol", key, "trial", ref.outlet, ref.register, CASHIER)


def sandbox(seed: Path, host: str, port: int, speed: float) -> "Sandbox":
    """A loyalty server to try things on. Raises `ConfigError` when the seed cannot be used."""
    from adapters.loyalty.mindbox.sandbox import Sandbox

    return Sandbox(seed_path=seed, host=host, port=port, speed=speed)


def play_frontol(path: Path, url: str, key: str, *, recorded: bool) -> AsyncIterator["Told"]:
    """A script, or a recording, at a simulated till. Raises `ConfigError`, `RegisterError` while it is read."""
    from adapters.registers.frontol.simulator.playing import play, play_again

    return (play_again if recorded else play)(path, url, key)


def picture(slip: Slip, *, columns: int, code_page: str, note: str = "") -> bytes:
    """A slip as a PNG of its paper. Raises `ConfigError` when there is no font to draw with."""
    from adapters.printers.picture import picture as drawn

    return drawn(slip, columns=columns, code_page=code_page, note=note)


def play_onec(
    path: Path, url: str, token: str, quirks: frozenset[str], read_code: Callable[[], Awaitable[str]]
) -> AsyncIterator["Told"]:
    """A script at 1C's simulated cashier screen. Raises as `play_frontol`, `ConfigError` for an unknown quirk."""
    from adapters.registers.onec_retail.simulator import Quirk
    from adapters.registers.onec_retail.simulator.playing import play

    if unknown := quirks - set(Quirk):
        raise ConfigError(f"--quirk: нет {', '.join(sorted(unknown))}; допустимо: {', '.join(Quirk)}")
    return play(path, url, token, frozenset(map(Quirk, quirks)), read_code)
