"""Changes that are written together: as if one after the other, and each refused alone."""

import sqlite3
from asyncio import create_task, gather, to_thread
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Event

import pytest
from builders import (
    AT,
    later,
    make_close,
    make_document,
    make_full_sale,
    make_history,
    make_job,
    make_refund,
    make_sale,
    make_work,
)
from fatal_errors import no_fatal_error
from msgspec.structs import replace

from adapters.stores.sqlite import open_sqlite
from adapters.stores.sqlite.store import SqliteStore
from gateway.domain.change import Change
from gateway.domain.sale_record import Sale, State
from gateway.domain.work import Lane
from gateway.errors import Conflict


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite(tmp_path / "gateway.sqlite", on_fatal=no_fatal_error)
    yield opened
    await opened.close()


async def together(store: SqliteStore, *changes: Change) -> list[type | None]:
    """Handed in while the writer is busy, so that it takes them all at once; the error of each."""
    started, go = Event(), Event()

    def busy(_connection: sqlite3.Connection) -> None:
        started.set()
        go.wait(10)

    first = create_task(store._writer.run(busy))
    await to_thread(started.wait, 10)
    waiting = [create_task(store.commit(change)) for change in changes]
    while store._writer._queue.qsize() < len(changes):
        await to_thread(lambda: None)
    go.set()
    await first
    ended = await gather(*waiting, return_exceptions=True)
    return [None if error is None else type(error) for error in ended]


def delivered(sale: Sale) -> Change:
    """The next step of a closed sale, its close as it lies."""
    return Change(sale=replace(sale, state=State.DELIVERED, delivery=None), sale_before=sale)


async def stored(store: SqliteStore, sale: Sale) -> Sale:
    await store.commit(Change(sale=sale))
    return replace(sale, version=sale.version + 1)


async def test_each_of_many_closes_comes_back_with_its_own_receipt(store: SqliteStore) -> None:
    sales = [make_full_sale(str(n), close=make_close(raw=b"%d" % n)) for n in range(20)]
    assert await together(store, *(Change(sale=sale) for sale in sales)) == [None] * 20
    assert [await store.sale(sale.id) for sale in sales] == [replace(sale, version=1) for sale in sales]


async def test_closes_and_steps_of_deliveries_share_a_batch(store: SqliteStore) -> None:
    before = [await stored(store, make_full_sale(str(n))) for n in range(3)]
    opened = await stored(store, make_sale("opened"))
    closed = Change(sale=replace(opened, state=State.CLOSED, close=make_close()), sale_before=opened)
    fresh = make_full_sale("fresh")
    steps = [delivered(sale) for sale in before]
    assert await together(store, steps[0], Change(sale=fresh), steps[1], closed, steps[2]) == [None] * 5
    for change in (*steps, closed, Change(sale=fresh)):
        assert change.sale is not None
        assert await store.sale(change.sale.id) == replace(change.sale, version=change.sale.version + 1)


@pytest.mark.parametrize(
    "stale",
    [
        Change(sale=make_full_sale("known")),
        delivered(make_full_sale("known", version=7)),
        Change(sale=make_full_sale("known", version=7)),
        Change(sale=make_sale("known", version=7)),
        Change(sale=make_sale("other"), refunds=(make_refund("refund", version=7),)),
    ],
    ids=["insert", "step", "close", "open", "refund"],
)
async def test_a_stale_change_is_refused_alone(store: SqliteStore, stale: Change) -> None:
    known = await stored(store, make_full_sale("known"))
    good = [Change(sale=make_full_sale(name), history=(make_history(name),)) for name in ("before", "after")]
    stale = replace(stale, history=(make_history("stale"),), work=(make_work("stale"),))
    assert await together(store, good[0], stale, good[1]) == [None, Conflict, None]
    assert await store.sale("known") == known
    assert (await store.sale("before"), await store.sale("after")) == tuple(
        replace(make_full_sale(name), version=1) for name in ("before", "after")
    )
    assert await store.history("stale") == []
    assert await store.work(10) == []
    assert [len(await store.history(name)) for name in ("before", "after")] == [1, 1]


async def test_of_two_closes_of_one_sale_the_first_wins(store: SqliteStore) -> None:
    first, second = (make_full_sale(close=make_close(raw=raw)) for raw in (b"first", b"second"))
    assert await together(store, Change(sale=first), Change(sale=second)) == [None, Conflict]
    assert await store.sale(first.id) == replace(first, version=1)


async def test_work_that_several_are_about_ends_as_the_last_of_them_says(store: SqliteStore) -> None:
    planned, put_off = Change(work=(make_work(),)), Change(work=(make_work(due=later(hours=1)),))
    over = Change(finished=(make_work(),))
    assert await together(store, planned, over) == [None, None]
    assert await store.work(10) == []
    assert await together(store, planned, over, put_off) == [None] * 3
    assert await store.next_due(Lane.SALES) == later(hours=1)
    assert await together(store, over, planned) == [None, None]
    assert await store.next_due(Lane.SALES) == AT


async def test_a_slip_and_a_document_end_as_the_last_of_their_changes_says(store: SqliteStore) -> None:
    made, over = Change(jobs=(make_job(),)), Change(jobs_over=(make_job().id,))
    assert await together(store, over, made) == [None, None]
    assert [job.id for job in await store.print_jobs(10)] == [make_job().id]
    again = Change(jobs=(make_job(version=1),))
    assert await together(store, over, again) == [None, Conflict]
    assert await store.print_jobs(10) == []
    kept = make_document()
    dropped = Change(dropped=(replace(kept, dropped="read"),))
    assert await together(store, dropped, Change(documents=(kept,))) == [None, None]
    assert await store.documents() == [kept]


async def test_history_of_a_batch_is_in_the_order_of_its_changes(store: SqliteStore) -> None:
    rows = [make_history(cause=str(n)) for n in range(9)]
    await together(store, *(Change(history=(row,)) for row in rows))
    assert await store.history("receipt-1") == rows
