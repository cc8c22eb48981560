"""One transaction of the store: records, their history, and the work that follows, all or nothing."""

from datetime import datetime

from msgspec import Struct

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

    `id` is the digest of register and bytes, so a repeat does not add a second one.
    """

    id: str
    register: RegisterRef
    at: datetime
    reason: str
    raw: bytes


class Change(Struct, frozen=True, kw_only=True):
    """What to write. A record carries the version it was read with; a new one has version 0.

    `work` is inserted, or replaces work of the same id; `finished` is deleted. `done` is deleted only while
    its due time is still the one given: it may have been planned anew meanwhile.
    """

    sale: Sale | None = None
    refund: RefundRecord | None = None
    prompts: tuple[Prompt, ...] = ()
    documents: tuple[ParkedDocument, ...] = ()
    history: tuple[HistoryRow, ...] = ()
    work: tuple[Work, ...] = ()
    finished: tuple[Work, ...] = ()
    done: tuple[Work, ...] = ()
