"""kill -9, a full disk and a failing one: what was acknowledged is there, the rest is wholly there or not at all.

The module is also the program that is killed: `python test_sqlite_disaster.py ROLE PATH`.
"""

import asyncio
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from itertools import count
from pathlib import Path

import pytest
from builders import AT, make_full_sale, make_history, make_prompt, make_refund, make_sale, make_work
from fatal_errors import no_fatal_error

from adapters.stores.sqlite import open_sqlite
from adapters.stores.sqlite.store import SqliteStore
from gateway.domain.change import Change
from gateway.domain.sale_record import State
from gateway.domain.work import Lane
from gateway.errors import StoreError, StoreUnavailable

CALLERS = 16
BULK = "x" * 100_000
LOOP_SECONDS = 30  # a child that nobody kills ends by itself


def change(name: str) -> Change:
    """Touches five tables, so that half of one would show."""
    return Change(
        sale=make_sale(name, state=State.CLOSED),
        refunds=(make_refund(name, sale_id=name),),
        prompts=(make_prompt(name),),
        history=(make_history(name),),
        work=(make_work(name),),
    )


def bulky(name: str) -> Change:
    return Change(sale=make_full_sale(name, refusal=BULK), work=(make_work(name),))


async def is_whole(store: SqliteStore, name: str) -> bool:
    """False when nothing of the change is there; fails the test when a part of it is."""
    found = (await store.sale(name), await store.refund(name), await store.prompt(name))
    assert found.count(None) in {0, 3}, f"half a change: {found}"
    return found[0] is not None


def child(*arguments: str | Path, under: tuple[str | Path, ...] = ()) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [*under, sys.executable, __file__, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)  # noqa: S603 - our own


def say(line: str) -> None:
    """One write, so that a killed child has said all of a line or nothing of it."""
    os.write(1, f"{line}\n".encode())


async def commit_until_killed(path: str, prefix: str) -> None:
    store = await open_sqlite(Path(path), on_fatal=lambda error: say(f"fatal {error}"))
    numbers = count()

    async def caller() -> None:
        for number in numbers:
            name = f"{prefix}-{number}"
            say(f"try {name}")
            await store.commit(change(name))
            say(f"ok {name}")

    async with asyncio.timeout(LOOP_SECONDS):
        await asyncio.gather(*(caller() for _ in range(CALLERS)))


async def commit_until_refused(path: str, make: Callable[[str], Change]) -> None:
    """Says every outcome until the tenth refusal."""
    store = await open_sqlite(Path(path), on_fatal=lambda error: say(f"fatal {error}"))
    refused = 0
    for number in range(5000):
        try:
            await store.commit(make(f"n-{number}"))
            say(f"ok n-{number}")
        except StoreUnavailable:
            say(f"refused n-{number}")
            refused += 1
            if refused == 10:
                break
    await store.close()


def names(lines: list[str], word: str) -> list[str]:
    return [line.split()[1] for line in lines if line.startswith(f"{word} ")]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite(tmp_path / "full.sqlite", on_fatal=no_fatal_error)
    yield opened
    await opened.close()


def killed_after(acknowledged: int, path: Path, prefix: str) -> list[str]:
    """All that the child said, killed in the middle of its commits."""
    with child("commit", path, prefix) as process:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            acknowledged -= line.startswith("ok")
            if acknowledged == 0:
                process.kill()
    return lines


async def test_kill_9_loses_nothing_acknowledged_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    path = tmp_path / "killed.sqlite"
    stored: set[str] = set()
    acknowledged: list[str] = []
    for round_ in range(6):
        lines = killed_after(random.randint(1, 400), path, str(round_))  # noqa: S311 - a moment, not a secret
        tried, acknowledged = names(lines, "try"), acknowledged + names(lines, "ok")
        assert len(tried) > len(names(lines, "ok")), "it was not killed in the middle of a commit"
        store = await open_sqlite(path, on_fatal=no_fatal_error)
        stored |= {name for name in tried if await is_whole(store, name)}
        work = await store.lease(Lane.SALES, AT, 100_000, AT)
        await store.close()
        assert {row.subject for row in work} == stored
    assert set(acknowledged) <= stored


