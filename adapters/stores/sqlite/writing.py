"""The jobs of the writer thread: what is written inside its transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection

from adapters.stores.instants import microseconds
from adapters.stores.records import (
    Row,
    document_row,
    history_row,
    job_row,
    leased_row,
    occasion_row,
    prompt_row,
    read_work,
    refund_row,
    work_row,
)
from adapters.stores.sqlite.queries import QUERIES
from adapters.stores.sqlite.sales import close_row, is_closed_as, sale_row
from gateway.domain.change import Change
from gateway.domain.sale_record import Sale
from gateway.domain.work import Lane, Work
from gateway.errors import Conflict


def apply(change: Change, connection: Connection) -> None:
    """All of the change. Raises `Conflict`; the writer undoes what was written before it."""
    if change.sale is not None:
        _put_sale(connection, change.sale, change.sale_before)
    for refund in change.refunds:
        _put(connection, "refund", refund_row(refund))
    for prompt in change.prompts:
        _put(connection, "prompt", prompt_row(prompt))
    for occasion in change.occasions:
        _put(connection, "occasion", occasion_row(occasion))
    for job in change.jobs:
        _put(connection, "print_job", job_row(job))
    _each(connection, "end_print_job", [(over,) for over in change.jobs_over])
    _each(connection, "insert_document", list(map(document_row, change.documents)))
    _each(connection, "drop_document", list(map(document_row, change.dropped)))
    _each(connection, "insert_history", list(map(history_row, change.history)))
    _plan(connection, change)


def _each(connection: Connection, name: str, rows: Sequence[Row]) -> None:
    """Most changes have few kinds of rows: what there is none of is not even prepared."""
    if rows:
        connection.executemany(QUERIES[name], rows)


def _put(connection: Connection, table: str, row: Row) -> None:
    """Insert or replace one record, if it still is as its caller read it."""
    known, version, *_ = row
    name = f"insert_{table}" if version == 0 else f"update_{table}"
    if connection.execute(QUERIES[name], row).rowcount != 1:
        raise Conflict(f"{table} {known!r} is not at version {version!r}")


def _put_sale(connection: Connection, sale: Sale, before: Sale | None) -> None:
    """The close only when it is not what lies there already."""
    row = sale_row(sale)
    if is_closed_as(sale, before) and connection.execute(QUERIES["move_sale"], row).rowcount == 1:
        return
    close = None if sale.close is None else _put_close(connection, sale, close_row(sale, sale.close))
    _put(connection, "sale", (*row, close))


def _put_close(connection: Connection, sale: Sale, row: Row) -> int | None:
    """The number of a new row; None when the sale had one. Of a stale change it is undone with the rest."""
    if sale.version != 0 and connection.execute(QUERIES["update_close"], (*row, sale.id, sale.version)).rowcount == 1:
        return None
    return connection.execute(QUERIES["insert_close"], row).lastrowid


def _plan(connection: Connection, change: Change) -> None:
    """What is over goes first: work planned in the same change stays."""
    _each(connection, "finish_work", [(work.id,) for work in change.finished])
    _each(connection, "finish_leased", list(map(leased_row, change.done)))
    _each(connection, "put_off", [(*leased_row(work), work.tries) for work in change.again])
    _each(connection, "plan_work", list(map(work_row, change.work)))


def lease(lane: Lane, now: datetime, limit: int, until: datetime, connection: Connection) -> list[Work]:
    """When nothing is due nothing is written, and the commit around it costs no fsync."""
    asked = {"lane": lane.value, "now": microseconds(now), "limit": limit, "until": microseconds(until)}
    rows = connection.execute(QUERIES["lease_work"], asked).fetchall()
    if rows:
        connection.execute(QUERIES["next_lease"])
    return [read_work(*row) for _id, *row in sorted(rows, key=lambda row: (row[3], row[0]))]


def bring_forward(by: timedelta, connection: Connection) -> None:
    connection.execute(QUERIES["bring_forward"], {"by": by // timedelta(microseconds=1)})


FORGOTTEN = ("forget_history", "forget_prompts", "forget_documents")
FORGOTTEN_SALES = ("forget_sales", "forget_refunds", "forget_occasions")


def forget(names: tuple[str, ...], before: datetime, limit: int, connection: Connection) -> int:
    asked = {"before": microseconds(before), "limit": limit}
    return sum(connection.execute(QUERIES[name], asked).rowcount for name in names)
