"""The slip printers, asked how they are. A running gateway is asked instead: two callers would hinder each other."""

from pathlib import Path
from typing import Any

from gateway import bootstrap, workbench
from gateway.bootstrap.printers import printers
from gateway.config_file import ConfigFile
from gateway.doctor.running import fetched
from gateway.domain.check import Check, failed, passed, warned
from gateway.domain.print_outcome import Trouble
from gateway.domain.printer_state import HINTS

SECONDS = 5.0

Place = Path | tuple[str, int] | None


async def checks(config: ConfigFile) -> list[Check]:
    """One for each of `[[printers]]`, in words of what to do about it."""
    found = fetched(config, "/printers")
    if found is not None:
        return [_told(row) for row in found.told]
    described = printers(config, bootstrap.registers(config)).named
    places = workbench.printer_places(config)
    return [_seen(name, places[name], await one.look(timeout=SECONDS)) for name, one in described.items()]


def _told(row: dict[str, Any]) -> Check:
    """As the gateway sees it; slips whose fate is not known are a person's business too."""
    title = f"printer {row['name']}"
    if row["trouble"]:
        return failed(title, row["hint"], _do(row["name"]))
    if row["seen"] is None:
        return warned(title, "шлюз ещё не смотрел на него", f"повторите через минуту или: {_do(row['name'])}")
    if row["unknown"]:
        return warned(title, f"готов; неизвестно, напечатано ли: {row['unknown']}", "pos-gateway printers jobs")
    return passed(title, "готов" + (f", ждут печати: {row['waiting']}" if row["waiting"] else ""))


def _seen(name: str, place: Place, trouble: Trouble) -> Check:
    title = f"printer {name}"
    if place is None:
        return passed(title, "в памяти: ничего не печатает, только для проб")
    where = ":".join(map(str, place)) if isinstance(place, tuple) else str(place)
    if trouble is not Trouble.NONE:
        return failed(title, f"{where}: {HINTS[trouble]}", _find(place))
    return passed(title, f"{where}: готов")


def _do(name: str) -> str:
    return f"pos-gateway printers status {name}; пробная печать: pos-gateway printers test {name}"


def _find(place: Path | tuple[str, int]) -> str:
    if isinstance(place, tuple):
        return f"отвечает ли адрес: ping {place[0]}; адрес печатает самотест принтера"
    return "видит ли его компьютер: ls -l /dev/usb /dev/ttyUSB*"
