"""`pos-gateway init`: the first config of a store, from a few questions or from options; ends with `doctor`."""

import asyncio
import os
import secrets
import string
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from gateway.commands import doctor
from gateway.commands.first_config import LOYALTY_KEY, Answers, Files, Place, Till, known_files, tills, written
from gateway.config_file import CREDENTIALS, secret_target
from gateway.errors import ConfigError
from gateway.resources import shipped

KEY_LENGTH = 24
SANDBOX_URL, SANDBOX_ENDPOINT = "http://127.0.0.1:8181", "Demo.Offline"
SANDBOX_KEY = "demo-secret-key"


def init(
    folder: Annotated[Path, typer.Option(help="Куда писать.")] = Path("/etc/pos-gateway"),
    outlet: Annotated[str, typer.Option(help="Идентификатор магазина, как во Frontol.")] = "",
    register: Annotated[
        list[str] | None, typer.Option(help="Идентификатор кассы Frontol; можно несколько раз.")
    ] = None,
    onec_register: Annotated[
        list[str] | None, typer.Option(help="Имя кассы 1С:Розница; можно несколько раз.")
    ] = None,
    url: Annotated[str, typer.Option(help="Адрес API сервера лояльности, https://...")] = "",
    endpoint: Annotated[str, typer.Option(help="Точка интеграции (endpointId) проекта Mindbox.")] = "",
    key_file: Annotated[Path | None, typer.Option(help="Файл с секретным ключом точки интеграции.")] = None,
    printer: Annotated[
        list[str] | None,
        typer.Option(help="Принтер слипов: имя=адрес:порт или имя=/dev/usb/lp0; можно несколько раз."),
    ] = None,
    *,
    sandbox: Annotated[bool, typer.Option(help="Для пробы: учебный сервер лояльности на этом компьютере.")] = False,
    force: Annotated[bool, typer.Option(help="Заменить настройки, что уже есть; старые останутся в .old.")] = False,
) -> None:
    """Первые настройки магазина: несколько вопросов (или те же ответы ключами), файл с пояснениями, проверка.

    Секреты пишутся отдельными файлами в FOLDER/credentials, доступными только root.
    """
    target = folder / "gateway.toml"
    if target.exists() and not force:
        raise ConfigError(f"{target} уже есть: измените его, или init --force (старый останется в {target}.old)")
    answers = Answers(
        outlet=outlet or typer.prompt("Идентификатор магазина (как во Frontol)"),
        registers=_registers(register, onec_register, _known(target)),
        url=SANDBOX_URL if sandbox else url or typer.prompt("Адрес API Mindbox", default="https://api.mindbox.ru"),
        endpoint=SANDBOX_ENDPOINT if sandbox else endpoint or typer.prompt("Точка интеграции (endpointId)"),
        printers=_printers(printer, asked=not (outlet and (register or onec_register))),
        templates="receipt_templates" if (folder / "receipt_templates").is_dir() else "",
    )
    key = SANDBOX_KEY if sandbox else _loyalty_key(key_file)
    text = written((shipped("config") / "gateway.toml").read_text(encoding="utf-8"), answers)
    _write(target, text, mode=0o644, keep=True)
    _write(folder / CREDENTIALS / LOYALTY_KEY, key + "\n", mode=0o600)
    typer.echo(f"{target}: записан.")
    for till in answers.registers:
        _tell(till, folder)
    typer.echo("Проверка:\n")
    doctor.show(asyncio.run(doctor.examine(target)))
    typer.echo("\nДальше: systemctl start pos-gateway.socket pos-gateway, потом pos-gateway doctor ещё раз.")


def _known(target: Path) -> Files:
    return known_files(target.read_text(encoding="utf-8-sig", errors="replace")) if target.is_file() else {}


def _registers(frontol: list[str] | None, onec: list[str] | None, known: Files) -> tuple[Till, ...]:
    """Raises `ConfigError` when there is none."""
    if not (frontol or onec):
        frontol = _list("Идентификаторы касс Frontol через запятую, как во Frontol (пусто — нет)")
        onec = _list("Имена касс 1С:Розница через запятую (пусто — нет)")
    return tills(frontol or [], onec or [], known)


def _list(question: str) -> list[str]:
    answer = str(typer.prompt(question, default="", show_default=False))
    return [part.strip() for part in answer.split(",") if part.strip()]


def _tell(till: Till, folder: Path) -> None:
    """What is entered at the register, and where its cashier looks."""
    key, token = (_made_up(secret_target(folder, name)) for name in (till.access_key_file, till.screen_token_file))
    where = "ключ доступа для Frontol" if till.kind == "frontol" else "ключ для формы шл_Настройки в 1С"
    typer.echo(f"Касса {till.id}: {where} {key}")
    page = f"http://АДРЕС-ЭТОГО-КОМПЬЮТЕРА:8090/cashier/{quote(till.id)}?token={token}"
    typer.echo(f"  страница кассира: {page}")


def _printers(given: list[str] | None, *, asked: bool) -> dict[str, Place]:
    """Raises `ConfigError` for what is no `name=place`."""
    rows = given
    if rows is None and asked:
        answer = typer.prompt("Принтер слипов (имя=адрес:порт, имя=/dev/usb/lp0; пусто — нет)", default="")
        rows = [answer] if answer else []
    found = {}
    for row in rows or []:
        name, equals, place = row.partition("=")
        if not (name and equals and place):
            raise ConfigError(f"принтер {row!r}: ожидается имя=адрес:порт или имя=/dev/...")
        found[name] = Place(place)
    return found


def _loyalty_key(path: Path | None) -> str:
    """Never from the command line: every user of the computer sees it there. Raises `ConfigError`."""
    key = (
        path.read_text(encoding="utf-8").strip() if path else typer.prompt("Секретный ключ Mindbox", hide_input=True)
    )
    if not key:
        raise ConfigError("секретный ключ сервера лояльности пуст")
    return str(key)


def _made_up(path: Path) -> str:
    """The key that registers and screens know already, or a new one."""
    if path.is_file() and (old := path.read_text(encoding="utf-8").strip()):
        return old
    key = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(KEY_LENGTH))
    _write(path, key + "\n", mode=0o600)
    return key


def _write(path: Path, text: str, *, mode: int, keep: bool = False) -> None:
    """Never readable by others, not even for a moment. Raises `ConfigError`."""
    try:
        path.parent.mkdir(mode=0o700 if path.parent.name == CREDENTIALS else 0o755, parents=True, exist_ok=True)
        if keep and path.exists():
            path.replace(path.with_name(path.name + ".old"))
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(f"{path} не записать: {error.strerror}; нужен root: sudo pos-gateway init") from error
