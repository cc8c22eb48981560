"""Records as rows: JSON in `body` is the only truth, the columns beside it are what queries ask for.

A field added to a record later needs a default: bodies written before do not have it.
"""

from collections.abc import Mapping
from typing import TypeVar

from msgspec.json import Decoder, Encoder
from msgspec.structs import replace

from adapters.stores.instants import instant, microseconds
from gateway.domain.change import HistoryRow, ParkedDocument
from gateway.domain.prompt import Prompt
from gateway.domain.refund import RefundRecord
from gateway.domain.sale_record import Sale
from gateway.domain.work import Work, WorkKind

Row = Mapping[str, str | int | bytes]
Record = TypeVar("Record", Sale, RefundRecord, Prompt)

ENCODER = Encoder()  # Decimals become strings, so they stay exact; bytes become base64
SALE = Decoder(Sale)
REFUND = Decoder(RefundRecord)
PROMPT = Decoder(Prompt)
DOCUMENT = Decoder(ParkedDocument)


def body(record: Record) -> bytes:
    """As it will be read back: one version later than the caller read it."""
    return ENCODER.encode(replace(record, version=record.version + 1))


def sale_row(sale: Sale) -> Row:
    return {"id": sale.id, "version": sale.version, "state": sale.state.value, "body": body(sale)}


def refund_row(refund: RefundRecord) -> Row:
    return {
        "id": refund.id,
        "version": refund.version,
        "state": refund.state.value,
        "sale_id": refund.sale_id,
        "at": microseconds(refund.at),
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


def document_row(document: ParkedDocument) -> Row:
    return {"id": document.id, "at": microseconds(document.at), "body": ENCODER.encode(document)}


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
    }


def read_work(kind: str, subject: str, due: int, tries: int) -> Work:
    return Work(kind=WorkKind(kind), subject=subject, due=instant(due), tries=tries)
