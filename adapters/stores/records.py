"""Records as rows: JSON in `body` is the only truth, the columns beside it are what queries ask for.

A row is a tuple in the order in which the statements number its columns; a record's begins with id and version.

A field added to a record later needs a default: bodies written before do not have it.
"""

from collections.abc import Iterable, Sequence
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

Row = tuple[Any, ...]  # of str, int, bytes and None
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
    return *sale_columns(sale), body(sale)


def sale_columns(sale: Sale) -> Row:
    """What queries ask of a sale for."""
    changed = sale.changed_at
    return (
        sale.id,
        sale.version,
        sale.state.value,
        0 if changed is None else microseconds(changed),
        int(sale.is_over),
        int(sale.stripped),
        int(sale.dropped != ""),
        place(sale.register, sale.shift),
    )


def refund_row(refund: RefundRecord) -> Row:
    return (
        refund.id,
        refund.version,
        refund.state.value,
        refund.sale_id,
        microseconds(refund.at),
        int(refund.is_over),
        int(refund.stripped),
        int(refund.dropped != ""),
        place(refund.register, refund.shift),
        body(refund),
    )


def prompt_row(prompt: Prompt) -> Row:
    return (
        prompt.id,
        prompt.version,
        prompt.state.value,
        prompt.register.outlet,
        prompt.register.register,
        microseconds(prompt.offered_at),
        body(prompt),
    )


def occasion_row(occasion: Occasion) -> Row:
    return occasion.id, occasion.version, microseconds(occasion.at), body(occasion)


def job_row(job: PrintJob) -> Row:
    return job.id, job.version, job.state.value, microseconds(job.made_at), body(job)


def document_row(document: ParkedDocument) -> Row:
    return document.id, microseconds(document.at), int(document.dropped != ""), ENCODER.encode(document)


def history_row(row: HistoryRow) -> Row:
    return row.subject, microseconds(row.at), row.who, row.before, row.after, row.cause


def work_row(work: Work) -> Row:
    return work.id, work.lane.value, work.kind.value, work.subject, microseconds(work.due), work.tries


def leased_row(work: Work) -> Row:
    """By what it is known that a piece of work is still the one that was leased."""
    return work.id, work.lease, microseconds(work.due)


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
