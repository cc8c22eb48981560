"""The SQL files: migrations add up, a newer schema is refused, no query walks through a whole table."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from builders import AT, REGISTER, make_full_sale, make_sale
from fatal_errors import no_fatal_error

from adapters.stores.instants import microseconds
from adapters.stores.sql_files import named_blocks
from adapters.stores.sqlite import open_sqlite
from adapters.stores.sqlite.opening import migrate
from adapters.stores.sqlite.queries import QUERIES, SQL
from gateway.domain.change import Change
from gateway.errors import StoreError, StoreUnavailable


async def test_a_schema_from_the_future_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "gateway.sqlite"
    await (await open_sqlite(path, on_fatal=no_fatal_error)).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")
    with pytest.raises(StoreError, match=r"более новой версией.*999"):
        await open_sqlite(path, on_fatal=no_fatal_error)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (999,)


async def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no database " * 1000)
    with pytest.raises(StoreUnavailable, match="NOTADB"):
        await open_sqlite(tmp_path / "notes.txt", on_fatal=no_fatal_error)
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        await open_sqlite(tmp_path, on_fatal=no_fatal_error)


def test_a_migration_that_fails_leaves_nothing_behind() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE work (id)")
        with pytest.raises(sqlite3.OperationalError, match="work already exists"):
            migrate(connection)
        assert [name for name, _ in schema(connection)] == ["work"]
        assert connection.execute("PRAGMA user_version").fetchone() == (0,)


def schema(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
    return [(name, "".join(statement.split())) for name, statement in rows]  # ALTER has blanks of its own


def test_the_migrations_add_up_to_the_schema() -> None:
    with closing(sqlite3.connect(":memory:")) as migrated, closing(sqlite3.connect(":memory:")) as written:
        migrate(migrated)
        migrate(migrated)
        written.executescript(SQL.read("schema.sql"))
        assert schema(migrated) == schema(written)
        assert migrated.execute("PRAGMA user_version").fetchone() == (len(SQL.migrations()),)
    assert [number for number, _ in SQL.migrations()] == list(range(1, len(SQL.migrations()) + 1))


PARTIAL = ("refund_parked", "sale_undelivered")


@pytest.mark.parametrize(
    "name",
    [
        *("sale", "refund", "prompt", "refunds_of", "offered", "lease_work", "next_due", "counts", "undelivered"),
        *("parked_sales", "parked_refunds", "history", "old_sales", "old_refunds"),
        *("forget_history", "forget_prompts", "forget_sales", "forget_refunds"),
        *("sales_of_shift", "refunds_of_shift"),
    ],
)
def test_no_query_walks_through_weeks_of_receipts(name: str) -> None:
    """`SCAN x USING INDEX x_parked` walks through the parked ones only; work and documents are few."""
    asked = {
        "id": "",
        "sale_id": "",
        "subject": "",
        "lane": "",
        "now": 0,
        "until": 0,
        "before": 0,
        "limit": 1,
        "place": "",
    } | {
        "outlet": REGISTER.outlet,
        "register": REGISTER.register,
    }
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SQL.read("schema.sql"))
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {QUERIES[name]}", asked)]
    scans = [step for step in plan if step.startswith("SCAN") and not step.endswith(PARTIAL)]
    assert [step for step in scans if step.split()[1] in {"sale", "refund", "prompt", "history"}] == []


def test_two_blocks_of_one_name_are_an_error() -> None:
    with pytest.raises(ValueError, match="two blocks are named sale"):
        named_blocks("-- name: sale\nSELECT 1;\n\n-- name: sale\nSELECT 2;\n")


def test_a_sale_from_before_its_age_was_stored_gets_it() -> None:
    """The first schema, with the records of its time."""
    second = microseconds(AT.replace(microsecond=0))
    moments = [
        {"seen_at": "2026-11-21T15:30:15.123456+03:00", "delivered_at": "2026-11-21T12:30:20Z"},
        {"seen_at": "2026-11-21T15:30:15.123456+03:00", "delivered_at": None},
        {"seen_at": None},
    ]
    (_, first), *_ = SQL.migrations()
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(f"{first}; PRAGMA user_version = 1;")
        for number, body in enumerate(moments):
            row = (str(number), json.dumps(body).encode())
            connection.execute("INSERT INTO sale (id, version, state, body) VALUES (?, 1, 'delivered', ?)", row)
        migrate(connection)
        found = connection.execute("SELECT changed FROM sale ORDER BY id").fetchall()
    assert [changed for (changed,) in found] == [second + 5_000_000, second, 0]


def test_a_sale_from_before_shifts_were_stored_is_found_by_its_shift() -> None:
    body = {"register": {"outlet": "014", "register": "02"}, "close": {"receipt": {"shift": "88"}}}
    first, second, *_ = (script for _, script in SQL.migrations())
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(f"{first}; {second}; PRAGMA user_version = 2;")
        for number, stored in enumerate((body, {"register": body["register"], "close": None})):
            row = (str(number), json.dumps(stored).encode())
            connection.execute("INSERT INTO sale (id, version, state, body) VALUES (?, 1, 'delivered', ?)", row)
        migrate(connection)
        found = connection.execute("SELECT place FROM sale ORDER BY id").fetchall()
    assert found == [("014/02|88",), ("",)]


@pytest.mark.parametrize("name", ["counts", "undelivered"])
def test_a_scrape_reads_no_bodies_of_a_backlog(name: str) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SQL.read("schema.sql"))
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {QUERIES[name]}")]
    sales = [step for step in plan if step.split()[1] == "sale"]
    assert sales
    assert all("USING COVERING INDEX sale_undelivered" in step for step in sales)


@pytest.mark.parametrize("version", [number for number, _ in SQL.migrations()])
async def test_a_gateway_starts_on_the_store_of_every_version_before_it(version: int, tmp_path: Path) -> None:
    """The sale that an older gateway stored is there, and new ones can be stored beside it."""
    path, sale = tmp_path / "gateway.sqlite", make_full_sale("old")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for number, statements in SQL.migrations()[:version]:
            connection.executescript(f"{statements}; PRAGMA user_version = {number};")
        row = (sale.id, sale.version, sale.state, msgspec.json.encode(sale))
        connection.execute("INSERT INTO sale (id, version, state, body) VALUES (?, ?, ?, ?)", row)
    store = await open_sqlite(path, on_fatal=no_fatal_error)
    assert await store.sale("old") == sale
    await store.commit(Change(sale=make_sale("new")))
    assert (await store.sale("new")) is not None
    await store.close()
