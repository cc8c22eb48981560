"""`pos-gateway doctor loyalty`: the loyalty server from the shop's side, call by call."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress

from gateway import bootstrap
from gateway.commands.attached import DEFAULT, Config, Json
from gateway.commands.doctor import show
from gateway.config_file import ConfigFile
from gateway.domain.check import State

Calls = Annotated[int, typer.Option(min=0, max=1000, help="Сколько раз замерить узнавание и расчёт; 0 — не мерить.")]


def loyalty(config: Config = DEFAULT, calls: Calls = 20, *, json: Json = False) -> None:
    """Проверить сервер лояльности: адрес, TLS, ключ, каждую операцию, часы и скорость.

    Ничего не меняет: читает то, чего нет, а изменения вызывает пустыми. Код завершения 1, когда что-то не работает.
    """
    file = ConfigFile(config)
    examination = bootstrap.loyalty_examination(file)
    with _bar(examination.steps(calls), hidden=json) as done:
        checks = list(examination.checks(calls, done))
    if json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(checks)) + b"\n")
    else:
        show(checks)
    if any(check.state is State.FAILED for check in checks):
        raise typer.Exit(1)


@contextmanager
def _bar(steps: int, *, hidden: bool) -> Iterator[Callable[[], None]]:
    """On the terminal only: what is redirected to a file has no bar in it."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=hidden or not console.is_terminal) as progress:
        task = progress.add_task("Вызовы", total=steps)
        yield lambda: progress.advance(task)
