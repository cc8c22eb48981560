"""The real process on a disk that is full or fails: what is not on it is not acknowledged, as a till sees it.

`strace` makes system calls of the running gateway fail, as a disk does. Only SQLite writes with pwrite64 and syncs.
"""

import asyncio
import json
import os
import signal
import sqlite3
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from shop import ROOT, eventually, signed, write_config
from till import cash, document, line

AWAY = "http://127.0.0.1:9"
KEEP_AND_REPEAT, TAKEN = -1, 0
PATIENCE = 30.0
"""Seconds a process may take to end, under strace and beside other tests."""

pytestmark = [pytest.mark.slow, pytest.mark.strace, pytest.mark.usefixtures("strace")]


class Process:
    """`pos-gateway run` over one folder."""

    def __init__(self, folder: Path, http: aiohttp.ClientSession) -> None:
        self.database = folder / "state" / "gateway.sqlite"
        self._config = write_config(folder, AWAY)
        self._log = folder / "log"
        self._http = http
        self.url = ""

    async def start(self) -> None:
        """Returns once it listens."""
        self._log.unlink(missing_ok=True)
        with self._log.open("wb") as log:
            self.running = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "gateway",
                "run",
                "--config",
                str(self._config),
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        self.url = await eventually(self._listening, seconds=PATIENCE)
        assert self.url, self._log.read_text()

    async def _listening(self) -> str:
        rows = [row for row in self._log.read_bytes().splitlines() if b'"listening"' in row]
        return f"http://127.0.0.1:{json.loads(rows[0])['port']}" if rows else ""

    async def confirm(self, uid: str) -> int | None:
        """The code a till hears; None when nothing comes back: it keeps the receipt and repeats."""
        request = document("confirm", line(1, "5002", "100.00"), uid=uid, payments=cash("100.00"))
        body = json.dumps(request).encode()
        with suppress(aiohttp.ClientError):
            async with self._http.post(f"{self.url}/frontol/document", data=body, headers=signed(body)) as response:
                assert response.status == 200
                answer: dict[str, Any] = await response.json()
                return int(answer["code"])
        return None

    async def ends(self) -> int:
        """How it has ended, by itself."""
        async with asyncio.timeout(PATIENCE):
            return await self.running.wait()

    async def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.running.kill()
        await self.running.wait()

    def said(self) -> str:
        return self._log.read_text()


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Process]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as http:
        process = Process(tmp_path, http)
        await process.start()
        yield process
        await process.kill()


@asynccontextmanager
async def broken(process: Process, fault: str) -> AsyncIterator[None]:
    """While this is open, system calls of the process fail as `fault` says: `pwrite64:error=ENOSPC:when=2+`."""
    call = fault.partition(":")[0]
    strace = await asyncio.create_subprocess_exec(
        "strace", "-f", "-e", f"trace={call}", "-e", f"inject={fault}", "-o", os.devnull,
        "-p", str(process.running.pid), stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert strace.stderr is not None
    async with asyncio.timeout(PATIENCE):
        assert b"attached" in await strace.stderr.readline()
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            strace.send_signal(signal.SIGINT)
        await strace.communicate()


def stored(database: Path) -> set[str]:
    """The sales in a file that is whole."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {sale_id for (sale_id,) in connection.execute("SELECT id FROM sale WHERE state <> 'open'")}


def receipts(number: int) -> list[str]:
    return [str(uuid.uuid4()) for _ in range(number)]


@pytest.mark.parametrize("nth", [1, 2, 3, 5, 8])
async def test_a_full_disk_acknowledges_nothing_and_takes_everything_once_there_is_space(
    gateway: Process, nth: int
) -> None:
    uids = receipts(4)
    codes: dict[str, int | None] = {}
    async with broken(gateway, f"pwrite64:error=ENOSPC:when={nth}+"):
        for uid in uids:
            codes[uid] = await gateway.confirm(uid)
    assert codes[uids[-1]] == KEEP_AND_REPEAT
    acknowledged = {uid for uid, code in codes.items() if code == TAKEN}
    assert gateway.running.returncode is None, "a full disk ends nothing"
    assert acknowledged <= stored(gateway.database)
    assert [await gateway.confirm(uid) for uid in uids] == [TAKEN] * 4
    await gateway.kill()
    assert stored(gateway.database) == set(uids)


@pytest.mark.parametrize(
    "fault", ["fdatasync:error=EIO:when=1+", "fdatasync:error=EIO:when=2+", "pwrite64:error=EIO:when=3+"]
)
async def test_a_failing_disk_ends_the_process_and_the_next_one_goes_on(gateway: Process, fault: str) -> None:
    """After a failed sync nobody knows what lies on the disk: only a new process may look (Restart=always)."""
    before, during = receipts(3), receipts(3)
    assert [await gateway.confirm(uid) for uid in before] == [TAKEN] * 3
    async with broken(gateway, fault):
        told = {uid: await gateway.confirm(uid) for uid in during}
        assert await gateway.ends() != 0
    acknowledged = set(before) | {uid for uid, code in told.items() if code == TAKEN}
    assert told[during[-1]] != TAKEN
    assert "IOERR" in gateway.said()
    assert acknowledged <= stored(gateway.database)
    await gateway.start()
    assert [await gateway.confirm(uid) for uid in (*before, *during)] == [TAKEN] * 6
    await gateway.kill()
    assert stored(gateway.database) == {*before, *during}
