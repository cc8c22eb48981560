"""A store that forgets with its process, honest in everything else: for tests, demonstrations and the simulator."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace

from adapters.stores.instants import instants_of, microseconds
from gateway.domain.change import Change, HistoryRow, ParkedDocument
from gateway.domain.prompt import Prompt, PromptState
from gateway.domain.receipt import RegisterRef
from gateway.domain.refund import RefundRecord, RefundState
from gateway.domain.sale_record import Sale, State
from gateway.domain.work import Lane, Work, WorkKind
from gateway.errors import Conflict, StoreUnavailable
from gateway.ports import Counts, Store

Record = TypeVar("Record", Sale, RefundRecord, Prompt)
PENDING = (WorkKind.DELIVER, WorkKind.RELEASE, WorkKind.REFUND, WorkKind.REPORT)


class MemoryStore:
    """`writable = False` plays a full disk: every write is refused, and nothing of it is done."""

    def __init__(self) -> None:
        self.writable = True
        self.history: list[HistoryRow] = []
        self._open = True
        self._sales: dict[str, Sale] = {}
        self._refunds: dict[str, RefundRecord] = {}
        self._prompts: dict[str, Prompt] = {}
        self._documents: dict[str, ParkedDocument] = {}
        self._work: dict[str, Work] = {}
        self._leases: dict[str, datetime] = {}

    async def sale(self, sale_id: str) -> Sale | None:
        self._require(writable=False)
        return self._sales.get(sale_id)

    async def refund(self, refund_id: str) -> RefundRecord | None:
        self._require(writable=False)
        return self._refunds.get(refund_id)

    async def refunds_of(self, sale_id: str) -> Sequence[RefundRecord]:
        self._require(writable=False)
        rows = (row for row in self._refunds.values() if row.sale_id == sale_id)
        return sorted(rows, key=lambda row: (row.at, row.id))

    async def prompt(self, prompt_id: str) -> Prompt | None:
        self._require(writable=False)
        return self._prompts.get(prompt_id)

    async def offered(self, register: RegisterRef) -> Sequence[Prompt]:
        self._require(writable=False)
        rows = (
            row for row in self._prompts.values() if row.register == register and row.state is PromptState.OFFERED
        )
        return sorted(rows, key=lambda row: (row.offered_at, row.id))

    async def documents(self) -> Sequence[ParkedDocument]:
        self._require(writable=False)
        return sorted(self._documents.values(), key=lambda row: (row.at, row.id))

    async def commit(self, change: Change) -> None:
        """Everything that may fail comes before the first row is written."""
        self._require(writable=True)
        for at in instants_of(change):
            microseconds(at)
        sales = _staged(self._sales, () if change.sale is None else (change.sale,))
        refunds = _staged(self._refunds, () if change.refund is None else (change.refund,))
        prompts = _staged(self._prompts, change.prompts)
        self._sales.update(sales)
        self._refunds.update(refunds)
        self._prompts.update(prompts)
        for document in change.documents:
            self._documents.setdefault(document.id, document)
        self.history.extend(change.history)
        self._plan(change)

    def _plan(self, change: Change) -> None:
        """What is over goes first: work planned in the same change stays."""
        for work in change.finished:
            self._drop(work)
        for work in change.done:
            if work.id in self._work and self._work[work.id].due == work.due:
                self._drop(work)
        for work in change.work:
            self._drop(work)
            self._work[work.id] = work

    def _drop(self, work: Work) -> None:
        self._work.pop(work.id, None)
        self._leases.pop(work.id, None)

    async def lease(self, lane: Lane, now: datetime, limit: int, until: datetime) -> Sequence[Work]:
        self._require(writable=True)
        free = (work for work in self._in(lane) if work.due <= now and not self._is_leased(work, now))
        leased = sorted(free, key=lambda work: (work.due, work.id))[:limit]
        self._leases.update({work.id: until for work in leased})
        return leased

    async def next_due(self, lane: Lane) -> datetime | None:
        self._require(writable=False)
        return min((work.due for work in self._in(lane) if work.id not in self._leases), default=None)

    def _in(self, lane: Lane) -> list[Work]:
        return [work for work in self._work.values() if work.lane is lane]

    def _is_leased(self, work: Work, now: datetime) -> bool:
        return work.id in self._leases and now < self._leases[work.id]

    async def counts(self) -> Counts:
        self._require(writable=False)
        pending = [work.due for work in self._work.values() if work.kind in PENDING]
        return Counts(
            pending=len(pending),
            oldest_due=min(pending, default=None),
            parked_sales=sum(row.state is State.PARKED for row in self._sales.values()),
            parked_refunds=sum(row.state is RefundState.PARKED for row in self._refunds.values()),
            parked_documents=len(self._documents),
        )

    async def close(self) -> None:
        self._open = False

    def _require(self, *, writable: bool) -> None:
        if not self._open:
            raise StoreUnavailable("the store is closed")
        if writable and not self.writable:
            raise StoreUnavailable("the store cannot be written")


def _staged(stored: dict[str, Record], given: Sequence[Record]) -> dict[str, Record]:
    """The records as they will be stored, or `Conflict`; the same id twice in one change is one too."""
    staged: dict[str, Record] = {}
    for record in given:
        current = staged.get(record.id) or stored.get(record.id)
        if (current.version if current else 0) != record.version:
            raise Conflict(f"{type(record).__name__} {record.id} is not at version {record.version}")
        staged[record.id] = replace(record, version=record.version + 1)
    return staged


CONFORMS: type[Store] = MemoryStore
