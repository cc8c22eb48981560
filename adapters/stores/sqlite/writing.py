"""The jobs of the writer thread: what is written inside its transaction."""

from datetime import datetime
from sqlite3 import Connection

from adapters.stores.instants import microseconds
from adapters.stores.records import (
    Row,
    document_row,
    history_row,
    job_row,
    prompt_row,
    read_work,
    refund_row,
    sale_row,
    work_row,
)
from adapters.stores.sqlite.queries import QUERIES
from gateway.domain.change import Change
from gateway.domain.work import Lane, Work
from gateway.errors import Conflict


def apply(change: Change, connection: Connection) -> None:
    """All of the change. Raises `Conflict`; the savepoint around it undoes what was written before."""
    if change.sale is not None:
        _put(connection, "sale", sale_row(change.sale))
    if change.refund is not None:
        _put(connection, "refund", refund_row(change.refund))
    for prompt in change.prompts:
        _put(connection, "prompt", prompt_row(prompt))
    for job in change.jobs:
        _put(connection, "print_job", job_row(job))
    connection.executemany(QUERIES["end_print_job"], ({"id": over} for over in change.jobs_over))
    connection.executemany(QUERIES["insert_document"], map(document_row, change.documents))
    connection.executemany(QUERIES["drop_document"], map(document_row, change.dropped))
    connection.executemany(QUERIES["insert_history"], map(history_row, change.history))
    _plan(connection, change)


def _put(connection: Connection, table: str, row: Row) -> None:
    """Insert or replace one record, if it still is as its caller read it."""
    name = f"insert_{table}" if row["version"] == 0 else f"update_{table}"
    if connection.execute(QUERIES[name], row).rowcount != 1:
        raise Conflict(f"{table} {row['id']!r} is not at version {row['version']!r}")


def _plan(connection: Connection, change: Change) -> None:
    """What is over goes first: work planned in the same change stays."""
    connection.executemany(QUERIES["finish_work"], ({"id": work.id} for work in change.finished))
    connection.executemany(QUERIES["finish_leased"], map(work_row, change.done))
    connection.executemany(QUERIES["put_off"], map(work_row, change.again))
    connection.executemany(QUERIES["plan_work"], map(work_row, change.work))


def lease(lane: Lane, now: datetime, limit: int, until: datetime, connection: Connection) -> list[Work]:
    """When nothing is due nothing is written, and the commit around it costs no fsync."""
    asked = {"lane": lane.value, "now": microseconds(now), "limit": limit, "until": microseconds(until)}
    rows = connection.execute(QUERIES["lease_work"], asked).fetchall()
    if rows:
        connection.execute(QUERIES["next_lease"])
    return [read_work(*row) for _id, *row in sorted(rows, key=lambda row: (row[3], row[0]))]


FORGOTTEN = ("forget_history", "forget_prompts", "forget_documents")
FORGOTTEN_SALES = ("forget_sales", "forget_refunds")


def forget(names: tuple[str, ...], before: datetime, limit: int, connection: Connection) -> int:
    asked = {"before": microseconds(before), "limit": limit}
    return sum(connection.execute(QUERIES[name], asked).rowcount for name in names)
