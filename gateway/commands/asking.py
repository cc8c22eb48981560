"""Asking the running gateway over its admin address."""

import http.client
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from gateway import bootstrap
from gateway.config_file import ConfigFile
from gateway.daemon import near
from gateway.errors import ConfigError

SECONDS = 30.0
"""A test page of a slow printer takes its time."""

OK = 200

Admin = Annotated[str, typer.Option("--admin", help="Адрес мониторинга шлюза, вместо server.admin.")]


def ask(path: Path, admin: str, resource: str, wanted: dict[str, Any] | None = None) -> Any:
    """The gateway's answer to GET, or to POST of `wanted`. Raises `ConfigError` when there is none, or it refuses."""
    config = ConfigFile(path)
    host, port = near(admin, "--admin") if admin else near(config.settings.server.admin, "server.admin")
    headers = {"Content-Type": "application/json"}
    if token := bootstrap.admin_token(config):
        headers["Authorization"] = f"Bearer {token}"
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    try:
        body = None if wanted is None else msgspec.json.encode(wanted)
        connection.request("GET" if wanted is None else "POST", resource, body, headers)
        response = connection.getresponse()
        told = msgspec.json.decode(response.read())
    except (OSError, UnicodeError, http.client.HTTPException, msgspec.DecodeError) as error:
        raise ConfigError(f"шлюз не отвечает на {host}:{port}: запущен ли он? ({error})") from error
    finally:
        connection.close()
    if response.status != OK:
        raise ConfigError(f"шлюз отказал: {told.get('error', response.status)}")
    return told
