"""The `Store` port over one SQLite file: writes go to the writer thread, questions to the reader's."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from sqlite3 import Connection
from typing import TypeVar

from msgspec import MsgspecError
from msgspec.json import Decoder

from adapters.stores.instants import instant
from adapters.stores.sqlite import writing
from adapters.stores.sqlite.queries import QUERIES
from adapters.stores.sqlite.reader import Reader
from adapters.stores.sqlite.records import DOCUMENT, PROMPT, REFUND, SALE
from adapters.stores.sqlite.writer import Writer
from gateway.domain.change import Change, ParkedDocument
from gateway.domain.prompt import Prompt
from gateway.domain.receipt import RegisterRef
from gateway.domain.refund import RefundRecord
from gateway.domain.sale_record import Sale
from gateway.domain.work import Lane, Work
from gateway.errors import StoreError
from gateway.ports import Counts, Store

Record = TypeVar("Record")


class SqliteStore:
    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def sale(self, sale_id: str) -> Sale | None:
        return await self._one(SALE, "sale", id=sale_id)

    async def refund(self, refund_id: str) -> RefundRecord | None:
        return await self._one(REFUND, "refund", id=refund_id)

    async def refunds_of(self, sale_id: str) -> Sequence[RefundRecord]:
        return await self._all(REFUND, "refunds_of", sale_id=sale_id)

    async def prompt(self, prompt_id: str) -> Prompt | None:
        return await self._one(PROMPT, "prompt", id=prompt_id)

    async def offered(self, register: RegisterRef) -> Sequence[Prompt]:
        return await self._all(PROMPT, "offered", outlet=register.outlet, register=register.register)

    async def documents(self) -> Sequence[ParkedDocument]:
        return await self._all(DOCUMENT, "documents")

    async def commit(self, change: Change) -> None:
        await self._writer.run(partial(writing.apply, change))

    async def lease(self, lane: Lane, now: datetime, limit: int, until: datetime) -> Sequence[Work]:
        return await self._writer.run(partial(writing.lease, lane, now, limit, until))

    async def next_due(self, lane: Lane) -> datetime | None:
        return await self._reader.run(partial(_next_due, lane))

    async def counts(self) -> Counts:
        return await self._reader.run(_counts)

    async def close(self) -> None:
        """What was asked or handed in before is still done; then SQLite moves the WAL into the database."""
        await self._reader.close()
        await self._writer.close()

    async def _all(self, decoder: Decoder[Record], name: str, **asked: str) -> list[Record]:
        return await self._reader.run(partial(_decoded, decoder, name, asked))

    async def _one(self, decoder: Decoder[Record], name: str, **asked: str) -> Record | None:
        return next(iter(await self._all(decoder, name, **asked)), None)


def _decoded(decoder: Decoder[Record], name: str, asked: dict[str, str], connection: Connection) -> list[Record]:
    rows = connection.execute(QUERIES[name], asked).fetchall()
    try:
        return [decoder.decode(body) for (body,) in rows]
    except MsgspecError as error:
        raise StoreError(f"a stored record cannot be read ({name}): {error}") from error


def _next_due(lane: Lane, connection: Connection) -> datetime | None:
    ((due,),) = connection.execute(QUERIES["next_due"], {"lane": lane.value}).fetchall()
    return None if due is None else instant(due)


def _counts(connection: Connection) -> Counts:
    ((pending, oldest, sales, refunds, documents),) = connection.execute(QUERIES["counts"]).fetchall()
    return Counts(
        pending=pending,
        oldest_due=None if oldest is None else instant(oldest),
        parked_sales=sales,
        parked_refunds=refunds,
        parked_documents=documents,
    )


CONFORMS: type[Store] = SqliteStore
