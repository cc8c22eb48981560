"""`pos-gateway printers`: how they are, what is not on paper, and what a person can do about it."""

import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from gateway.commands.asking import Admin, ask
from gateway.commands.attached import DEFAULT, Config, Json

app = typer.Typer(help="Принтеры слипов: состояние, проба, ненапечатанное.", no_args_is_help=True)

REASONS = {
    "offline": "недоступен",
    "silent": "не отвечает",
    "paper_out": "нет бумаги",
    "cover_open": "открыта крышка",
    "fault": "неисправен",
    "busy": "занят",
    "timeout": "перестал отвечать",
    "broken_off": "связь оборвалась",
    "restart": "шлюз был перезапущен",
    "undecided": "неизвестно, кто печатал",
    "too_late": "сервер ответил слишком поздно",
    "no_printer": "у кассы нет принтера",
    "no_template": "шаблон coupon.txt пуст",
}
STATES = {
    "issued": "решается",
    "waiting": "ждёт печати",
    "printing": "печатается",
    "unknown": "неизвестно, напечатано ли",
    "unprinted": "не напечатано",
}
ENDS = {
    "done": "напечатано",
    "sent": "отправлено",
    "unknown": "неизвестно, напечатано ли",
    "blocked": "не напечатано",
    "expired": "не напечатано",
}
OUTCOMES = {
    "done": "Напечатано, принтер подтвердил.",
    "sent": "Отправлено; этот принтер не подтверждает, посмотрите на бумагу.",
    "unknown": "Неизвестно, напечатано ли: посмотрите на бумагу.",
}
Name = Annotated[str, typer.Argument(help="Имя принтера из [[printers]].")]


@app.command("list")
def list_(config: Config = DEFAULT, admin: Admin = "", *, json: Json = False) -> None:
    """Все принтеры: у каких касс, сколько ждёт печати, в порядке ли."""
    told = ask(config, admin, "/printers")
    if json:
        _print_json(told)
        return
    if not told:
        typer.echo("Принтеров нет: опишите их в [[printers]].")
        return
    _table(("Принтер", "Кассы", "Знаков", "Ждут", "Неизвестно", "Состояние", "Последнее"), map(_row, told))


@app.command()
def status(name: Name = "", config: Config = DEFAULT, admin: Admin = "", *, json: Json = False) -> None:
    """Что с принтером и что делать; без имени — со всеми. Код возврата 1, если какой-то не печатает."""
    told = [row for row in ask(config, admin, "/printers") if name in ("", row["name"])]
    if not told and name:
        typer.echo(f"нет принтера {name!r}", err=True)
        raise typer.Exit(2)
    if json:
        _print_json(told)
    else:
        for row in told:
            typer.echo(f"{row['name']}: {row['hint'] or _now(row)}{_since(row)}")
    if any(row["trouble"] for row in told):
        raise typer.Exit(1)


@app.command("test")
def try_out(name: Name, config: Config = DEFAULT, admin: Admin = "", *, json: Json = False) -> None:
    """Напечатать пробную страницу и сказать, что вышло."""
    told = ask(config, admin, "/printers/test", {"what": name})
    if json:
        _print_json(told)
    else:
        typer.echo(OUTCOMES.get(told["state"]) or f"Не напечатано: {_reason(told['reason'])}.")
    if told["state"] not in ("done", "sent"):
        raise typer.Exit(1)


@app.command()
def jobs(config: Config = DEFAULT, admin: Admin = "", *, json: Json = False) -> None:
    """Чего ещё нет на бумаге, с кодами купонов. Напечатанное шлюз забывает."""
    told = ask(config, admin, "/printers/jobs")
    if json:
        _print_json(told)
        return
    if not told:
        typer.echo("Всё напечатано.")
        return
    rows = [
        (
            row["id"],
            row["register"],
            _local(row["made_at"]),
            STATES[row["state"]],
            _reason(row["reason"]),
            _codes(row),
        )
        for row in told
    ]
    _table(("Задание", "Касса", "Когда", "Состояние", "Почему", "Коды купонов"), rows)


@app.command()
def reprint(
    job: Annotated[str, typer.Argument(help="Идентификатор из `printers jobs`.")],
    config: Config = DEFAULT,
    admin: Admin = "",
) -> None:
    """Напечатать ещё раз. Что могло уже выйти, выйдет с пометкой «ПОВТОР»."""
    told = ask(config, admin, "/printers/reprint", {"what": job})
    typer.echo(f"{told['id']}: в очереди принтера {told['printer']}")


def _row(row: dict[str, Any]) -> tuple[object, ...]:
    registers, counts = " ".join(row["registers"]), (row["columns"], row["waiting"], row["unknown"])
    return (row["name"], registers, *counts, _now(row), _last(row))


def _now(row: dict[str, Any]) -> str:
    if row["seen"] is None:
        return "ещё не проверен"
    return _reason(row["trouble"]) if row["trouble"] else "готов"


def _last(row: dict[str, Any]) -> str:
    last = row["last"]
    return f"{ENDS[last['outcome']]} {_local(last['at'])}" if last else "—"


def _since(row: dict[str, Any]) -> str:
    return f" (с {_local(row['since'])})" if row["trouble"] and row["since"] else ""


def _reason(reason: str) -> str:
    return REASONS.get(reason, reason)


def _codes(row: dict[str, Any]) -> str:
    return ", ".join(row["codes"])


def _local(at: str) -> str:
    return datetime.fromisoformat(at).astimezone().strftime("%d.%m %H:%M:%S")


def _table(titles: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    table = Table(box=None, pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*map(str, row))
    Console().print(table)


def _print_json(value: object) -> None:
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value)) + b"\n")
