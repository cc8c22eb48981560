"""Changes as rows, and the statements that write the rows of a whole batch at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.json import Encoder

from adapters.stores.listeners import news_of
from adapters.stores.postgres.opening import Connection
from adapters.stores.postgres.queries import QUERIES
from adapters.stores.records import (
    Row,
    document_row,
    history_row,
    job_row,
    leased_row,
    occasion_row,
    prompt_row,
    refund_row,
    sale_row,
    work_row,
)
from gateway.domain.change import Change
from gateway.domain.work import Work
from gateway.errors import Conflict

NEWS = Encoder()
PUTS = ("put_sale", "put_refund", "put_prompt", "put_occasion", "put_print_job")
STATEMENTS = (
    *PUTS,
    "end_print_job",
    "insert_document",
    "drop_document",
    "insert_history",
    "lock_work",
    # What is over goes first: work planned in the same change stays
    "finish_work",
    "finish_leased",
    "put_off",
    "plan_work",
    "news",
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A change as rows by statement. `keys` name what it touches: no batch touches the same thing twice."""

    rows: dict[str, list[tuple[Any, ...]]]
    keys: frozenset[str]


def prepared(change: Change) -> Prepared:
    """Raises `Conflict` for a record that is in the change twice, ValueError for a time without a zone."""
    rows = {
        "put_sale": _values(map(sale_row, () if change.sale is None else (change.sale,))),
        "put_refund": _values(map(refund_row, change.refunds)),
        "put_prompt": _values(map(prompt_row, change.prompts)),
        "put_occasion": _values(map(occasion_row, change.occasions)),
        "put_print_job": _values(map(job_row, change.jobs)),
        "end_print_job": [(storable(over),) for over in change.jobs_over],
        "insert_document": _values(map(document_row, change.documents)),
        "drop_document": _values(map(document_row, change.dropped)),
        "insert_history": _values(map(history_row, change.history)),
        "lock_work": _ids((*change.finished, *change.done, *change.again, *change.work)),
        "finish_work": _ids(change.finished),
        "finish_leased": _values(map(leased_row, change.done)),
        "put_off": _last_by_id(_values((*leased_row(work), work.tries) for work in change.again)),
        "plan_work": _last_by_id(_values(map(work_row, change.work))),
        "news": [(NEWS.encode(news).decode(),) for news in news_of(change)],
    }
    return Prepared(rows, _keys(rows))


def _values(rows: Iterable[Row]) -> list[tuple[Any, ...]]:
    return [tuple(map(storable, row)) for row in rows]


def _ids(works: Iterable[Work]) -> list[tuple[Any, ...]]:
    return [(storable(work.id),) for work in works]


def storable(value: Any) -> Any:
    """PostgreSQL knows no NUL in a text. A sign stands for it, in questions too; bodies keep it as it came."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def _last_by_id(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """One statement cannot change a row twice."""
    return list({row[0]: row for row in rows}.values())


def _keys(rows: dict[str, list[tuple[Any, ...]]]) -> frozenset[str]:
    records = [f"{name}:{row[0]}" for name in PUTS for row in rows[name]]
    if len(set(records)) < len(records):
        raise Conflict("a record is in one change twice")
    work = {f"work:{row[0]}" for row in rows["lock_work"]}
    over = {f"put_print_job:{job}" for (job,) in rows["end_print_job"]}
    return frozenset(records) | over | work | {f"document:{row[0]}" for row in rows["drop_document"]}


async def write(connection: Connection, batch: Sequence[Prepared]) -> frozenset[str]:
    """The keys of the records that have moved on. When there are any, the transaction has to be rolled back."""
    for name in STATEMENTS:
        rows = [row for change in batch for row in change.rows[name]]
        if not rows:
            continue
        written = await connection.fetch(QUERIES[name], *zip(*rows, strict=True))
        if name in PUTS and len(written) < len(rows):
            missing = {row[0] for row in rows} - {row[0] for row in written}
            return frozenset(f"{name}:{record}" for record in missing)
    return frozenset()
