"""Where log lines go: to a thread that writes them, so that no register waits for a slow disk or a full pipe."""

import atexit
import time
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import BinaryIO

import msgspec

from gateway.clock import SystemClock

GATHER_SECONDS = 0.02
"""How long lines wait for others that are written with them; so many seconds of the log a `kill -9` takes along."""

MOST = 20_000
"""Lines that wait while nobody takes them: some minutes of a busy store, and a few megabytes."""

LAST_SECONDS = 2.0
"""What the end of the process waits for the last ones."""


class Sink:
    """As much of a binary file as structlog needs. What cannot be written is dropped and counted: selling goes on."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._lines: SimpleQueue[bytes | None] = SimpleQueue()
        self._lost = 0
        self._thread = Thread(target=self._work, name="log-writer", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def write(self, line: bytes) -> int:
        """Never waits."""
        if self._lines.qsize() < MOST:
            self._lines.put(line)
        else:
            self._lost += 1
        return len(line)

    def flush(self) -> None:
        """The thread does so, a moment later."""

    def close(self) -> None:
        """What was written before is with the file, unless it takes too long."""
        self._lines.put(None)
        self._thread.join(LAST_SECONDS)

    def _work(self) -> None:
        is_open = True
        while is_open:
            lines = [self._lines.get()]
            if lines[0] is not None:
                time.sleep(GATHER_SECONDS)
            lines += [self._lines.get() for _ in range(self._lines.qsize())]
            is_open = None not in lines
            self._put(b"".join(filter(None, lines)))

    def _put(self, text: bytes) -> None:
        lost, self._lost = self._lost, 0
        with suppress(OSError, ValueError):  # nobody takes it, or the file is closed
            self._file.write(text + _told(lost) if lost else text)
            self._file.flush()


def _told(lost: int) -> bytes:
    line = {"lines": lost, "event": "log_lines_lost", "level": "warning", "timestamp": SystemClock.now()}
    return msgspec.json.encode(line) + b"\n"
