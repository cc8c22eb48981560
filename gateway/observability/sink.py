"""Where log lines go: to a thread that writes them, so that no register waits for a slow disk or a full pipe."""

import atexit
import time
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Protocol

import msgspec

from gateway.clock import SystemClock

GATHER_SECONDS = 0.02
"""How long lines wait for others that are written with them; so many seconds of the log a `kill -9` takes along."""

MOST = 20_000
"""Lines that wait while nobody takes them: some minutes of a busy store, and a few megabytes."""

LAST_SECONDS = 2.0
"""What the end of the process waits for the last ones."""


class Output(Protocol):
    def write(self, text: bytes | memoryview, /) -> int | None:
        """How much of it was taken."""


class Sink:
    """As much of a binary file as structlog needs. Lines that nobody takes are dropped, and counted: selling goes on.

    `output` has no buffer of its own: what it refused would come again before the next lines.
    """

    def __init__(self, output: Output) -> None:
        self._output = output
        self._lines: SimpleQueue[bytes | None] = SimpleQueue()
        self._lost = 0
        self._is_cut = False
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
        """What was written before has gone out, unless that takes too long."""
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
        """After a failure the next lines begin on a line of their own, and say how many are missing."""
        if self._is_cut and self._write(b"\n"):
            self._lost += text.count(b"\n")
            return
        lost = self._lost
        text += _told(lost) if lost else b""
        left = self._write(text)
        missing = text[len(text) - left :]
        self._lost += missing.count(b"\n") - (lost > 0) if missing else -lost
        self._is_cut = bool(missing) and text[:-left][-1:] not in (b"", b"\n")

    def _write(self, text: bytes) -> int:
        """How many bytes of it could not be written, the last ones."""
        left = memoryview(text)
        with suppress(OSError, ValueError):  # a full disk, a reader that has gone, a file that is closed
            while left:
                taken = self._output.write(left)
                if taken is None:  # somebody who has the same pipe made it one that does not wait
                    time.sleep(GATHER_SECONDS)
                left = left[taken or 0 :]
        return len(left)


def _told(lost: int) -> bytes:
    line = {"lines": lost, "event": "log_lines_lost", "level": "warning", "timestamp": SystemClock.now()}
    return msgspec.json.encode(line) + b"\n"