async def full(store: SqliteStore, *, spare: int) -> None:
    """The database may grow by `spare` pages only: SQLite then answers FULL, as it does for ENOSPC."""
    pages = await store._reader.run(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
    await store._writer.run(lambda c: c.execute(f"PRAGMA max_page_count = {pages + spare}").fetchall())


async def test_a_full_disk_refuses_the_whole_batch_and_the_store_works_again_with_space(store: SqliteStore) -> None:
    await store.commit(bulky("before"))
    await full(store, spare=20)
    names_ = [f"n-{n}" for n in range(5)]
    outcomes = await asyncio.gather(*(store.commit(bulky(name)) for name in names_), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}
    assert "FULL" in str(outcomes[0])
    assert [await store.sale(name) for name in names_] == [None] * 5
    await full(store, spare=10_000)
    for name in names_:
        await store.commit(bulky(name))
    assert (await store.counts()).pending == 6


@pytest.mark.skipif(shutil.which("unshare") is None or os.geteuid() != 0, reason="mounting a small disk needs root")
async def test_a_disk_that_is_really_full_refuses_and_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    """A tmpfs of 2 MB in a mount namespace of its own; database and WAL are copied out before it goes."""
    script = (
        'mount -t tmpfs -o size=2m none "$1" && head -c 400000 /dev/zero >"$1/ballast" && '
        '"$2" "$3" refused "$1/s.sqlite" && rm "$1/ballast" && '
        '"$2" "$3" again "$1/s.sqlite" && cp "$1"/s.sqlite* "$4"'
    )
    disk, copy = tmp_path / "disk", tmp_path / "copy"
    disk.mkdir()
    copy.mkdir()
    command = ("unshare", "--mount", "sh", "-c", script, "sh", disk, sys.executable, __file__, copy)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=subprocess.PIPE)
    said, _ = await process.communicate()
    lines = said.decode().splitlines()
    assert names(lines, "fatal") == []
    assert len(names(lines, "refused")) == 10
    store = await open_sqlite(copy / "s.sqlite", on_fatal=no_fatal_error)
    work = await store.lease(Lane.SALES, AT, 100_000, AT)
    await store.close()
    assert sorted(row.subject for row in work) == sorted(names(lines, "ok"))
    assert "again" in names(lines, "ok")


async def commit_again(path: str) -> None:
    store = await open_sqlite(Path(path), on_fatal=lambda error: say(f"fatal {error}"))
    await store.commit(bulky("again"))
    say("ok again")
    await store.close()


@pytest.mark.strace
@pytest.mark.usefixtures("strace")
async def test_after_a_failed_fsync_everything_is_refused_and_the_daemon_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "failing.sqlite"
    # Only one fails: refusing the nine that would succeed is our own doing
    strace = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e")
    with child("commit-small", path, under=(*strace, "inject=fdatasync:error=EIO:when=15")) as process:
        lines = (await asyncio.to_thread(process.communicate))[0].splitlines()
    assert len(names(lines, "refused")) == 10
    assert len(names(lines, "ok")) > 2
    assert [line for line in lines if line.startswith("fatal")] == [line for line in lines if "IOERR_FSYNC" in line]
    assert len(names(lines, "fatal")) == 1
    store = await open_sqlite(path, on_fatal=no_fatal_error)
    assert all([await is_whole(store, name) for name in names(lines, "ok")])
    assert not any([await is_whole(store, name) for name in names(lines, "refused")[1:]])
    await store.close()


def broken_disk() -> sqlite3.Error:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_IOERR_FSYNC, "SQLITE_IOERR_FSYNC"
    return error


async def test_what_waits_behind_a_failed_fsync_is_refused_and_so_are_questions(tmp_path: Path) -> None:
    told: list[StoreError] = []
    store = await open_sqlite(tmp_path / "failing.sqlite", on_fatal=told.append)
    started, go = threading.Event(), threading.Event()

    def fails(_connection: sqlite3.Connection) -> None:
        started.set()
        go.wait(10)
        raise broken_disk()

    failing = asyncio.create_task(store._writer.run(fails))
    await asyncio.to_thread(started.wait, 10)
    waiting = asyncio.create_task(store.commit(change("waiting")))
    await asyncio.sleep(0)
    go.set()
    outcomes = await asyncio.gather(failing, waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StoreUnavailable, StoreUnavailable]
    with pytest.raises(StoreUnavailable, match="IOERR_FSYNC"):
        await store.sale("waiting")
    store._writer._faults.note(broken_disk())  # the reading thread may meet it as well
    await asyncio.sleep(0)
    assert len(told) == 1
    await store.close()


ROLES = {
    "commit": commit_until_killed,
    "commit-small": lambda path: commit_until_refused(path, change),
    "refused": lambda path: commit_until_refused(path, bulky),
    "again": commit_again,
}

if __name__ == "__main__":
    asyncio.run(ROLES[sys.argv[1]](*sys.argv[2:]))
