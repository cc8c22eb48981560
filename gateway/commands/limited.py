"""`pos-gateway limited`: the switch of limited mode, told to the running gateway over its admin address."""

from pathlib import Path
from typing import Any

import typer

from gateway.commands.asking import Admin, ask
from gateway.commands.attached import DEFAULT, Config
from gateway.doctor.running import LIMITED

app = typer.Typer(help="Ограниченный режим: продажи идут без сервера лояльности.", no_args_is_help=True)


@app.command()
def on(config: Config = DEFAULT, admin: Admin = "") -> None:
    """Кассы больше не ждут сервер лояльности; чеки доставляются как обычно."""
    _say(_ask(config, admin, {"on": True}))


@app.command()
def off(config: Config = DEFAULT, admin: Admin = "") -> None:
    """Выключить то, что включено вручную."""
    _say(_ask(config, admin, {"on": False}))


@app.command()
def status(config: Config = DEFAULT, admin: Admin = "") -> None:
    """Включён ли режим, с каких пор и почему."""
    _say(_ask(config, admin, None))


def _ask(path: Path, admin: str, wanted: dict[str, bool] | None) -> dict[str, Any]:
    told: dict[str, Any] = ask(path, admin, "/limited", wanted)
    return told


def _say(told: dict[str, Any]) -> None:
    if not told["limited"]:
        typer.echo("Ограниченный режим выключен: программа лояльности работает.")
        return
    typer.echo("Ограниченный режим включён:")
    for reason, since in told["reasons"].items():
        typer.echo(f"  {LIMITED.get(reason, reason)}, с {since}")
    if told["failing"]:
        typer.echo(f"  не отвечают: {', '.join(told['failing'])}")
    if told["overdue"]:
        typer.echo("  дольше, чем должен")
