"""`pos-gateway`: what an administrator types."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from gateway import __version__, bootstrap, daemon, workbench
from gateway.checking import said_of_codes
from gateway.commands import (
    backup,
    doctor,
    doctor_loyalty,
    init,
    limited,
    outbox,
    printers,
    prompts,
    reconcile,
    simulate,
    slip,
    status,
    trial,
)
from gateway.commands.run import run
from gateway.config_file import ConfigFile

app = typer.Typer(
    name="pos-gateway",
    help="Шлюз между кассами магазина и сервером лояльности.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
sandbox_app = typer.Typer(help="Учебный сервер лояльности на этом компьютере.", no_args_is_help=True)
app.add_typer(sandbox_app, name="sandbox")
app.add_typer(outbox.app, name="outbox")
app.add_typer(limited.app, name="limited")
app.add_typer(printers.app, name="printers")
app.add_typer(slip.app, name="slip")
app.add_typer(prompts.app, name="prompts")
app.add_typer(reconcile.app, name="reconcile")
app.add_typer(doctor.app, name="doctor")
doctor.app.command("loyalty")(doctor_loyalty.loyalty)
app.command("run")(run)
app.add_typer(simulate.app, name="simulate")
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("init")(init.init)
app.command("trial")(trial.trial)
app.command("status")(status.status)


@app.command("check-config")
def check_config(file: Annotated[Path, typer.Argument(help="Файл настроек (TOML).")]) -> None:
    """Проверить файл настроек, ключи и шаблоны, ничего не запуская."""
    config = ConfigFile(file)
    bootstrap.check(config)
    typer.echo(f"{file}: настройки верны, касс: {len(config.settings.registers)}")
    if bare := [row.id for row in config.settings.registers if not row.screen_token_file]:
        typer.echo(f"Экраны только на этом компьютере (screen_token_file не задан): {', '.join(bare)}")
    typer.echo(said_of_codes(config))


@app.command()
def version() -> None:
    """Показать версию."""
    typer.echo(__version__)


@sandbox_app.command()
def mindbox(
    seed: Annotated[Path, typer.Option(help="Покупатели, акции и уровни (TOML).")],
    listen: Annotated[str, typer.Option(help="Адрес и порт.")] = "127.0.0.1:8181",
    speed: Annotated[float, typer.Option(help="Во сколько раз ускорить ожидания программы.")] = 1.0,
) -> None:
    """Сервер с протоколом Mindbox: для проб, обучения и тестов."""
    asyncio.run(_serve_sandbox(seed, listen, speed))


async def _serve_sandbox(seed: Path, listen: str, speed: float) -> None:
    host, port = daemon.address(listen, "--listen")
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    async with workbench.sandbox(seed, host, port, speed) as sandbox:
        typer.echo(f"Mindbox sandbox: {sandbox.url}  (Ctrl-C — остановить)")
        await stopped.wait()
