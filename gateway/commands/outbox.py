"""`pos-gateway outbox`: what has not reached the loyalty server, and what a person can do about it."""

import sys
from datetime import datetime
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from gateway.commands.attached import DEFAULT, Config, Json, operate, with_store
from gateway.domain.change import Parked, ParkedDocument
from gateway.domain.work import OutboxRow, WorkKind
from gateway.ports import Store
from gateway.services.operating import Found

app = typer.Typer(help="Что ещё не дошло до сервера лояльности.", no_args_is_help=True)

MOST = 200
LONGEST_ID = 39
"""A document id, or one with the generation of a redemption behind it."""

WHAT = {
    WorkKind.DELIVER: "чек",
    WorkKind.RELEASE: "возврат баллов",
    WorkKind.REFUND: "возврат",
    WorkKind.REPORT: "показ окна",
}
Subject = Annotated[str, typer.Argument(help="Идентификатор из `outbox list`.")]


@app.command("list")
def list_(config: Config = DEFAULT, *, json: Json = False) -> None:
    """Показать очередь и то, что сервер отклонил окончательно (parked)."""
    rows = with_store(config, _rows)
    if json:
        _print_json(rows)
        return
    if not rows:
        typer.echo("Очередь пуста: всё доставлено.")
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("Идентификатор", overflow="fold", min_width=LONGEST_ID)  # it is copied into the next command
    for title in ("Что", "Состояние", "Когда", "Попыток", "Почему"):
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(row["id"], row["what"], row["state"], row["when"], row["tries"], row["why"])
    Console().print(table)


async def _rows(store: Store) -> list[dict[str, str]]:
    parked = await store.parked(MOST)
    waiting = [_waiting(row) for row in await store.work(MOST) if row.work.kind in WHAT]
    return [*_parked(parked), *waiting]


def _waiting(row: OutboxRow) -> dict[str, str]:
    state = "в работе" if row.leased_until else "ждёт"
    return {
        "id": row.work.subject,
        "what": WHAT[row.work.kind],
        "state": state,
        "when": _local(row.work.due),
        "tries": str(row.work.tries),
        "why": "",
    }


def _parked(parked: Parked) -> list[dict[str, str]]:
    sales = [("чек", sale.id, sale.close.at if sale.close else None, sale.refusal) for sale in parked.sales]
    refunds = [("возврат", row.id, row.at, row.refusal) for row in parked.refunds]
    documents = [("документ", row.id, row.at, row.reason) for row in parked.documents]
    return [
        {"id": subject, "what": what, "state": "отклонено", "when": _local(at), "tries": "", "why": why}
        for what, subject, at, why in (*sales, *refunds, *documents)
    ]


def _local(at: datetime | None) -> str:
    return at.astimezone().strftime("%d.%m %H:%M:%S") if at else ""


@app.command()
def show(subject: Subject, config: Config = DEFAULT, *, json: Json = False) -> None:
    """Показать одну запись: что в ней, что с ней было, что ответил сервер."""
    found = operate(config, lambda operating: operating.find(subject))
    facts = _facts(found)
    if json:
        _print_json(facts)
        return
    history = facts.pop("history")
    for name, value in facts.items():
        typer.echo(f"{name}: {value}")
    for row in history:
        typer.echo(f"  {row}")


def _facts(found: Found) -> dict[str, Any]:
    """Nothing personal: sums, states, the server's words."""
    record = found.record
    facts: dict[str, Any] = {"id": record.id, "register": str(record.register)}
    if isinstance(record, ParkedDocument):
        facts |= {"state": "parked", "reason": record.reason, "dropped": record.dropped}
    else:
        facts |= {"state": str(record.state), "refusal": record.refusal, "dropped": record.dropped}
    facts["history"] = [
        f"{_local(row.at)} {row.who}: {row.before} -> {row.after} ({row.cause})" for row in found.history
    ]
    return facts


@app.command()
def retry(subject: Subject, config: Config = DEFAULT) -> None:
    """Попробовать снова: после того как причина отказа исправлена."""
    operate(config, lambda operating: operating.retry(subject))
    typer.echo(f"{subject}: будет отправлено снова")


@app.command()
def drop(
    subject: Subject,
    reason: Annotated[str, typer.Option(help="Почему: останется в записи.")],
    config: Config = DEFAULT,
) -> None:
    """Отложить отклонённое: запись и причина остаются, тревога снимается."""
    operate(config, lambda operating: operating.drop(subject, reason))
    typer.echo(f"{subject}: отложено")


def _print_json(value: object) -> None:
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value)) + b"\n")
