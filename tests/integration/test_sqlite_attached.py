"""A command beside the running daemon: it reads and does single commits, and the daemon does not notice."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from builders import AT, later, make_document, make_sale, make_work
from fatal_errors import no_fatal_error
from msgspec.structs import replace

from adapters.stores import MemorySettings, SqliteSettings, open_store
from adapters.stores.sqlite import open_sqlite
from adapters.stores.sqlite.store import SqliteStore
from gateway.domain.change import Change
from gateway.domain.sale_record import State
from gateway.domain.work import Lane
from gateway.errors import Conflict, StoreError, StoreUnavailable
from gateway.ports import Store

UNTIL = later(seconds=30)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gateway.sqlite"


@pytest.fixture
async def daemon(path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite(path, on_fatal=no_fatal_error)
    yield opened
    await opened.close()


async def attach(path: Path) -> Store:
    return await open_store(SqliteSettings(path=str(path)), on_fatal=no_fatal_error, attached=True)


async def test_a_command_sees_the_daemons_leases_and_leaves_them_alone(daemon: SqliteStore, path: Path) -> None:
    await daemon.commit(Change(sale=make_sale(state=State.PARKED), work=(make_work(),)))
    (leased,) = await daemon.lease(Lane.SALES, AT, 10, UNTIL)
    command = await attach(path)
    (row,) = await command.work(10)
    assert (row.work, row.leased_until) == (leased, UNTIL)
    assert [sale.id for sale in (await command.parked(10)).sales] == ["receipt-1"]
    await command.close()
    assert await daemon.lease(Lane.SALES, AT, 10, UNTIL) == []
    await daemon.commit(Change(done=(leased,)))
    assert await daemon.work(10) == []


async def test_a_command_may_plan_and_drop_beside_the_daemon(daemon: SqliteStore, path: Path) -> None:
    await daemon.commit(Change(sale=make_sale(), documents=(make_document(),), work=(make_work(due=UNTIL),)))
    command = await attach(path)
    await command.commit(Change(work=(make_work(),), dropped=(make_document(dropped="mended"),)))
    await command.commit(Change(sale=replace(make_sale(version=1), dropped="mended")))
    with pytest.raises(Conflict):
        await daemon.commit(Change(sale=make_sale(version=1)))
    await command.close()
    (work,) = await daemon.lease(Lane.SALES, AT, 10, UNTIL)
    assert work.subject == "receipt-1"
    assert await daemon.documents() == [make_document(dropped="mended")]
    await daemon.commit(Change(done=(work,)))


BESIDE = """
import asyncio, sys
from builders import make_sale
from adapters.stores import SqliteSettings, open_store
from gateway.domain.change import Change

async def main():
    for number in range(60):
        store = await open_store(SqliteSettings(path=sys.argv[1]), on_fatal=sys.exit, attached=True)
        await store.counts()
        await store.commit(Change(sale=make_sale(f"command-{number}")))
        await store.close()

asyncio.run(main())
"""


async def test_a_daemon_under_load_and_commands_in_another_process_lose_nothing(
    daemon: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", ":".join(sys.path))
    command = await asyncio.create_subprocess_exec(sys.executable, "-c", BESIDE, path)
    ended = asyncio.create_task(command.wait())
    number = 0
    while not ended.done():
        await asyncio.gather(*(daemon.commit(Change(sale=make_sale(f"d-{number}-{n}"))) for n in range(8)))
        number += 1
    assert ended.result() == 0
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM sale").fetchone() == (60 + 8 * number,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_command_makes_no_store_and_changes_no_schema(path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        await attach(path)
    assert not await asyncio.to_thread(path.exists)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA user_version = 1")
    with pytest.raises(StoreError, match="перезапустите службу"):
        await attach(path)
    with pytest.raises(StoreError, match="its own process"):
        await open_store(MemorySettings(), on_fatal=no_fatal_error, attached=True)
