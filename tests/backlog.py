"""A store full of sales that were never delivered, and a loyalty server that takes its time but never fails."""

import asyncio
import json
import os
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from sqlite3 import Connection
from typing import Any, BinaryIO

import aiohttp
from aiohttp import web
from builders import make_line, make_receipt, make_tender
from shop import ROOT, write_config

from adapters.stores.sqlite.opening import open_connections
from adapters.stores.sqlite.writing import apply
from gateway.daemon import listen, port_of
from gateway.domain.change import Change, HistoryRow
from gateway.domain.receipt import RegisterRef, content_digest
from gateway.domain.sale import advance
from gateway.domain.sale_events import CloseAsked
from gateway.domain.sale_record import Close, Sale, Terms

REGISTER = RegisterRef(outlet="MAG-3", register="KASSA-2")
PRICE = Decimal("100.00")

_LINE = {
    "lineId": "1",
    "lineNumber": 1,
    "quantity": 1,
    "basePricePerItem": 100,
    "discountedPriceOfLine": 100,
    "product": {"ids": {"system1c": "5002"}},
}
_PRICED = {"processingStatus": "Calculated", "totalPrice": 100, "lines": [_LINE]}
_CREATED = {"ids": {"mindboxId": 1}, "processingStatus": "Created", "totalPrice": 100}


class SlowServer:
    """Mindbox with one price list, `seconds` per call. `created` counts the orders."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.created = 0
        self.url = ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator["SlowServer"]:
        runner = await listen([web.post("/v3/operations/{mode}", self._answer)], ("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{port_of(runner)}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        await asyncio.sleep(self._seconds)
        if "Preorder" in request.query["operation"]:
            return web.json_response(
                {
                    "status": "Success",
                    "order": {"processingStatus": "Calculated", "totalPrice": 100, "lines": [_LINE]},
                }
            )
        self.created += 1
        return web.json_response({"status": "Success", "order": _CREATED})


class Running:
    """One gateway as a real process."""

    def __init__(self, process: asyncio.subprocess.Process, url: str, ready_after: float) -> None:
        self._process = process
        self.url = url
        self.ready_after = ready_after

    def pause(self) -> None:
        """It takes no processor time until `go_on`."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def resident_megabytes(self) -> float:
        rows = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(row.split()[1]) for row in rows if row.startswith("VmRSS")) / 1024


@asynccontextmanager
async def running(folder: Path, loyalty: str) -> AsyncIterator[Running]:
    """`ready_after`: seconds from the start of the process to the first 200 of `/readyz`."""
    config, log = _prepared(folder, loyalty)
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "run", "--config", str(config), cwd=ROOT, stderr=log, stdout=log
    )
    try:
        listening = await _listening(process, Path(log.name))
        await _ready(f"http://127.0.0.1:{listening['admin_port']}/readyz")
        yield Running(process, f"http://127.0.0.1:{listening['port']}", time.monotonic() - began)
    finally:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGCONT)
            process.kill()
        await process.wait()
        log.close()


def _prepared(folder: Path, loyalty: str) -> tuple[Path, BinaryIO]:
    folder.mkdir(exist_ok=True)
    return write_config(folder, loyalty), (folder / "log").open("wb")


async def _listening(process: asyncio.subprocess.Process, log: Path) -> dict[str, Any]:
    while process.returncode is None:
        if found := _said(log):
            return found
        await asyncio.sleep(0.01)
    raise AssertionError("the gateway did not start")


def _said(log: Path) -> dict[str, Any]:
    """The event with the addresses; empty while it is not there."""
    for row in log.read_bytes().splitlines():
        if b'"listening"' in row:
            found: dict[str, Any] = json.loads(row)
            return found
    return {}


async def _ready(url: str) -> None:
    async with aiohttp.ClientSession() as http, asyncio.timeout(30):
        while True:
            async with http.get(url) as response:
                if response.status == 200:
                    return
            await asyncio.sleep(0.01)


HOURS = 160
"""Of a week: the sales of each are one sale as the store writes it, and its copies under ids of their own."""

COPIED = {"sale_close": ("body",), "sale": ("id", "body"), "work": ("id", "subject"), "history": ("subject",)}
"""The tables that a close writes, and where the id of its sale stands in them."""

ROWS_OF = {
    "sale_close": "number = (SELECT close FROM sale WHERE id = :uid)",
    "sale": "id = :uid",
    "work": "id = 'deliver:' || :uid",
    "history": "subject = :uid",
}

NUMBERED = {"sale_close": "number", "sale": "close"}
"""The number of a close: those of the copies follow the original's, which was the last one."""


def fill(path: Path, number: int) -> None:
    """`number` sales, closed over the last week while the server was away; a multiple of `HOURS`."""
    connection, reading = open_connections(path, attached=False)
    with closing(connection), closing(reading):
        connection.execute("BEGIN")
        for hour in range(HOURS):
            uid = str(uuid.UUID(int=(hour + 1) << 96))
            apply([_closed(uid, datetime.now(UTC) - timedelta(days=7) * (1 - hour / HOURS))], connection)
            for table in COPIED:
                _copy(connection, table, uid, number // HOURS - 1)
        connection.execute("COMMIT")


def _copy(connection: Connection, table: str, uid: str, copies: int) -> None:
    """The rows of one sale again, under ids that differ in their last digits."""
    left_out = "number" if table == "history" else ""
    columns = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})") if name != left_out]
    renamed = ", ".join(_copied(table, name) for name in columns)
    connection.execute(
        f"WITH RECURSIVE copy(nth) AS (SELECT 1 UNION ALL SELECT nth + 1 FROM copy WHERE nth < :copies) "  # noqa: S608
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {renamed} FROM copy, {table} "
        f"WHERE {ROWS_OF[table]}",
        {"uid": uid, "copies": copies},
    )


def _copied(table: str, column: str) -> str:
    if column == NUMBERED.get(table):
        return f"{column} + nth"
    return _renamed(column) if column in COPIED[table] else column


def _renamed(column: str) -> str:
    """A copy's text; a body is kept as bytes."""
    text = f"replace(CAST({column} AS TEXT), :uid, substr(:uid, 1, 24) || printf('%012x', nth))"
    return f"CAST({text} AS BLOB)" if column == "body" else text


def _closed(uid: str, at: datetime) -> Change:
    receipt = make_receipt(
        uid,
        register=REGISTER,
        at=at,
        customer=None,
        lines=(make_line(sku="5002", quantity=Decimal(1), unit_price=PRICE, total=PRICE),),
        tenders=(make_tender(amount=PRICE),),
    )
    close = Close(receipt=receipt, digest=content_digest(receipt), raw=b"x" * 900, at=at, taken_at=at)
    step = advance(Sale(id=uid, register=REGISTER), CloseAsked(close=close), Terms())
    row = HistoryRow(subject=uid, at=at, who=str(REGISTER), before="open", after="closed", cause="CloseAsked: done")
    return Change(sale=step.sale, work=step.work, history=(row,))
