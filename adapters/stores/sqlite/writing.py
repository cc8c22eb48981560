"""The jobs of the writer thread: what is written inside its transaction.

How this works. The changes of a batch are written together, a statement for all rows of a kind: each time that it
is entered sqlite3 lets go of the interpreter's lock, and has to win it back from a busy event loop. A statement that
finds fewer rows than it was given says that somebody's version has moved on, not whose: then the writer undoes the
batch, and each change is written alone.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain
from operator import attrgetter
from sqlite3 import Connection
from typing import Any

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
from adapters.stores.sqlite.sale_writing import put_sales, written
from gateway.domain.change import Change
from gateway.domain.work import Lane, Work
from gateway.errors import Conflict

Rows = tuple[str, Callable[[Change], Iterable[Any]], Callable[[Any], Row]]
"""Which rows of a change stand where: a table or a statement, the field of the change, and how it becomes a row."""

RECORDS: tuple[Rows, ...] = (
    ("refund", attrgetter("refunds"), refund_row),
    ("prompt", attrgetter("prompts"), prompt_row),
    ("occasion", attrgetter("occasions"), occasion_row),
    ("print_job", attrgetter("jobs"), job_row),
)
STATEMENTS: tuple[Rows, ...] = (
    ("end_print_job", attrgetter("jobs_over"), lambda over: (over,)),
    ("insert_document", attrgetter("documents"), document_row),
    ("drop_document", attrgetter("dropped"), document_row),
    ("insert_history", attrgetter("history"), history_row),
    # what is over goes first: work planned in the same change stays
    ("finish_work", attrgetter("finished"), lambda work: (work.id,)),
    ("finish_leased", attrgetter("done"), leased_row),
    ("put_off", attrgetter("again"), lambda work: (*leased_row(work), work.tries)),
    ("plan_work", attrgetter("work"), work_row),
)


def apply(changes: Sequence[Change], connection: Connection) -> None:
    """All of the changes, in their order. Raises `Conflict`; the writer undoes what was written before it."""
    if len(changes) == 1 or not _meet(changes):
        _write(changes, connection)
        return
    for change in changes:
        _write((change,), connection)


def _meet(changes: Sequence[Change]) -> bool:
    """Whether two of them are about one thing that different statements write: it matters then which is first."""
    touched = list(chain.from_iterable(map(_touched, changes)))
    return len(set(touched)) < len(touched)


def _touched(change: Change) -> set[str]:
    work = [row.id for row in (*change.finished, *change.done, *change.again, *change.work)]
    slips = [row.id for row in change.jobs]
    documents = [row.id for row in (*change.documents, *change.dropped)]
    return {*work, *slips, *change.jobs_over, *documents}


def _write(changes: Sequence[Change], connection: Connection) -> None:
    """Most changes have few kinds of rows: what there is none of is not even prepared."""
    put_sales(changes, connection)
    for table, of, as_row in RECORDS:
        if rows := [as_row(item) for item in chain.from_iterable(map(of, changes))]:
            _put(connection, table, rows)
    for name, of, as_row in STATEMENTS:
        if rows := [as_row(item) for item in chain.from_iterable(map(of, changes))]:
            connection.executemany(QUERIES[name], rows)


def _put(connection: Connection, table: str, rows: Sequence[Row]) -> None:
    """Insert or replace records that still are as their callers read them. In their order: one may come twice."""
    for row in rows:
        known, version, *_ = row
        name = f"insert_{table}" if version == 0 else f"update_{table}"
        if not written(connection, name, (row,)):
            raise Conflict(f"{table} {known!r} is not at version {version!r}")


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
