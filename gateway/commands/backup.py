"""`pos-gateway backup` and `restore`: all of a gateway in one file, while it runs; and the way back."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from gateway import archive, workbench
from gateway.clock import SystemClock
from gateway.commands.attached import DEFAULT, Config
from gateway.config_file import ConfigFile
from gateway.doctor import running
from gateway.errors import ConfigError, StoreError
from gateway.restoring import pieces, place, refusal

File = Annotated[Path | None, typer.Argument(help="Файл архива; пусто — pos-gateway-ДАТА.tar.gz здесь.")]


def backup(file: File = None, config: Config = DEFAULT) -> None:
    """Сохранить всё: базу (шлюз при этом работает), настройки, ключи, шаблоны. В файле секреты: храните его так же.

    База PostgreSQL сохраняется её же средствами: pg_dump. Код завершения 1, когда чего-то из названного в настройках
    здесь нет или из записанного архива восстановить нельзя.
    """
    loaded = ConfigFile(config)
    target = file or Path(f"pos-gateway-{SystemClock().now().astimezone():%Y%m%d-%H%M%S}.tar.gz")
    with tempfile.TemporaryDirectory(prefix="pos-gateway-") as name:
        copied = Path(name) / archive.DATABASE
        workbench.copy_store(loaded, copied)
        missing = archive.written(target, loaded, copied)
    _try_out(target)
    typer.echo(f"{target}: сохранено, {target.stat().st_size // 1024} КБ. В файле секреты и данные покупателей.")
    _tell_and_fail("Не сохранено", missing)


def _try_out(target: Path) -> None:
    """As a restore would begin. Raises `ConfigError`, `StoreError`; the file stays for whoever can use it."""
    with tempfile.TemporaryDirectory(prefix="pos-gateway-") as name:
        try:
            _opened(target, Path(name), Path(name) / archive.CONFIG)
        except (ConfigError, StoreError) as error:
            raise type(error)(f"{target}: записан, но восстановить из него нельзя: {error}") from error


def _tell_and_fail(what: str, faults: list[str]) -> None:
    """Raises `typer.Exit` with 1 when there is any."""
    for fault in faults:
        typer.echo(f"{what}: {fault}", err=True)
    if faults:
        raise typer.Exit(1)


def restore(
    file: Annotated[Path, typer.Argument(help="Архив, сделанный командой backup.")],
    config: Config = DEFAULT,
    *,
    force: Annotated[bool, typer.Option(help="Заменить то, что уже есть; прежнее останется с именем .old.")] = False,
) -> None:
    """Вернуть всё из архива на этот компьютер. Шлюз должен быть остановлен, и на старом компьютере тоже.

    Не отправленное к моменту копии будет отправлено; уже отправленное сервер узнает по ключам и не удвоит.
    Код завершения 1, когда что-то из архива не легло на место: что именно, сказано.
    """
    with tempfile.TemporaryDirectory(prefix="pos-gateway-") as name:
        loaded = _opened(file, Path(name), config)
        database = workbench.database(loaded)
        named = {piece: refusal(piece, loaded.folder) for piece in pieces(Path(name), loaded)}
        faults = [why for why in named.values() if why]
        fitting = [piece for piece, why in named.items() if piece.is_needed and not why]
        _require_free(loaded, [database, config, *(piece.target for piece in fitting)], force=force)
        _put(Path(name) / archive.DATABASE, database)
        _put(Path(name) / archive.CONFIG, config)
        for piece in fitting:
            _put(piece.source, piece.target)
    typer.echo(f"Восстановлено: {database}, {config}; ключей и шаблонов: {len(named) - len(faults)}.")
    typer.echo(
        "На старом компьютере шлюз больше не запускайте. Дальше: systemctl start pos-gateway, pos-gateway doctor"
    )
    _tell_and_fail("Не восстановлено", faults)


def _opened(file: Path, folder: Path, config: Path) -> ConfigFile:
    """An archive unpacked into `folder`; its config as it will be read at `config`.

    Raises `ConfigError`, `StoreError` for what no gateway could start on.
    """
    archive.unpacked(file, folder)
    loaded = ConfigFile(folder / archive.CONFIG, folder=config.parent.resolve())
    workbench.require_usable(folder / archive.DATABASE)
    return loaded


def _put(source: Path, target: Path) -> None:
    """Raises `ConfigError`; what was put before stays, and a second restore goes on."""
    try:
        place(source, target)
    except OSError as error:
        raise ConfigError(f"{target} не записать: {error.strerror}; нужен root и место на диске") from error


def _require_free(config: ConfigFile, targets: list[Path], *, force: bool) -> None:
    """Raises `ConfigError` when something would be overwritten, or written under a running gateway."""
    if running.fetched(config, "/healthz") is not None:
        raise ConfigError("шлюз работает: systemctl stop pos-gateway.socket pos-gateway, потом повторите")
    there = [str(path) for path in targets if path.exists()]
    if there and not force:
        raise ConfigError(f"уже есть: {', '.join(there)}; с --force прежние останутся рядом с именем .old")
