"""All of one store's gateway in one file: database, config, secrets, templates. Whoever has it has the secrets.

How this works. Inside, everything has a name of ours, wherever it lay: what the config names is found again by the
config's own words. Links are followed: the archive has the content.
"""

import os
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from msgspec import to_builtins

from gateway.config_file import ConfigFile
from gateway.errors import ConfigError

DATABASE, CONFIG, SECRETS, TEMPLATES = "gateway.sqlite", "gateway.toml", "secrets", "templates"
PRIVATE = 0o600


def secret_names(config: ConfigFile) -> list[str]:
    """The files of secrets, as the config spells them: every key of theirs ends with `_file`."""
    settings = config.settings
    tables = (to_builtins(settings.server), settings.store, settings.loyalty, settings.mail)
    rows = (*tables, *(to_builtins(row) for row in settings.registers))
    return sorted({str(name) for row in rows for key, name in row.items() if key.endswith("_file") and name})


def secret_place(name: str) -> str:
    """Where an archive has the secret that the config calls `name`."""
    return f"{SECRETS}/{quote(name, safe='')}"


def written(archive: Path, config: ConfigFile, database: Path) -> list[str]:
    """`database` is a finished copy. Says what the config names and nobody finds here.

    Raises `ConfigError` when the archive is there already or cannot be written.
    """
    try:
        found = {DATABASE: database, CONFIG: config.path, **_named(config)}
        descriptor = os.open(archive, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    except OSError as error:
        raise ConfigError(f"{error.filename}: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz", dereference=True) as tar:
                for name, path in found.items():
                    tar.add(path, name)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        archive.unlink()
        raise ConfigError(f"{error.filename or archive}: {error.strerror}") from error
    return list(_missing(config, found))


def _named(config: ConfigFile) -> dict[str, Path]:
    """The secrets and templates that are here, by their names in the archive."""
    secrets = {secret_place(name): config.secret_file(name) for name in secret_names(config)}
    folder = config.settings.templates.folder
    templates = config.folder / folder if folder else None
    return {name: path for name, path in secrets.items() if path} | (
        {TEMPLATES: templates} if templates and templates.is_dir() else {}
    )


def _missing(config: ConfigFile, found: dict[str, Path]) -> Iterator[str]:
    for name in secret_names(config):
        if secret_place(name) not in found:
            yield f"ключ {name}: такого файла нет"
    folder = config.settings.templates.folder
    if folder and TEMPLATES not in found:
        yield f"шаблоны {folder}: такой папки нет"


def unpacked(archive: Path, folder: Path) -> None:
    """Into an empty folder of ours. Raises `ConfigError` for what is no archive, or would write elsewhere."""
    try:
        with tarfile.open(archive, "r:gz") as tar:
            tar.extractall(folder, filter="data")  # refuses absolute paths, `..`, devices and links out of the folder
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise ConfigError(f"{archive}: это не архив шлюза: {error}") from error
    if not (folder / DATABASE).is_file() or not (folder / CONFIG).is_file():
        raise ConfigError(f"{archive}: это не архив шлюза: в нём нет {DATABASE} и {CONFIG}")
