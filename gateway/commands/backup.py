"""`pos-gateway backup` and `restore`: all of a gateway in one file, while it runs; and the way back."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from gateway import archive, workbench
from gateway.clock import SystemClock
from gateway.commands.attached import DEFAULT, Config
from gateway.config_file import CREDENTIALS, ConfigFile
from gateway.doctor import running
from gateway.errors import ConfigError

File = Annotated[Path | None, typer.Argument(help="Файл архива; пусто — pos-gateway-ДАТА.tar.gz здесь.")]


def backup(file: File = None, config: Config = DEFAULT) -> None:
    """Сохранить всё: базу (шлюз при этом работает), настройки, ключи, шаблоны. В файле секреты: храните его так же.

    База PostgreSQL сохраняется её же средствами: pg_dump.
    """
    loaded = ConfigFile(config)
    target = file or Path(f"pos-gateway-{SystemClock().now().astimezone():%Y%m%d-%H%M%S}.tar.gz")
    with tempfile.TemporaryDirectory(prefix="pos-gateway-") as name:
        copied = Path(name) / archive.DATABASE
        workbench.copy_store(loaded, copied)
        archive.written(target, loaded, copied)
    typer.echo(f"{target}: сохранено, {target.stat().st_size // 1024} КБ. В файле секреты и данные покупателей.")


def restore(
    file: Annotated[Path, typer.Argument(help="Архив, сделанный командой backup.")],
    config: Config = DEFAULT,
    *,
    force: Annotated[bool, typer.Option(help="Заменить базу и настройки, что уже есть; прежние — в .old.")] = False,
) -> None:
    """Вернуть всё из архива на этот компьютер. Шлюз должен быть остановлен, и на старом компьютере тоже.

    Не отправленное к моменту копии будет отправлено; уже отправленное сервер узнает по ключам и не удвоит.
    """
    with tempfile.TemporaryDirectory(prefix="pos-gateway-") as name:
        folder = Path(name)
        archive.unpacked(file, folder)
        loaded = ConfigFile(folder / archive.CONFIG)
        workbench.require_usable(folder / archive.DATABASE)
        database = workbench.database(loaded)
        _require_free(loaded, [database, config], force=force)
        _place(folder / archive.DATABASE, database)
        for stale in (database.with_name(database.name + end) for end in ("-wal", "-shm")):
            stale.unlink(missing_ok=True)
        _place(folder / archive.CONFIG, config)
        for inner in (CREDENTIALS, loaded.settings.templates.folder):
            if inner and (folder / inner).is_dir():
                shutil.copytree(folder / inner, config.parent / inner, dirs_exist_ok=True)
    typer.echo(f"Восстановлено: {database}, {config}.")
    typer.echo(
        "На старом компьютере шлюз больше не запускайте. Дальше: systemctl start pos-gateway, pos-gateway doctor"
    )


def _require_free(config: ConfigFile, targets: list[Path], *, force: bool) -> None:
    """Raises `ConfigError` when something would be overwritten, or written under a running gateway."""
    if running.fetched(config, "/healthz") is not None:
        raise ConfigError("шлюз работает: systemctl stop pos-gateway.socket pos-gateway, потом повторите")
    there = [str(path) for path in targets if path.exists()]
    if there and not force:
        raise ConfigError(f"уже есть: {', '.join(there)}; с --force прежние останутся рядом с именем .old")


def _place(source: Path, target: Path) -> None:
    """Whole or not at all, and the property of whoever owns the folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.replace(target.with_name(target.name + ".old"))
    draft = target.with_name(target.name + ".new")
    shutil.copy2(source, draft)
    owner = target.parent.stat()
    os.chown(draft, owner.st_uid, owner.st_gid)
    draft.replace(target)
