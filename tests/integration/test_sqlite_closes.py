"""SQLite keeps what was closed in a row of its own: written once, read with its sale, gone with it."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from builders import AT, make_close, make_delivery, make_full_sale, make_piece, make_quote, make_sale
from fatal_errors import no_fatal_error
from msgspec.structs import replace

from adapters.stores.sqlite import open_sqlite
from adapters.stores.sqlite.store import SqliteStore
from gateway.domain.change import Change
from gateway.domain.sale_record import Sale, State
from gateway.domain.stripping import stripped_sale
from gateway.errors import Conflict


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gateway.sqlite"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite(path, on_fatal=no_fatal_error)
    yield opened
    await opened.close()


def sql(path: Path, statement: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return connection.execute(statement, values).fetchall()


async def stored(store: SqliteStore, sale: Sale, before: Sale | None = None) -> Sale:
    await store.commit(Change(sale=sale, sale_before=before))
    return replace(sale, version=sale.version + 1)


def delivered(sale: Sale) -> Sale:
    return replace(sale, state=State.DELIVERED, delivery=None, delivered_at=AT)


async def test_a_step_that_leaves_the_close_alone_does_not_write_it_again(store: SqliteStore, path: Path) -> None:
    sale = await stored(store, make_full_sale())
    sql(path, "UPDATE sale_close SET raw = ?", b"as it lay")
    await stored(store, delivered(sale), sale)
    found = await store.sale(sale.id)
    assert found is not None
    assert found.close == replace(make_close(), raw=b"as it lay")
    assert (found.state, found.delivery, found.version) == (State.DELIVERED, None, 2)


CHANGES = {
    "another close": {"close": make_close(raw=b"another")},
    "other pieces": {"sold": (make_piece(number=7),)},
    "another call": {"delivery": make_delivery(body=b"another")},
    "the same call counted": {"delivery": make_delivery(copies=5)},
    "no call": {"delivery": None},
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("knows_before", [True, False])
async def test_a_step_that_changes_it_is_read_as_it_was_written(
    changes: dict[str, object], *, knows_before: bool, store: SqliteStore, path: Path
) -> None:
    sale = await stored(store, make_full_sale())
    moved = await stored(store, replace(sale, **changes), sale if knows_before else None)
    assert await store.sale(sale.id) == moved
    assert sql(path, "SELECT count(*) FROM sale_close") == [(1,)]


async def test_a_call_made_after_none_is_not_taken_for_the_one_before(store: SqliteStore) -> None:
    sale = await stored(store, make_full_sale())
    refused = await stored(store, replace(sale, delivery=None), sale)
    again = await stored(store, replace(refused, delivery=make_delivery(body=b"another")), refused)
    assert await store.sale(sale.id) == again


async def test_pieces_that_are_the_quotes_are_written_once(store: SqliteStore, path: Path) -> None:
    quote = make_quote()
    sale = await stored(store, make_full_sale(close=make_close(quote=quote), sold=quote.pieces))
    assert await store.sale(sale.id) == sale
    ((body,),) = sql(path, "SELECT body FROM sale_close")
    assert msgspec.json.decode(msgspec.convert(body, bytes))["sold"] is None


async def test_a_close_after_a_redemption_gets_its_row(store: SqliteStore) -> None:
    held = await stored(store, make_sale())
    closed = await stored(store, make_full_sale(version=1), held)
    assert await store.sale(held.id) == closed


async def test_a_sale_from_before_keeps_its_close_when_it_moves_on(store: SqliteStore, path: Path) -> None:
    old = make_full_sale(version=4)
    row = (old.id, old.version, old.state, msgspec.json.encode(old))
    sql(path, "INSERT INTO sale (id, version, state, body) VALUES (?, ?, ?, ?)", *row)
    assert await store.sale(old.id) == old
    moved = await stored(store, delivered(old), old)
    assert await store.sale(old.id) == moved
    assert sql(path, "SELECT count(*) FROM sale_close") == [(1,)]


async def test_a_stale_change_leaves_no_close_behind(store: SqliteStore, path: Path) -> None:
    sale = await stored(store, make_full_sale())
    for version in (0, 7):
        with pytest.raises(Conflict):
            await stored(store, replace(sale, version=version, close=make_close(raw=b"stale")), sale)
        with pytest.raises(Conflict):
            await stored(store, delivered(replace(sale, version=version)), sale)
    assert await store.sale(sale.id) == sale
    assert sql(path, "SELECT raw FROM sale_close") == [(make_close().raw,)]


async def test_stripping_takes_the_customer_out_of_the_close_too(store: SqliteStore, path: Path) -> None:
    sale = await stored(store, delivered(make_full_sale(stripped=False, dropped="")))
    bare = await stored(store, stripped_sale(sale))
    assert await store.sale(sale.id) == bare
    assert sql(path, "SELECT raw, sent FROM sale_close") == [(b"", b"")]


async def test_a_forgotten_sale_takes_its_close_with_it(store: SqliteStore, path: Path) -> None:
    await stored(store, delivered(make_full_sale(stripped=True)))
    assert await store.forget_sales(AT + timedelta(days=999), 10) == 1
    assert sql(path, "SELECT count(*) FROM sale_close") == [(0,)]
