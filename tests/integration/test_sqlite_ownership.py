"""The file belongs to one gateway; and a migration that finds the disk full leaves the file as it was."""

import asyncio
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from builders import make_full_sale
from fatal_errors import no_fatal_error
from shop import ROOT, write_config

from adapters.stores.sqlite import open_sqlite
from adapters.stores.sqlite.opening import SQL, migrate
from adapters.stores.sqlite.ownership import Ownership
from gateway.domain.change import Change
from gateway.errors import StoreError

AWAY = "http://127.0.0.1:9"


async def test_a_second_gateway_is_refused_before_it_touches_anything(tmp_path: Path) -> None:
    """As when an administrator starts one by hand beside the service."""
    config = write_config(tmp_path, AWAY)
    held = Ownership(tmp_path / "state" / "gateway.sqlite")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "run", "--config", str(config), cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 1
    assert "belongs to another gateway" in said.decode()
    assert not (tmp_path / "state" / "gateway.sqlite").exists()
    held.give_up()


async def test_the_file_is_free_again_once_its_gateway_has_gone(tmp_path: Path) -> None:
    path = tmp_path / "gateway.sqlite"
    first = await open_sqlite(path, on_fatal=no_fatal_error)
    with pytest.raises(StoreError, match="another gateway"):
        await open_sqlite(path, on_fatal=no_fatal_error)
    await first.commit(Change(sale=make_full_sale("receipt-1")))
    await first.close()
    second = await open_sqlite(path, on_fatal=no_fatal_error)
    assert await second.sale("receipt-1") is not None
    await second.close()


async def test_one_that_could_not_be_opened_is_nobodys(tmp_path: Path) -> None:
    path = tmp_path / "gateway.sqlite"
    path.write_text("not a database, but long enough to look like one" * 100)
    for _ in range(2):
        with pytest.raises(StoreError, match="not a database"):
            await open_sqlite(path, on_fatal=no_fatal_error)


@pytest.mark.parametrize("version", range(1, len(SQL.migrations())))
def test_a_migration_on_a_full_disk_leaves_the_file_as_it_was_and_goes_through_later(
    tmp_path: Path, version: int
) -> None:
    """Really full, by SQLite's own limit on its pages."""
    path = tmp_path / "gateway.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        for number, statements in SQL.missing(0):
            if number <= version:
                old.executescript(f"BEGIN;\n{statements}\nPRAGMA user_version = {number};\nCOMMIT;")
        body = b'{"seen_at": "2026-03-14T15:05:00Z", "state": "open", "register": {"outlet": "1", "register": "2"}}'
        names = [f"receipt-{number}" for number in range(2000)]
        work = "INSERT INTO work (id, lane, kind, subject, due, tries) VALUES (?, 'sales', 'deliver', ?, 1 << 50, 0)"
        old.execute("BEGIN")
        old.executemany(
            "INSERT INTO sale (id, version, state, body) VALUES (?, 1, 'open', ?)", ((name, body) for name in names)
        )
        old.executemany(work, zip(names, names, strict=True))
        old.execute("COMMIT")
        pages = old.execute("PRAGMA page_count").fetchone()[0]
        old.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(sqlite3.OperationalError, match="full"):
            migrate(old)
        assert old.execute("PRAGMA user_version").fetchone()[0] >= version
        assert old.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert old.execute("SELECT count(*) FROM sale").fetchone() == (2000,)
        old.execute("PRAGMA max_page_count = 1000000")
        migrate(old)
        assert old.execute("PRAGMA user_version").fetchone() == (len(SQL.migrations()),)
        assert old.execute("SELECT count(*) FROM sale").fetchone() == (2000,)
