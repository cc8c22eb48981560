"""The report as a file in a folder that Frontol's exchange service writes to (Frontol reference, 3.1 and 3.3)."""

import codecs
import os
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, tzinfo
from io import TextIOWrapper
from pathlib import Path

from adapters.registers.frontol.report import wire
from adapters.registers.frontol.report.documents import Documents, outline
from adapters.registers.frontol.report.mapping import Reading, reported
from adapters.registers.frontol.report.wire import Row
from gateway.domain.receipt import RegisterRef
from gateway.domain.till_report import Reported, Unread
from gateway.errors import RegisterError
from gateway.ports import TillReport

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
SAMPLE = 64 * 1024
POLL_SECONDS = 0.5


class FrontolReport:
    """`TillReport` over one file, read twice, a row at a time: which shifts are closed stands behind their receipts.

    Raises `RegisterError` for a file that cannot be read, `MalformedRequest` for one that is no report.
    """

    def __init__(self, path: Path, reading: Reading, zone: tzinfo | None, encoding: str = "") -> None:
        self.unread: list[Unread] = []
        self.since: dict[RegisterRef, datetime] = {}
        self._path = path
        self._reading = reading
        self._zone = zone
        self._encoding = encoding or _encoding(path)

    def receipts(
        self, closed_before: datetime, line: Callable[[int], None] = lambda _line: None
    ) -> Iterator[Reported]:
        """Receipts of shifts closed before that moment; `line` hears how far the reading is."""
        with self._open() as file:
            wire.header(file)
            outlined = outline(wire.rows(file, self._reading.layout))
        settled = {shift for shift, at in outlined.closed.items() if self._zoned(at) <= closed_before}
        registers = self._reading.registers
        self.since = {registers[till]: self._zoned(at) for till, at in outlined.since.items() if till in registers}
        documents = Documents()
        with self._open() as file:
            wire.header(file)
            for document in documents.take(_watched(wire.rows(file, self._reading.layout), line)):
                last = document.last
                if last.till in registers and (last.till, last.shift) in settled:
                    found = reported(document, self._reading, self._zoned)
                    if found is not None:
                        yield found
        self.unread = documents.unread

    @property
    def lines(self) -> int:
        """How many there are, for a progress bar."""
        with self._path.open("rb") as file:
            return sum(1 for _ in file)

    def mark(self) -> None:
        """Say to whoever else looks that it was read: its first sign changes in place.

        We read a marked one, too: what was sent from it is found again, and nothing is sent twice.
        """
        with self._path.open("r+b") as file:
            head = file.read(len(codecs.BOM_UTF8) + 2)
            place = head.find(wire.NEW.encode())
            if place >= 0:
                file.seek(place)
                file.write(wire.READ.encode())
                file.flush()
                os.fsync(file.fileno())

    def _zoned(self, at: datetime) -> datetime:
        return at.replace(tzinfo=self._zone) if self._zone else at.astimezone()

    def _open(self) -> TextIOWrapper:
        try:
            return self._path.open(encoding=self._encoding, errors="replace", newline=None)
        except OSError as error:
            raise RegisterError(f"отчёт {self._path} не читается: {error.strerror}") from error


def _watched(rows: Iterator[Row | Unread], line: Callable[[int], None]) -> Iterator[Row | Unread]:
    for row in rows:
        line(row.line)
        yield row


def _encoding(path: Path) -> str:
    """By its mark; else UTF-8 where all of the beginning is, else what Frontol writes."""
    try:
        with path.open("rb") as file:
            sample = file.read(SAMPLE)
    except OSError as error:
        raise RegisterError(f"отчёт {path} не читается: {error.strerror}") from error
    for mark, name in MARKS.items():
        if sample.startswith(mark):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8"


def ask(request: Path, since: date, until: date, wait_seconds: float, waited: Callable[[], None]) -> None:
    """Ask Frontol's exchange service for the report of these days, and wait until it has taken the request away.

    Raises `RegisterError` when it does not in time.
    """
    draft = request.with_name(request.name + ".new")
    try:
        text = f"$$$TRANSACTIONSBYDATERANGE\r\n{since:%d.%m.%Y};{until:%d.%m.%Y}\r\n"
        draft.write_text(text, encoding="cp1251", newline="")
        draft.replace(request)
    except OSError as error:
        raise RegisterError(f"запрос отчёта {request} не записан: {error.strerror}") from error
    end = time.monotonic() + wait_seconds
    while request.exists():
        if time.monotonic() > end:
            request.unlink(missing_ok=True)
            cause = "проверьте задание обмена и службу FrontolService"
            raise RegisterError(f"Frontol не забрал запрос {request} за {wait_seconds:g} с: {cause}")
        waited()
        time.sleep(POLL_SECONDS)


def _conforms(report: FrontolReport) -> TillReport:
    return report
