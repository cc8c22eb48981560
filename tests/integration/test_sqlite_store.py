"""SQLite's own promises: who may read the file, what is synced, who shares a commit."""

import gc
import sqlite3
import struct
from asyncio import CancelledError, create_task, gather, sleep, to_thread, wait_for
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from builders import AT, later, make_full_sale, make_history, make_sale, make_work
from fatal_errors import no_fatal_error
from msgspec.structs import replace

from adapters.stores.sqlite import open_sqlite
from adapters.stores.sqlite.store import SqliteStore
from gateway.domain.change import Change
from gateway.domain.work import Lane
from gateway.errors import Conflict, StoreUnavailable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "gateway.sqlite"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite(path, on_fatal=no_fatal_error)
    yield opened
    await opened.close()


def commits_in_wal(path: Path) -> int:
    """Frames that end a transaction, counted in the WAL itself (sqlite.org/fileformat2.html#walformat)."""
    wal = Path(f"{path}-wal").read_bytes()
    (page_size,) = struct.unpack(">I", wal[8:12])
    frames = range(32, len(wal), 24 + page_size)
    current = [at for at in frames if wal[at + 8 : at + 16] == wal[16:24]]
    return sum(wal[at + 4 : at + 8] != bytes(4) for at in current)


def files_of(path: Path) -> list[Path]:
    """The database, its WAL, the WAL's index, and what says whose they are."""
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == [path.name, *(path.name + end for end in ("-shm", "-wal", ".owner"))]
    return files


async def pragma(thread: Any, name: str) -> Any:
    """Settings belong to a connection, so it is this very one that has to be asked."""
    return await thread.run(lambda connection: connection.execute(f"PRAGMA {name}").fetchone()[0])


async def refuse(store: SqliteStore) -> None:
    """A sale of a version that is not there; nobody keeps the error."""
    with suppress(Conflict):
        await store.commit(Change(sale=make_sale(version=7)))


async def test_a_refused_change_needs_no_collector(store: SqliteStore) -> None:
    """Each would hold its whole sale until the collector comes, and stop the loop then."""
    await refuse(store)
    gc.collect()
    gc.disable()
    try:
        await gather(refuse(store), refuse(store))
        await store.commit(Change(sale=make_sale()))  # the writer's thread keeps its last batch in hand
        await sleep(0)
        assert not [thing for thing in gc.get_objects() if isinstance(thing, Conflict)]
    finally:
        gc.enable()


async def test_both_connections_sync_every_commit(store: SqliteStore) -> None:
    for thread in (store._writer, store._reader):
        assert await pragma(thread, "journal_mode") == "wal"
        assert await pragma(thread, "synchronous") == 2  # FULL
        assert await pragma(thread, "busy_timeout") == 2000
    assert await pragma(store._reader, "query_only") == 1


async def test_the_files_are_private(store: SqliteStore, path: Path) -> None:
    await store.commit(Change(sale=make_sale()))
    assert path.parent.stat().st_mode & 0o777 == 0o700
    for file in files_of(path):
        assert file.stat().st_mode & 0o777 == 0o600, file.name


async def test_a_file_that_others_could_read_is_made_private(store: SqliteStore, path: Path) -> None:
    await store.close()
    for file in path.parent.iterdir():
        file.chmod(0o644)
    again = await open_sqlite(path, on_fatal=no_fatal_error)
    assert {file.stat().st_mode & 0o777 for file in files_of(path)} == {0o600}
    await again.close()


async def test_those_who_wait_share_the_next_commit(store: SqliteStore, path: Path) -> None:
    started, go = Event(), Event()
    before = commits_in_wal(path)

    def slow_disk(_connection: sqlite3.Connection) -> None:
        started.set()
        go.wait(10)

    slow = create_task(store._writer.run(slow_disk))
    await to_thread(started.wait, 10)
    changes = [Change(sale=make_sale(str(n)), history=(make_history(),)) for n in range(50)]
    waiting = [create_task(store.commit(change)) for change in changes]
    assert await wait_for(store.sale("x"), 5) is None  # a read does not wait for the writer
    assert not any(task.done() for task in waiting)
    go.set()
    await gather(slow, *waiting)
    assert commits_in_wal(path) == before + 1


async def test_a_lone_caller_has_a_commit_of_its_own(store: SqliteStore, path: Path) -> None:
    before = commits_in_wal(path)
    for n in range(3):
        await store.commit(Change(sale=make_sale(str(n))))
    assert commits_in_wal(path) == before + 3


async def test_looking_for_work_where_there_is_none_writes_nothing(store: SqliteStore, path: Path) -> None:
    before = commits_in_wal(path)
    assert await store.lease(Lane.SALES, AT, 10, later(seconds=30)) == []
    assert commits_in_wal(path) == before


async def test_the_wal_is_moved_into_the_database_now_and_then(store: SqliteStore, path: Path) -> None:
    for round_ in range(8):
        sales = (make_full_sale(f"{round_}-{n}") for n in range(500))
        await gather(*(store.commit(Change(sale=sale)) for sale in sales))
    sizes = {file.name: file.stat().st_size for file in files_of(path)}
    assert sizes[f"{path.name}-wal"] * 2 < sizes[path.name]


async def test_history_is_appended_in_order(store: SqliteStore, path: Path) -> None:
    rows = tuple(make_history(after=state) for state in ("redeeming", "redeemed", "closed"))
    await store.commit(Change(history=rows[:2]))
    await store.commit(Change(history=rows[2:]))
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT subject, who, after FROM history ORDER BY number").fetchall()
    assert found == [("receipt-1", "register 2", state) for state in ("redeeming", "redeemed", "closed")]


async def test_leases_end_with_their_process(store: SqliteStore, path: Path) -> None:
    await store.commit(Change(work=(make_work(),)))
    await store.lease(Lane.SALES, AT, 10, later(days=1))
    await store.close()
    again = await open_sqlite(path, on_fatal=no_fatal_error)
    (work,) = await again.lease(Lane.SALES, AT, 10, later(days=1))
    assert replace(work, lease=0) == make_work()
    await again.close()


async def test_what_was_handed_in_before_closing_is_stored(store: SqliteStore, path: Path) -> None:
    changes = (Change(sale=make_sale(str(n))) for n in range(20))
    await gather(*map(store.commit, changes), store.close())
    left = sorted(file.name for file in path.parent.iterdir())
    assert left == [path.name, f"{path.name}.owner"]  # the WAL is moved in, nothing is open
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM sale").fetchone() == (20,)


async def test_a_locked_database_is_unavailable_and_works_again_afterwards(store: SqliteStore, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="BUSY"):
            await store.commit(Change(sale=make_sale()))
    assert await store.sale("receipt-1") is None
    await store.commit(Change(sale=make_sale()))


async def test_a_cancelled_caller_harms_nobody_who_shares_its_batch(store: SqliteStore) -> None:
    cancelled = create_task(store.commit(Change(sale=make_sale("cancelled"))))
    other = create_task(store.commit(Change(sale=make_sale("other"))))
    await sleep(0)
    cancelled.cancel()
    await other
    with pytest.raises(CancelledError):
        await cancelled
    assert await store.sale("other") is not None
    assert await store.sale("cancelled") is not None


async def test_a_job_that_breaks_is_its_callers_fault_alone(store: SqliteStore) -> None:
    unspeakable = Change(sale=make_sale("broken"), history=(make_history(cause="\ud800"),))
    outcomes = await gather(store.commit(unspeakable), store.commit(Change(sale=make_sale())), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [UnicodeEncodeError, type(None)]
    assert await store.sale("broken") is None
    assert await store.sale("receipt-1") is not None
