"""Registers by their kind: who they are, what opens to their keys, the routes they ask."""

from collections import defaultdict
from collections.abc import Mapping

from aiohttp import web
from msgspec.structs import asdict

from adapters.registers import frontol, onec_retail
from adapters.registers.asking import Budgets
from adapters.registers.frontol.report import ReportSettings, ReportSource
from adapters.registers.lane import Lanes
from gateway.config_file import ConfigFile
from gateway.core import Core
from gateway.domain.receipt import RegisterRef
from gateway.errors import ConfigError
from gateway.ports import Meter
from gateway.settings import Register

Registers = Mapping[RegisterRef, Register]


Routes = list[web.AbstractRouteDef]


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


def budgets(config: ConfigFile) -> Budgets:
    """How long registers wait, of whatever kind."""
    known = asdict(config.settings.budgets)
    return Budgets(**{name: known[name] for name in Budgets.__struct_fields__})


def onec_style(config: ConfigFile) -> onec_retail.Style:
    return config.decode(config.settings.onec_retail, onec_retail.Style, "onec_retail")


def onec_routes(config: ConfigFile, known: Registers, core: Core, metrics: Meter) -> Routes:
    return onec_retail.routes(
        core.checkout,
        core.people.enrolling,
        core.people.informing,
        onec_tokens(config, known),
        tuple(known),
        metrics,
        style=onec_style(config),
        budgets=budgets(config),
        language=config.settings.language,
        identification=config.settings.identification.rules(),
    )


def frontol_style(config: ConfigFile) -> frontol.Style:
    return config.decode(config.settings.frontol, frontol.Style, "frontol")


def frontol_routes(config: ConfigFile, known: Registers, core: Core, metrics: Meter, lanes: Lanes) -> Routes:
    return frontol.routes(
        core.checkout,
        core.people.enrolling,
        secrets(config, known, "frontol"),
        metrics,
        style=frontol_style(config),
        budgets=budgets(config),
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
