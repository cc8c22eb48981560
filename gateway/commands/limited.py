"""`pos-gateway limited`: the switch of limited mode, told to the running gateway over its admin address."""

import http.client
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from gateway import bootstrap
from gateway.config_file import ConfigFile
from gateway.errors import ConfigError

app = typer.Typer(help="Ограниченный режим: продажи идут без сервера лояльности.", no_args_is_help=True)

SECONDS = 5.0
OK = 200

Config = Annotated[Path, typer.Option("--config", "-c", help="Файл настроек (TOML).")]
Admin = Annotated[str, typer.Option("--admin", help="Адрес мониторинга шлюза, вместо server.admin.")]
DEFAULT = Path("/etc/pos-gateway/gateway.toml")

REASONS = {"store": "шлюз не может сохранять чеки", "manual": "включён вручную", "server": "сервер лояльности"}


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
    """What the gateway says. Raises `ConfigError` when it cannot be asked, or refuses."""
    config = ConfigFile(path)
    host, _, port = (admin or config.settings.server.admin).rpartition(":")
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]"))
    headers = {"Content-Type": "application/json"}
    if token := bootstrap.admin_token(config):
        headers["Authorization"] = f"Bearer {token}"
    connection = http.client.HTTPConnection(host, int(port), timeout=SECONDS)
    try:
        body = None if wanted is None else msgspec.json.encode(wanted)
        connection.request("GET" if wanted is None else "POST", "/limited", body, headers)
        response = connection.getresponse()
        told: dict[str, Any] = msgspec.json.decode(response.read())
    except (OSError, http.client.HTTPException, msgspec.DecodeError) as error:
        raise ConfigError(f"шлюз не отвечает на {host}:{port}: запущен ли он? ({error})") from error
    finally:
        connection.close()
    if response.status != OK:
        raise ConfigError(f"шлюз отказал: {told.get('error', response.status)}")
    return told


def _say(told: dict[str, Any]) -> None:
    if not told["limited"]:
        typer.echo("Ограниченный режим выключен: программа лояльности работает.")
        return
    typer.echo("Ограниченный режим включён:")
    for reason, since in told["reasons"].items():
        typer.echo(f"  {REASONS.get(reason, reason)}, с {since}")
    if told["failing"]:
        typer.echo(f"  не отвечают: {', '.join(told['failing'])}")
    if told["overdue"]:
        typer.echo("  дольше, чем должен")
