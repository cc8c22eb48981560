"""One transaction of the store: records, their history, and the work that follows, all or nothing."""

from datetime import datetime

from msgspec import Struct

from gateway.domain.occasion import Occasion
from gateway.domain.print_job import PrintJob
from gateway.domain.prompt import Prompt
from gateway.domain.receipt import RegisterRef
from gateway.domain.refund import RefundRecord
from gateway.domain.sale_record import Sale
from gateway.domain.work import Work


class HistoryRow(Struct, frozen=True, kw_only=True):
    """Who moved which record from which state to which, and because of what."""

    subject: str
    at: datetime
    who: str
    before: str
    after: str
    cause: str


class ParkedDocument(Struct, frozen=True, kw_only=True):
    """A register's document that could not become a sale or a refund; kept as it came, for a person.

    `id` is the digest of register and bytes, so a repeat does not add a second one. `dropped` is why a person
    put it aside, empty while it waits for one.
    """

    id: str
    register: RegisterRef
    at: datetime
    reason: str
    raw: bytes
    dropped: str = ""


class Change(Struct, frozen=True, kw_only=True):
    """What to write. A record carries the version it was read with; a new one has version 0.

    `sale_before` is the sale as it was read, where its writer still has it: what both share need not be written.

    Of `jobs` the same holds as of records; `jobs_over` are the ids of those that nobody needs any more.

    `documents` are inserted, a known one stays as it is; of `dropped` the stored ones take over the reason.

    `work` is inserted, or replaces work of the same id and makes its lease void; `finished` is deleted. `done`
    is deleted, `again` takes its new due time and tries and gives its lease up, both only while the row still
    has the lease given: it may have been planned anew or leased by somebody else meanwhile.
    """

    sale: Sale | None = None
    sale_before: Sale | None = None
    refunds: tuple[RefundRecord, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    occasions: tuple[Occasion, ...] = ()
    jobs: tuple[PrintJob, ...] = ()
    jobs_over: tuple[str, ...] = ()
    documents: tuple[ParkedDocument, ...] = ()
    dropped: tuple[ParkedDocument, ...] = ()
    history: tuple[HistoryRow, ...] = ()
    work: tuple[Work, ...] = ()
    finished: tuple[Work, ...] = ()
    done: tuple[Work, ...] = ()
    again: tuple[Work, ...] = ()


class Shift(Struct, frozen=True, kw_only=True):
    """What the gateway was told of one shift of a register: its closed sales and its refunds, in no order."""

    sales: tuple[Sale, ...]
    refunds: tuple[RefundRecord, ...]


class Parked(Struct, frozen=True, kw_only=True):
    """What waits for a person, each newest first."""

    sales: tuple[Sale, ...]
    refunds: tuple[RefundRecord, ...]
    documents: tuple[ParkedDocument, ...]
