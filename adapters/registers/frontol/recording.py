"""The recording switch for a first till: every request and answer in a file, masked, bounded, good to be replayed."""

import secrets
import stat
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog
from aiohttp import web
from msgspec import Struct

from adapters.registers.frontol.masking import Masking
from gateway.domain.receipt import RegisterRef
from gateway.errors import ConfigError

log = structlog.get_logger()

RESOURCES = ("extra/client", "client", "document")
HEADERS = ("User-Agent", "Content-Type", "Content-Length", "Transfer-Encoding", "Connection", "Expect")
MEGABYTE = 1024**2


class Recorded(Struct, frozen=True, kw_only=True):
    """One exchange. `line` is the request line, `asked` and `answered` bodies in base64: not all of them are text."""

    at: datetime
    register: str
    operation: str
    line: str
    headers: dict[str, str]
    status: int
    milliseconds: float
    asked: str
    answered: str

    @property
    def resource(self) -> str:
        """What was asked, without the till's own prefix: `document/`, `client/`, `extra/client/`."""
        path = self.line.split(" ")[1].rstrip("/")
        return next(
            (f"{name}/" for name in ("extra/client", "client", "document") if path.endswith(name)), "document/"
        )

    @property
    def body(self) -> bytes:
        return b64decode(self.asked)

    @property
    def answer(self) -> bytes:
        return b64decode(self.answered)


class Recorder:
    """Writes behind the answer's back, one after the other; a full disk costs the recording, never a sale.

    The file holds at most half of `megabytes`; then it becomes `….1` and a new one begins.
    """

    def __init__(self, path: Path, megabytes: int) -> None:
        self._path = path
        self._largest = megabytes * MEGABYTE // 2
        self._masking = Masking(secrets.token_bytes(16))
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="recorder")
        self._failed = False

    def keep(self, row: Recorded, asked: bytes, answered: bytes) -> None:
        self._writer.submit(self._write, row, asked, answered)

    def close(self) -> None:
        """Whatever was kept is in the file."""
        self._writer.shutdown(wait=True)

    def _write(self, row: Recorded, asked: bytes, answered: bytes) -> None:
        masked = msgspec.structs.replace(
            row,
            asked=b64encode(self._masking.asked(asked)).decode(),
            answered=b64encode(self._masking.answered(answered)).decode(),
        )
        try:
            self._append(msgspec.json.encode(masked) + b"\n")
        except OSError as error:
            if not self._failed:
                log.warning("recording_stopped", error=error.strerror)
            self._failed = True

    def _append(self, line: bytes) -> None:
        if self._path.exists() and self._path.stat().st_size + len(line) > self._largest:
            self._path.replace(self._path.with_name(self._path.name + ".1"))
        with self._path.open("ab") as file:
            file.write(line)
        self._path.chmod(stat.S_IRUSR | stat.S_IWUSR)


def recorded(http: web.Request, register: RegisterRef, operation: str, status: int, since: float) -> Recorded:
    """An exchange without its bodies; of the headers only those that say how a till writes."""
    return Recorded(
        at=datetime.now(UTC),
        register=str(register),
        operation=operation,
        line=f"{http.method} {http.raw_path} HTTP/{http.version.major}.{http.version.minor}",
        headers={name: http.headers[name] for name in HEADERS if name in http.headers},
        status=status,
        milliseconds=round((time.monotonic() - since) * 1000, 1),
        asked="",
        answered="",
    )


def recorder(path: Path, megabytes: int) -> Recorder:
    """Raises `ConfigError` when the file cannot be written."""
    try:
        path.open("ab").close()
    except OSError as error:
        raise ConfigError(f"frontol.record: {path} не записывается: {error.strerror}") from error
    return Recorder(path, megabytes)


def read_recording(path: Path) -> Iterator[Recorded]:
    """Line by line. Raises `ConfigError` naming the line that is none of ours."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield msgspec.json.decode(line, type=Recorded)
            except msgspec.DecodeError as error:
                raise ConfigError(f"{path}: строка {number}: это не запись обмена с кассой") from error
