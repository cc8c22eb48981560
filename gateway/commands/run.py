"""`pos-gateway run`: the daemon. Loads nothing that the daemon does not need."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from gateway import daemon
from gateway.errors import GatewayError

Config = Annotated[Path, typer.Option("--config", "-c", help="Файл настроек (TOML).")]


def run(
    config: Config = Path("/etc/pos-gateway/gateway.toml"),
    listen: Annotated[str | None, typer.Option(help="Адрес для касс, вместо server.listen.")] = None,
    admin: Annotated[str | None, typer.Option(help="Адрес для мониторинга, вместо server.admin.")] = None,
    loyalty_url: Annotated[str | None, typer.Option(help="Адрес сервера лояльности, вместо loyalty.url.")] = None,
) -> None:
    """Запустить шлюз. Остановка: Ctrl-C или SIGTERM."""
    daemon.run(config, {"server.listen": listen, "server.admin": admin, "loyalty.url": loyalty_url})


def main() -> None:
    """The command alone, its name taken off already."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(run)
    to_a_person(app, sys.argv[2:], "pos-gateway run")


def to_a_person(app: typer.Typer, arguments: list[str], name: str) -> None:
    """What an administrator can mend is said in one line, without a traceback."""
    try:
        app(args=arguments, prog_name=name)
    except GatewayError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
