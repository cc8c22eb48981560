"""The `Store` port over one SQLite file: writes go to the writer thread, questions to the reader's."""

import shutil
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import Any, TypeVar

import msgspec
from msgspec.json import Decoder

from adapters.stores.instants import instant, microseconds
from adapters.stores.listeners import Listeners, news_of
from adapters.stores.records import (
    DOCUMENT,
    JOB,
    OCCASION,
    PROMPT,
    REFUND,
    decoded,
    place,
    read_counts,
    read_history,
    read_outbox_row,
)
from adapters.stores.sqlite import writing
from adapters.stores.sqlite.ownership import Ownership
from adapters.stores.sqlite.queries import QUERIES
from adapters.stores.sqlite.reader import Reader
from adapters.stores.sqlite.sales import note_generation, open_generations, read_sales
from adapters.stores.sqlite.writer import Writer
from gateway.domain.change import Change, HistoryRow, Parked, ParkedDocument, Shift
from gateway.domain.occasion import Occasion
from gateway.domain.print_job import PrintJob
from gateway.domain.prompt import Prompt
from gateway.domain.receipt import RegisterRef
from gateway.domain.refund import RefundRecord
from gateway.domain.sale_record import Sale
from gateway.domain.work import Lane, OutboxRow, Work
from gateway.ports import Counts, News, Store, StoreSize

Record = TypeVar("Record")
Asked = dict[str, str | int]


