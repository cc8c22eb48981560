"""`pos-gateway run` as systemd types it: half of a start would be spent on what a daemon never uses."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

OPTIONS = {
    "--config": "config",
    "-c": "config",
    "--listen": "server.listen",
    "--admin": "server.admin",
    "--loyalty-url": "loyalty.url",
}
"""Those of `gateway.commands.run`, each followed by its value."""

AUTHORITIES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Where OpenSSL looks for certificates instead of the system's places."""


def options(arguments: Sequence[str]) -> dict[str, str] | None:
    """What `run` is to do; None for other commands and other spellings: typer reads those, or explains them."""
    names, values = arguments[1::2], arguments[2::2]
    plain = all(name in OPTIONS for name in names) and all(value[:1] not in {"", "-"} for value in values)
    if arguments[:1] != ["run"] or len(names) != len(values) or not plain:
        return None
    return {OPTIONS[name]: value for name, value in zip(names, values, strict=True)}


def run(chosen: dict[str, str]) -> None:
    """The daemon. Raises `GatewayError`."""
    with without_drawing(), without_authorities():
        from gateway import daemon
    overrides = {name: value for name, value in chosen.items() if name != "config"}
    daemon.run(Path(chosen.get("config", daemon.CONFIG)), overrides)


@contextmanager
def without_drawing() -> Iterator[None]:
    """structlog loads rich at its import, to draw tracebacks."""
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type]  # the import system's own mark for "not there"
    yield
    del sys.modules["rich"]


@contextmanager
def without_authorities() -> Iterator[None]:
    """aiohttp reads all certificates of authorities at its import, twice, for a client that a daemon does not use."""
    kept = {name: os.environ[name] for name in AUTHORITIES if name in os.environ}
    os.environ.update(dict.fromkeys(AUTHORITIES, os.devnull))
    yield
    for name in AUTHORITIES:
        del os.environ[name]
    os.environ.update(kept)
