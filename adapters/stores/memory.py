"""A store that forgets with its process, honest in everything else: for tests, demonstrations and the simulator."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, TypeVar

from msgspec.structs import replace

from adapters.stores.instants import EPOCH, instants_of, microseconds
from adapters.stores.listeners import Listeners, news_of
from adapters.stores.memory_outbox import MemoryOutbox
from gateway.domain.change import Change, HistoryRow, Parked, ParkedDocument, Shift
from gateway.domain.occasion import Occasion
from gateway.domain.print_job import PrintJob
from gateway.domain.prompt import Prompt, PromptState
from gateway.domain.receipt import RegisterRef
from gateway.domain.refund import RefundRecord, RefundState
from gateway.domain.sale_record import Sale, State
from gateway.domain.work import Lane, OutboxRow, Work, WorkKind
from gateway.errors import Conflict, StoreUnavailable
from gateway.ports import Counts, News, Store, StoreSize

Record = TypeVar("Record", Sale, RefundRecord, Prompt, PrintJob, Occasion)
Item = TypeVar("Item")
PENDING = (WorkKind.DELIVER, WorkKind.RELEASE, WorkKind.REFUND, WorkKind.REPORT)
OVER = (PromptState.REPORTED, PromptState.EXPIRED, PromptState.LEFT)


class MemoryStore:
    """`writable = False` plays a full disk: every write is refused, and nothing of it is done."""

    def __init__(self) -> None:
        self.writable = True
        self._open = True
        self._sales: dict[str, Sale] = {}
        self._refunds: dict[str, RefundRecord] = {}
        self._prompts: dict[str, Prompt] = {}
        self._occasions: dict[str, Occasion] = {}
        self._jobs: dict[str, PrintJob] = {}
        self._documents: dict[str, ParkedDocument] = {}
        self._history: list[HistoryRow] = []
        self._outbox = MemoryOutbox()
        self._listeners = Listeners()

    async def sale(self, sale_id: str) -> Sale | None:
        self._require(writable=False)
        return self._sales.get(sale_id)

    async def generation(self, sale_id: str) -> int:
        sale = await self.sale(sale_id)
        return sale.open_generation if sale else 0

    async def last_sale(self) -> Sale | None:
        self._require(writable=False)
        whole = (row for row in self._sales.values() if row.state is State.DELIVERED and not row.stripped)
        return max(whole, key=_age, default=None)

    async def refund(self, refund_id: str) -> RefundRecord | None:
        self._require(writable=False)
        return self._refunds.get(refund_id)

    async def refunds_of(self, sale_id: str) -> Sequence[RefundRecord]:
        self._require(writable=False)
        return sorted((row for row in self._refunds.values() if row.sale_id == sale_id), key=attrgetter("at", "id"))

    async def shift(self, register: RegisterRef, shift: str) -> Shift:
        self._require(writable=False)
        asked = (register, shift) if shift else None
        return Shift(
            sales=tuple(row for row in self._sales.values() if (row.register, row.shift) == asked),
            refunds=tuple(row for row in self._refunds.values() if (row.register, row.shift) == asked),
        )

    async def prompt(self, prompt_id: str) -> Prompt | None:
        self._require(writable=False)
        return self._prompts.get(prompt_id)

    async def offered(self, register: RegisterRef) -> Sequence[Prompt]:
        self._require(writable=False)
        offered = (row for row in self._prompts.values() if row.state is PromptState.OFFERED)
        return sorted((row for row in offered if row.register == register), key=attrgetter("offered_at", "id"))

    async def occasions(self, ids: Sequence[str]) -> Sequence[Occasion]:
        self._require(writable=False)
        return [self._occasions[name] for name in ids if name in self._occasions]

    async def print_jobs(self, limit: int) -> Sequence[PrintJob]:
        self._require(writable=False)
        return sorted(self._jobs.values(), key=attrgetter("made_at", "id"))[:limit]

    async def documents(self) -> Sequence[ParkedDocument]:
        self._require(writable=False)
        return sorted(self._documents.values(), key=attrgetter("at", "id"))

    async def commit(self, change: Change) -> None:
        """Everything that may fail comes before the first row is written."""
        self._require(writable=True)
        for at in instants_of(change):
            microseconds(at)
        sales = _staged(self._sales, () if change.sale is None else (change.sale,))
        refunds = _staged(self._refunds, change.refunds)
        prompts = _staged(self._prompts, change.prompts)
        occasions = _staged(self._occasions, change.occasions)
        jobs = _staged(self._jobs, change.jobs)
        self._sales.update(sales)
        self._refunds.update(refunds)
        self._prompts.update(prompts)
        self._occasions.update(occasions)
        self._jobs.update(jobs)
        for over in change.jobs_over:
            self._jobs.pop(over, None)
        for document in change.documents:
            self._documents.setdefault(document.id, document)
        self._documents.update({row.id: row for row in change.dropped if row.id in self._documents})
        self._history.extend(change.history)
        self._outbox.plan(change)
        self._listeners.tell(*news_of(change))

    async def lease(self, lane: Lane, now: datetime, limit: int, until: datetime) -> Sequence[Work]:
        self._require(writable=True)
        return self._outbox.lease(lane, now, limit, until)

    async def bring_forward(self, by: timedelta) -> None:
        self._require(writable=True)
        self._outbox.bring_forward(by)
        self._listeners.tell(None)

    async def latest_change(self) -> datetime | None:
        self._require(writable=False)
        return max((row.at for row in self._history), default=None)

    async def next_due(self, lane: Lane) -> datetime | None:
        self._require(writable=False)
        return self._outbox.next_due(lane)

    def listen(self, heard: Callable[[News], None]) -> None:
        self._listeners.add(heard)

    async def counts(self) -> Counts:
        self._require(writable=False)
        pending = [row.since for row in self._outbox if row.work.kind in PENDING]
        sales: Counter[State] = Counter(
            row.state for row in self._sales.values() if row.state is not State.DELIVERED and not row.dropped
        )
        return Counts(
            pending=len(pending),
            owed_since=min(pending, default=None),
            parked_sales=sales[State.PARKED],
            parked_refunds=len(self._parked_refunds()),
            parked_documents=sum(not row.dropped for row in self._documents.values()),
            undelivered=dict(sales),
        )

    async def size(self) -> StoreSize:
        self._require(writable=False)
        return StoreSize(used=0, disk_free=None)

    async def work(self, limit: int) -> Sequence[OutboxRow]:
        self._require(writable=False)
        return self._outbox.first(limit)

    async def parked(self, limit: int) -> Parked:
        self._require(writable=False)
        sales = (row for row in self._sales.values() if row.state is State.PARKED and not row.dropped)
        documents = (row for row in self._documents.values() if not row.dropped)
        return Parked(
            sales=tuple(sorted(sales, key=_age, reverse=True)[:limit]),
            refunds=tuple(sorted(self._parked_refunds(), key=attrgetter("at", "id"), reverse=True)[:limit]),
            documents=tuple(sorted(documents, key=attrgetter("at", "id"), reverse=True)[:limit]),
        )

    def _parked_refunds(self) -> list[RefundRecord]:
        return [row for row in self._refunds.values() if row.state is RefundState.PARKED and not row.dropped]

    async def history(self, subject: str) -> Sequence[HistoryRow]:
        self._require(writable=False)
        return [row for row in self._history if row.subject == subject]

    async def old_sales(self, before: datetime, limit: int) -> Sequence[Sale]:
        self._require(writable=False)
        whole = (row for row in self._sales.values() if row.is_over and not row.stripped)
        return sorted((row for row in whole if _age(row)[0] < before), key=_age)[:limit]

    async def old_refunds(self, before: datetime, limit: int) -> Sequence[RefundRecord]:
        self._require(writable=False)
        whole = (row for row in self._refunds.values() if row.is_over and not row.stripped)
        return sorted((row for row in whole if row.at < before), key=attrgetter("at", "id"))[:limit]

    async def forget(self, before: datetime, limit: int) -> int:
        self._require(writable=True)
        history = [n for n, row in enumerate(self._history) if row.at < before][:limit]
        for number in reversed(history):
            del self._history[number]
        prompts = (row for row in self._prompts.values() if row.state in OVER and row.offered_at < before)
        documents = (row for row in self._documents.values() if row.dropped and row.at < before)
        gone = _forget(self._prompts, prompts, limit) + _forget(self._documents, documents, limit)
        return len(history) + gone

    async def forget_sales(self, before: datetime, limit: int) -> int:
        self._require(writable=True)
        sales = (row for row in self._sales.values() if row.stripped and _age(row)[0] < before)
        refunds = (row for row in self._refunds.values() if row.stripped and row.at < before)
        occasions = (row for row in self._occasions.values() if row.at < before)
        gone = _forget(self._sales, sales, limit) + _forget(self._refunds, refunds, limit)
        return gone + _forget(self._occasions, occasions, limit)

    async def pulse(self) -> None:
        self._require(writable=False)

    async def close(self) -> None:
        self._open = False

    def _require(self, *, writable: bool) -> None:
        if not self._open:
            raise StoreUnavailable("the store is closed")
        if writable and not self.writable:
            raise StoreUnavailable("the store cannot be written")


def _age(sale: Sale) -> tuple[datetime, str]:
    return sale.changed_at or EPOCH, sale.id


def _forget(stored: dict[str, Item], rows: Iterable[Any], limit: int) -> int:
    ids = [row.id for row in rows][:limit]
    for gone in ids:
        del stored[gone]
    return len(ids)


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