class SqliteStore:
    def __init__(self, path: Path, writer: Writer, reader: Reader, ownership: Ownership | None) -> None:
        self._path = path
        self._generations: dict[str, int] | None = None
        self._writer = writer
        self._reader = reader
        self._ownership = ownership
        self._listeners = Listeners()

    async def learn_generations(self) -> None:
        """From now on no new receipt waits for the disk: who alone writes the file knows what is open in it."""
        try:
            self._generations = await self._reader.run(open_generations)
        except BaseException:
            await self.close()
            raise

    async def sale(self, sale_id: str) -> Sale | None:
        return next(iter(await self._sales("sale", id=sale_id)), None)

    async def generation(self, sale_id: str) -> int:
        if self._generations is not None:
            return self._generations.get(sale_id, 0)
        sale = await self.sale(sale_id)
        return sale.open_generation if sale else 0

    async def last_sale(self) -> Sale | None:
        return next(iter(await self._sales("last_sale")), None)

    async def refund(self, refund_id: str) -> RefundRecord | None:
        return await self._one(REFUND, "refund", id=refund_id)

    async def refunds_of(self, sale_id: str) -> Sequence[RefundRecord]:
        return await self._all(REFUND, "refunds_of", sale_id=sale_id)

    async def shift(self, register: RegisterRef, shift: str) -> Shift:
        found = place(register, shift)
        return Shift(
            sales=tuple(await self._sales("sales_of_shift", place=found)),
            refunds=tuple(await self._all(REFUND, "refunds_of_shift", place=found)),
        )

    async def prompt(self, prompt_id: str) -> Prompt | None:
        return await self._one(PROMPT, "prompt", id=prompt_id)

    async def occasions(self, ids: Sequence[str]) -> Sequence[Occasion]:
        return await self._all(OCCASION, "occasions", ids=msgspec.json.encode(ids).decode())

    async def offered(self, register: RegisterRef) -> Sequence[Prompt]:
        return await self._all(PROMPT, "offered", outlet=register.outlet, register=register.register)

    async def print_jobs(self, limit: int) -> Sequence[PrintJob]:
        return await self._all(JOB, "print_jobs", limit=limit)

    async def documents(self) -> Sequence[ParkedDocument]:
        return await self._all(DOCUMENT, "documents")

    async def commit(self, change: Change) -> None:
        await self._writer.commit(change)
        if change.sale is not None and self._generations is not None:
            note_generation(self._generations, change.sale)
        self._listeners.tell(*news_of(change))

    async def lease(self, lane: Lane, now: datetime, limit: int, until: datetime) -> Sequence[Work]:
        return await self._writer.run(partial(writing.lease, lane, now, limit, until))

    async def bring_forward(self, by: timedelta) -> None:
        await self._writer.run(partial(writing.bring_forward, by))
        self._listeners.tell(None)

    async def latest_change(self) -> datetime | None:
        return await self._reader.run(partial(_moment, "latest_change", {}))

    async def next_due(self, lane: Lane) -> datetime | None:
        return await self._reader.run(partial(_moment, "next_due", {"lane": lane.value}))

    def listen(self, heard: Callable[[News], None]) -> None:
        """One process writes the file, so what it writes itself is all there is to hear."""
        self._listeners.add(heard)

    async def counts(self) -> Counts:
        return await self._reader.run(_counts)

    async def size(self) -> StoreSize:
        return await self._reader.run(partial(_size, self._path.parent))

    async def work(self, limit: int) -> Sequence[OutboxRow]:
        return [read_outbox_row(*row) for row in await self._reader.run(partial(_rows, "work", {"limit": limit}))]

    async def parked(self, limit: int) -> Parked:
        return Parked(
            sales=tuple(await self._sales("parked_sales", limit=limit)),
            refunds=tuple(await self._all(REFUND, "parked_refunds", limit=limit)),
            documents=tuple(await self._all(DOCUMENT, "parked_documents", limit=limit)),
        )

    async def history(self, subject: str) -> Sequence[HistoryRow]:
        asked: Asked = {"subject": subject}
        return [read_history(*row) for row in await self._reader.run(partial(_rows, "history", asked))]

    async def old_sales(self, before: datetime, limit: int) -> Sequence[Sale]:
        return await self._sales("old_sales", before=microseconds(before), limit=limit)

    async def old_refunds(self, before: datetime, limit: int) -> Sequence[RefundRecord]:
        return await self._all(REFUND, "old_refunds", before=microseconds(before), limit=limit)

    async def forget(self, before: datetime, limit: int) -> int:
        return await self._writer.run(partial(writing.forget, writing.FORGOTTEN, before, limit))

    async def forget_sales(self, before: datetime, limit: int) -> int:
        return await self._writer.run(partial(writing.forget, writing.FORGOTTEN_SALES, before, limit))

    async def pulse(self) -> None:
        await self._writer.run(_nothing)

    async def close(self) -> None:
        """What was asked or handed in before is still done; then SQLite moves the WAL into the database."""
        await self._reader.close()
        await self._writer.close()
        if self._ownership is not None:
            self._ownership.give_up()
            self._ownership = None

    async def _sales(self, name: str, **asked: str | int) -> list[Sale]:
        return await self._reader.run(partial(_read_sales, name, asked))

    async def _all(self, decoder: Decoder[Record], name: str, **asked: str | int) -> list[Record]:
        return await self._reader.run(partial(_decoded, decoder, name, asked))

    async def _one(self, decoder: Decoder[Record], name: str, **asked: str) -> Record | None:
        return next(iter(await self._all(decoder, name, **asked)), None)


def _nothing(_connection: Connection) -> None:
    """An empty transaction: nothing to sync, but the writer had to take its turn."""


def _rows(name: str, asked: Asked, connection: Connection) -> list[tuple[Any, ...]]:
    return connection.execute(QUERIES[name], asked).fetchall()


def _decoded(decoder: Decoder[Record], name: str, asked: Asked, connection: Connection) -> list[Record]:
    return decoded(decoder, (body for (body,) in _rows(name, asked, connection)))


def _read_sales(name: str, asked: Asked, connection: Connection) -> list[Sale]:
    return read_sales(_rows(name, asked, connection))


def _moment(name: str, asked: Asked, connection: Connection) -> datetime | None:
    ((at,),) = _rows(name, asked, connection)
    return None if at is None else instant(at)


def _counts(connection: Connection) -> Counts:
    (row,) = _rows("counts", {}, connection)
    return read_counts(row, _rows("undelivered", {}, connection))


def _size(folder: Path, connection: Connection) -> StoreSize:
    ((used,),) = _rows("size", {}, connection)
    return StoreSize(used=used, disk_free=shutil.disk_usage(folder).free)


CONFORMS: type[Store] = SqliteStore
