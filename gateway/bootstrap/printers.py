"""The printers, and which stands beside which register."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from adapters.printers import PrinterSettings, open_printer
from gateway.bootstrap.tills import Registers, frontol_style
from gateway.config_file import ConfigFile
from gateway.domain.receipt import RegisterRef
from gateway.errors import ConfigError
from gateway.ports import Printer
from gateway.services.printing import Printers
from gateway.settings import Register


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


def assigned(
    config: ConfigFile, known: Mapping[RegisterRef, Register], opened: Mapping[str, Printer], told: AbstractSet[str]
) -> Printers:
    """`opened` by name, given to the registers that name them. `told`: slips that Frontol registers print themselves.

    Raises `ConfigError` for a register whose printer is not described.
    """
    for place, row in enumerate(known.values(), 1):
        if row.printer and row.printer not in opened:
            names = ", ".join(opened) or "пока ни одного, опишите его в [[printers]]"
            key = f"registers[{place}].printer"
            raise ConfigError(f"{config.path}: {key}: нет принтера {row.printer!r}; допустимо: {names}")
    with_printer = {ref: row for ref, row in known.items() if row.printer}
    return Printers(
        registers=frozenset(known),
        named=opened,
        of_register={ref: row.printer for ref, row in with_printer.items()},
        slips_of={
            ref
            for ref, row in with_printer.items()
            if row.slip_to != "register" or (row.kind == "frontol" and "sale" not in told)
        },
    )
