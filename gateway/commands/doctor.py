"""`pos-gateway doctor`: everything that can be wrong, in plain words, with what to do."""

import asyncio
import sys
from pathlib import Path

import msgspec
import typer
from rich.console import Console

from gateway.checking import said_of_codes
from gateway.commands.attached import DEFAULT, Config, Json
from gateway.config_file import ConfigFile
from gateway.domain.check import Check, State, passed, warned
from gateway.domain.identification import Spending

app = typer.Typer(invoke_without_command=True)

MARKS = {State.OK: "[green]✓[/]", State.WARNING: "[yellow]![/]", State.FAILED: "[red]✗[/]"}


@app.callback()
def doctor(context: typer.Context, config: Config = DEFAULT, *, json: Json = False) -> None:
    """Проверить всё: настройки, ключи, базу, диск, сервер лояльности, принтеры, порты, часы, службу.

    Код завершения 1, когда что-то не работает; предупреждения его не меняют. Ничего не меняет и не печатает чеков.
    """
    if context.invoked_subcommand is not None:
        return
    checks = asyncio.run(examine(config))
    if json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(checks)) + b"\n")
    else:
        show(checks)
    if any(check.state is State.FAILED for check in checks):
        raise typer.Exit(1)


async def examine(path: Path) -> list[Check]:
    """In the order in which they depend on each other."""
    from gateway.doctor import files, machine, printers, reach, running, storing, unit

    config, loaded = files.load(path)
    if config is None:
        return [loaded]
    told = running.checks(config)
    alive = told[0].state is not State.FAILED
    return [
        loaded,
        files.credentials(config),
        machine.clock(config.settings),
        *await storing.checks(config),
        await reach.loyalty(config),
        *await printers.checks(config),
        reach.ports(config, running=alive),
        *unit.checks(config),
        *told,
        _codes(config),
    ]


def _codes(config: ConfigFile) -> Check:
    """What the administrator should have decided, not found out."""
    if config.settings.identification.spending.phone is not Spending.FREELY:
        return passed("codes", said_of_codes(config))
    said = "коды по SMS выключены: баллы спишет любой, кто назовёт чужой телефон"
    return warned("codes", said, "пусть кассир списывает баллы по карте или приложению, а не по названному телефону")


def show(checks: list[Check]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for check in checks:
        console.print(f"{MARKS[check.state]} [bold]{check.name}[/]: ", end="")
        console.print(check.said, markup=False)
        if check.do:
            console.print(f"    → {check.do}", markup=False)
    worst = {state: sum(check.state is state for check in checks) for state in State}
    console.print(f"\nНе работает: {worst[State.FAILED]}, предупреждений: {worst[State.WARNING]}.")
