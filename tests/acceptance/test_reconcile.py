"""`pos-gateway reconcile frontol` as an administrator runs it, against a gateway that runs and a report on disk."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from shop import Shop, eventually
from till import cash, clock, document, line
from till_report import ReportBook, lines_of, long_report

CARD = "2900004455"
LATE = timedelta(hours=3)
REPORT = """
[frontol_report]
folder = "frontol"
tills = { "2" = "KASSA-2" }
wait_seconds = 20
"""


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    (tmp_path / "frontol").mkdir()
    async with Shop(tmp_path, more=REPORT) as running:
        yield running


async def reconcile(shop: Shop, *options: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "gateway", "reconcile", "frontol", "-c", str(shop.folder / "gateway.toml")]
    process = await asyncio.create_subprocess_exec(*command, *options, stdout=PIPE, stderr=PIPE)
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def write_when_asked(shop: Shop, text: bytes) -> str:
    """What Frontol's exchange service does: the request is taken away once the report is written."""
    request = shop.folder / "frontol" / "request.txt"

    async def is_asked() -> bool:
        return request.exists()

    await eventually(is_asked, seconds=20)
    asked = request.read_text(encoding="cp1251")
    (shop.folder / "frontol" / "report.txt").write_bytes(text)
    request.unlink()
    return asked


async def told(shop: Shop) -> None:
    """The gateway hears of receipt 7 live, three hours ago by the till's clock."""
    closed = document("confirm", line(1, "5002", "400.00"), payments=cash("400.00"), dateTime=clock(LATE))
    assert (await shop.ask("document/", closed))["code"] == 0


def book() -> ReportBook:
    """Receipt 7 was told, 8 was not, and then the shift was closed: three hours ago."""
    at = datetime.now().astimezone().replace(tzinfo=None) - LATE
    found = ReportBook(at, shift="3")
    found.sale("7", ("5002", "400,00", "1"), card=CARD)
    found.sale("8", ("20417", "389,90", "2"), card=CARD)
    found.close_shift()
    return found


async def orders(shop: Shop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await shop.inspect("orders")
    return found


async def test_a_receipt_only_the_till_knows_of_is_delivered_once(shop: Shop) -> None:
    await told(shop)
    written = asyncio.create_task(write_when_asked(shop, book().text().encode("cp1251")))
    day = (datetime.now().astimezone() - LATE).date()
    code, out, err = await reconcile(shop, "--date", day.isoformat())
    assert code == 0, err
    assert "Чеков в закрытых сменах: 2, совпало: 1, отправлено: 1." in out
    before = day - timedelta(days=1)
    assert await written == f"$$$TRANSACTIONSBYDATERANGE\n{before:%d.%m.%Y};{day:%d.%m.%Y}\n"

    async def delivered() -> bool:
        return [order["total"] for order in await orders(shop)].count("779.80") == 1

    await eventually(delivered)
    again = await reconcile(shop, "--file", str(shop.folder / "frontol" / "report.txt"))
    assert "совпало: 2, отправлено: 0." in again[1]
    assert len(await orders(shop)) == 2
    samples = await shop.metrics()
    assert samples["pos_gateway_reconcile_receipts"] == 2


async def test_a_program_reads_the_differences(shop: Shop) -> None:
    await told(shop)
    path = book().write(shop.folder / "given.txt")
    code, out, _ = await reconcile(shop, "--file", str(path), "--dry-run", "--json")
    found = json.loads(out)
    assert (code, found["receipts"], found["sent"]) == (0, 2, 0)
    (missing,) = found["differences"]
    assert (missing["kind"], missing["number"], missing["total"]) == ("missing", "8", "779.80")
    assert CARD not in out
    assert path.read_bytes().startswith(b"#")


async def test_a_frontol_that_does_not_answer_is_said(shop: Shop) -> None:
    config = shop.folder / "gateway.toml"
    config.write_text(config.read_text().replace("wait_seconds = 20", "wait_seconds = 0.5"))
    code, _, err = await reconcile(shop)
    assert code == 1
    assert "Frontol не забрал запрос" in err
    assert not (shop.folder / "frontol" / "request.txt").exists()


async def test_a_config_without_the_section_says_what_is_missing(shop: Shop) -> None:
    config = shop.folder / "gateway.toml"
    config.write_text(config.read_text().replace(REPORT, ""))
    code, _, err = await reconcile(shop)
    assert code == 1
    assert "нужен раздел [frontol_report]" in err


READ_AND_MEASURE = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from adapters.registers.frontol.report import FrontolReport
from adapters.registers.frontol.report.mapping import Reading
from adapters.registers.frontol.report.wire import LAYOUTS
from gateway.domain.identification import Identification
from gateway.domain.receipt import RegisterRef

kassa = RegisterRef(outlet="MAG-3", register="KASSA-2")
reading = Reading(layout=LAYOUTS[6], goods="code", registers={"2": kassa}, scanned=Identification().scanned)
report = FrontolReport(Path(sys.argv[1]), reading, UTC)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read = sum(not row.doubt for row in report.receipts(datetime(2026, 3, 16, tzinfo=UTC)))
print(read, len(report.unread), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


async def test_a_hundred_thousand_rows_take_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(lines_of(long_report(10_000, datetime(2026, 3, 14, 6))))  # noqa: DTZ001 - a till's clock
    assert path.read_bytes().count(b"\n") > 100_000
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", READ_AND_MEASURE, str(path), stdout=PIPE)
    out, _ = await process.communicate()
    read, unread, kilobytes = map(int, out.split())
    assert (read, unread) == (10_000, 0)
    assert kilobytes < 8 * 1024
