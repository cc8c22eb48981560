"""`pos-gateway run`: the daemon, however it is spelt; `plain_start` knows the plainest way by itself."""

from typing import Annotated

import typer

from gateway import daemon
from gateway.commands.attached import DEFAULT, Config


def run(
    config: Config = DEFAULT,
    listen: Annotated[str | None, typer.Option(help="Адрес для касс, вместо server.listen.")] = None,
    admin: Annotated[str | None, typer.Option(help="Адрес для мониторинга, вместо server.admin.")] = None,
    loyalty_url: Annotated[str | None, typer.Option(help="Адрес сервера лояльности, вместо loyalty.url.")] = None,
) -> None:
    """Запустить шлюз. Остановка: Ctrl-C или SIGTERM."""
    daemon.run(config, {"server.listen": listen, "server.admin": admin, "loyalty.url": loyalty_url})
