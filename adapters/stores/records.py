"""Records as rows: JSON in `body` is the only truth, the columns beside it are what queries ask for.

A field added to a record later needs a default: bodies written before do not have it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import MsgspecError
from msgspec.json import Decoder, Encoder
from msgspec.structs import replace

from adapters.stores.instants import instant, microseconds
from gateway.domain.change import HistoryRow, ParkedDocument
from gateway.domain.occasion import Occasion
from gateway.domain.print_job import PrintJob
from gateway.domain.prompt import Prompt
from gateway.domain.receipt import RegisterRef
from gateway.domain.refund import RefundRecord
from gateway.domain.sale_record import Sale, State
from gateway.domain.work import OutboxRow, Work, WorkKind
from gateway.errors import StoreError
from gateway.ports import Counts

Row = Mapping[str, str | int | bytes | None]
Record = TypeVar("Record", Sale, RefundRecord, Prompt, PrintJob, Occasion)
Body = TypeVar("Body")

ENCODER = Encoder()  # Decimals become strings, so they stay exact; bytes become base64
SALE = Decoder(Sale)
REFUND = Decoder(RefundRecord)
PROMPT = Decoder(Prompt)
OCCASION = Decoder(Occasion)
JOB = Decoder(PrintJob)
DOCUMENT = Decoder(ParkedDocument)


def body(record: Record) -> bytes:
    """As it will be read back: one version later than the caller read it."""
    return ENCODER.encode(replace(record, version=record.version + 1))


def place(register: RegisterRef, shift: str) -> str:
    """By what the documents of a shift are found; empty for one that belongs to no shift."""
    return f"{register}|{shift}" if shift else ""


def sale_row(sale: Sale) -> Row:
    return {**sale_columns(sale), "body": body(sale)}


def sale_columns(sale: Sale) -> dict[str, str | int | bytes | None]:
    """What queries ask of a sale for."""
    return {
        "id": sale.id,
        "version": sale.version,
        "state": sale.state.value,
        "changed": 0 if sale.changed_at is None else microseconds(sale.changed_at),
        "is_over": int(sale.is_over),
        "stripped": int(sale.stripped),
        "dropped": int(sale.dropped != ""),
        "place": place(sale.register, sale.shift),
    }


def refund_row(refund: RefundRecord) -> Row:
    return {
        "id": refund.id,
        "version": refund.version,
        "state": refund.state.value,
        "sale_id": refund.sale_id,
        "at": microseconds(refund.at),
        "is_over": int(refund.is_over),
        "stripped": int(refund.stripped),
        "dropped": int(refund.dropped != ""),
        "place": place(refund.register, refund.shift),
        "body": body(refund),
    }


def prompt_row(prompt: Prompt) -> Row:
    return {
        "id": prompt.id,
        "version": prompt.version,
        "state": prompt.state.value,
        "outlet": prompt.register.outlet,
        "register": prompt.register.register,
        "offered_at": microseconds(prompt.offered_at),
        "body": body(prompt),
    }


def occasion_row(occasion: Occasion) -> Row:
    return {
        "id": occasion.id,
        "version": occasion.version,
        "at": microseconds(occasion.at),
        "body": body(occasion),
    }


def job_row(job: PrintJob) -> Row:
    return {
        "id": job.id,
        "version": job.version,
        "state": job.state.value,
        "made_at": microseconds(job.made_at),
        "body": body(job),
    }


def document_row(document: ParkedDocument) -> Row:
    return {
        "id": document.id,
        "at": microseconds(document.at),
        "dropped": int(document.dropped != ""),
        "body": ENCODER.encode(document),
    }


def history_row(row: HistoryRow) -> Row:
    return {
        "subject": row.subject,
        "at": microseconds(row.at),
        "who": row.who,
        "before": row.before,
        "after": row.after,
        "cause": row.cause,
    }


def work_row(work: Work) -> Row:
    return {
        "id": work.id,
        "lane": work.lane.value,
        "kind": work.kind.value,
        "subject": work.subject,
        "due": microseconds(work.due),
        "tries": work.tries,
        "lease": work.lease,
    }


def read_work(kind: str, subject: str, due: int, tries: int, lease: int) -> Work:
    return Work(kind=WorkKind(kind), subject=subject, due=instant(due), tries=tries, lease=lease)


def read_outbox_row(
    kind: str, subject: str, due: int, tries: int, lease: int, until: int | None, since: int
) -> OutboxRow:
    """A void lease shows as none: nobody can hold it."""
    work = read_work(kind, subject, due, tries, max(0, lease))
    return OutboxRow(work=work, since=instant(since), leased_until=None if until is None else instant(until))


def read_history(subject: str, at: int, who: str, before: str, after: str, cause: str) -> HistoryRow:
    return HistoryRow(subject=subject, at=instant(at), who=who, before=before, after=after, cause=cause)


def read_counts(row: Sequence[Any], undelivered: Iterable[Sequence[Any]]) -> Counts:
    """`row` as the query `counts` gives it, `undelivered` as (state, number)."""
    pending, oldest, sales, refunds, documents = row
    return Counts(
        pending=pending,
        owed_since=None if oldest is None else instant(oldest),
        parked_sales=sales,
        parked_refunds=refunds,
        parked_documents=documents,
        undelivered={State(state): number for state, number in undelivered},
    )


def decoded(decoder: Decoder[Body], bodies: Iterable[bytes]) -> list[Body]:
    try:
        return [decoder.decode(body) for body in bodies]
    except MsgspecError as error:
        raise StoreError(f"a stored record cannot be read: {error}") from error
