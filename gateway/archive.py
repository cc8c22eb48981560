"""All of one store's gateway in one file: database, config, secrets, templates. Whoever has it has the secrets."""

import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

from gateway.config_file import CREDENTIALS, ConfigFile
from gateway.errors import ConfigError

DATABASE = "gateway.sqlite"
CONFIG = "gateway.toml"
PRIVATE = 0o600


def written(archive: Path, config: ConfigFile, database: Path) -> None:
    """`database` is a finished copy. Raises `ConfigError` when the archive is there already or cannot be written."""
    try:
        descriptor = os.open(archive, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as tar:
            tar.add(database, DATABASE)
            for name, path in _beside(config):
                tar.add(path, name)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ConfigError(f"{archive}: {error.strerror}") from error


def _beside(config: ConfigFile) -> Iterator[tuple[str, Path]]:
    """The config under one name, whatever it is called here; the folders beside it under their own."""
    yield CONFIG, config.path
    for name in (CREDENTIALS, config.settings.templates.folder):
        if name and not Path(name).is_absolute() and (config.folder / name).is_dir():
            yield name, config.folder / name


def unpacked(archive: Path, folder: Path) -> None:
    """Into an empty folder of ours. Raises `ConfigError` for what is no archive, or would write elsewhere."""
    try:
        with tarfile.open(archive, "r:gz") as tar:
            tar.extractall(folder, filter="data")  # refuses absolute paths, `..`, devices and links out of the folder
    except (OSError, tarfile.TarError) as error:
        raise ConfigError(f"{archive}: это не архив шлюза: {error}") from error
    if not (folder / DATABASE).is_file() or not (folder / CONFIG).is_file():
        raise ConfigError(f"{archive}: это не архив шлюза: в нём нет {DATABASE} и {CONFIG}")
