"""The `Store` port over one PostgreSQL database: changes are gathered, questions go to a pool."""

from asyncio import wait_for
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from msgspec.json import Decoder

from adapters.stores.instants import instant, microseconds
from adapters.stores.listeners import Listeners, news_of
from adapters.stores.postgres.faults import AWAY, refusal
from adapters.stores.postgres.gathering import Gathering
from adapters.stores.postgres.listening import Listening
from adapters.stores.postgres.opening import COMMAND_SECONDS, CONNECT_SECONDS
from adapters.stores.postgres.queries import QUERIES
from adapters.stores.postgres.writing import prepared, storable
from adapters.stores.records import (
    DOCUMENT,
    JOB,
    OCCASION,
    PROMPT,
    REFUND,
    SALE,
    decoded,
    place,
    read_counts,
    read_history,
    read_outbox_row,
    read_work,
)
from gateway.domain.change import Change, HistoryRow, Parked, ParkedDocument, Shift
from gateway.domain.occasion import Occasion
from gateway.domain.print_job import PrintJob
from gateway.domain.prompt import Prompt
from gateway.domain.receipt import RegisterRef
from gateway.domain.refund import RefundRecord
from gateway.domain.sale_record import Sale
from gateway.domain.work import Lane, OutboxRow, Work
from gateway.errors import StoreUnavailable
from gateway.ports import Counts, News, Store, StoreSize

Record = TypeVar("Record")
FORGOTTEN = ("forget_history", "forget_prompts", "forget_documents")
FORGOTTEN_SALES = ("forget_sales", "forget_refunds", "forget_occasions")


class PostgresStore:
    def __init__(self, pool: Any, gathering: Gathering, listeners: Listeners, listening: Listening | None) -> None:
        self._pool = pool
        self._gathering = gathering
        self._listeners = listeners
        self._listening = listening
        self._closed = False

    async def sale(self, sale_id: str) -> Sale | None:
        return await self._one(SALE, "sale", sale_id)

    async def generation(self, sale_id: str) -> int:
        sale = await self.sale(sale_id)
        return sale.open_generation if sale else 0

    async def last_sale(self) -> Sale | None:
        return await self._one(SALE, "last_sale")

    async def refund(self, refund_id: str) -> RefundRecord | None:
        return await self._one(REFUND, "refund", refund_id)

    async def refunds_of(self, sale_id: str) -> Sequence[RefundRecord]:
        return await self._all(REFUND, "refunds_of", sale_id)

    async def shift(self, register: RegisterRef, shift: str) -> Shift:
        found = place(register, shift)
        return Shift(
            sales=tuple(await self._all(SALE, "sales_of_shift", found)),
            refunds=tuple(await self._all(REFUND, "refunds_of_shift", found)),
        )

    async def prompt(self, prompt_id: str) -> Prompt | None:
        return await self._one(PROMPT, "prompt", prompt_id)

    async def occasions(self, ids: Sequence[str]) -> Sequence[Occasion]:
        return await self._all(OCCASION, "occasions", list(ids))

    async def offered(self, register: RegisterRef) -> Sequence[Prompt]:
        return await self._all(PROMPT, "offered", register.outlet, register.register)

    async def print_jobs(self, limit: int) -> Sequence[PrintJob]:
        return await self._all(JOB, "print_jobs", limit)

    async def documents(self) -> Sequence[ParkedDocument]:
        return await self._all(DOCUMENT, "documents")

    async def commit(self, change: Change) -> None:
        await self._gathering.run(prepared(change))
        self._listeners.tell(*news_of(change))

    async def lease(self, lane: Lane, now: datetime, limit: int, until: datetime) -> Sequence[Work]:
        asked = (lane.value, microseconds(now), limit, microseconds(until))
        work = [read_work(*row) for row in await self._rows("lease_work", *asked)]
        return sorted(work, key=lambda row: (row.due, row.id))

    async def bring_forward(self, by: timedelta) -> None:
        """The work is everybody's here, and the other gateways' clocks were not set back: they take it in time."""

    async def latest_change(self) -> datetime | None:
        ((at,),) = await self._rows("latest_change")
        return None if at is None else instant(at)

    async def next_due(self, lane: Lane) -> datetime | None:
        ((due,),) = await self._rows("next_due", lane.value)
        return None if due is None else instant(due)

    def listen(self, heard: Callable[[News], None]) -> None:
        self._listeners.add(heard)

    async def counts(self) -> Counts:
        (row,) = await self._rows("counts")
        return read_counts(row, await self._rows("undelivered"))

    async def size(self) -> StoreSize:
        ((used,),) = await self._rows("size")
        return StoreSize(used=used, disk_free=None)

    async def work(self, limit: int) -> Sequence[OutboxRow]:
        return [read_outbox_row(*row) for row in await self._rows("work", limit)]

    async def parked(self, limit: int) -> Parked:
        return Parked(
            sales=tuple(await self._all(SALE, "parked_sales", limit)),
            refunds=tuple(await self._all(REFUND, "parked_refunds", limit)),
            documents=tuple(await self._all(DOCUMENT, "parked_documents", limit)),
        )

    async def history(self, subject: str) -> Sequence[HistoryRow]:
        return [read_history(*row) for row in await self._rows("history", subject)]

    async def old_sales(self, before: datetime, limit: int) -> Sequence[Sale]:
        return await self._all(SALE, "old_sales", microseconds(before), limit)

    async def old_refunds(self, before: datetime, limit: int) -> Sequence[RefundRecord]:
        return await self._all(REFUND, "old_refunds", microseconds(before), limit)

    async def forget(self, before: datetime, limit: int) -> int:
        return await self._forget(FORGOTTEN, before, limit)

    async def forget_sales(self, before: datetime, limit: int) -> int:
        return await self._forget(FORGOTTEN_SALES, before, limit)

    async def _forget(self, names: Sequence[str], before: datetime, limit: int) -> int:
        gone = [await self._rows(name, microseconds(before), limit) for name in names]
        return sum(count for ((count,),) in gone)

    async def pulse(self) -> None:
        """A server that is silent is given up after some seconds, and no restart of ours wakes it."""
        await self._gathering.pulse()

    async def close(self) -> None:
        """What was handed in before is still written."""
        if self._closed:
            return
        self._closed = True
        if self._listening is not None:
            await self._listening.close()
        await self._gathering.close()
        try:
            await wait_for(self._pool.close(), COMMAND_SECONDS)
        except AWAY:
            self._pool.terminate()

    async def _rows(self, name: str, *asked: Any) -> list[Any]:
        """Raises `StoreUnavailable`."""
        if self._closed:
            raise StoreUnavailable("the store is closed")
        try:
            async with self._pool.acquire(timeout=CONNECT_SECONDS) as connection:
                found: list[Any] = await connection.fetch(QUERIES[name], *map(storable, asked))
        except AWAY as error:
            raise refusal(error) from error
        return found

    async def _all(self, decoder: Decoder[Record], name: str, *asked: Any) -> list[Record]:
        return decoded(decoder, (body for (body,) in await self._rows(name, *asked)))

    async def _one(self, decoder: Decoder[Record], name: str, *asked: Any) -> Record | None:
        return next(iter(await self._all(decoder, name, *asked)), None)


CONFORMS: type[Store] = PostgresStore
