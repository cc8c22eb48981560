"""`pos-gateway status`: the state of one gateway at a glance, from its store."""

import sys
from typing import Annotated

import msgspec
import typer

from gateway.commands.attached import DEFAULT, Config, Json, with_store
from gateway.ports import Counts


def status(
    config: Config = DEFAULT,
    *,
    json: Json = False,
    exit_code: Annotated[bool, typer.Option(help="Код 1, когда что-то ещё не дошло до сервера.")] = False,
) -> None:
    """Сколько не доставлено, что отклонено, насколько отстаёт доставка."""
    counts = with_store(config, lambda store: store.counts())
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(counts) + b"\n")
    else:
        typer.echo(_said(counts))
    left = counts.pending + counts.parked_sales + counts.parked_refunds + counts.parked_documents
    if exit_code and left:
        raise typer.Exit(1)


def _said(counts: Counts) -> str:
    since = counts.owed_since
    oldest = since.astimezone().strftime("%d.%m %H:%M:%S") if since else "—"
    return (
        f"ждут отправки: {counts.pending}, старейшее с {oldest}\n"
        f"отклонено сервером: чеков {counts.parked_sales}, возвратов {counts.parked_refunds}\n"
        f"не разобрано документов касс: {counts.parked_documents}"
    )
