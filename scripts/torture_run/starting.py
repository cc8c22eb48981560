"""Two ways to start a gateway: from nothing, as systemd does, or forked from a process that has imported it."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Protocol, Self

import msgspec


class Running(Protocol):
    """What `subprocess.Popen` offers too."""

    def poll(self) -> int | None: ...

    def kill(self) -> None: ...

    def terminate(self) -> None: ...

    def wait(self, timeout: float | None = None) -> int:
        """Raises `subprocess.TimeoutExpired`."""


class Starting(Protocol):
    """Starts `arguments` with its output at the end of `log`."""

    def __call__(self, arguments: Sequence[str], log: Path) -> Running: ...


def from_nothing(arguments: Sequence[str], log: Path) -> Running:
    with log.open("ab") as output:
        return subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )


class Forked:
    """A child of the nursery. How it ended nobody learns; only that it has."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._descriptor = os.pidfd_open(pid)

    def poll(self) -> int | None:
        return 0 if self._gone(0) else None

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def wait(self, timeout: float | None = None) -> int:
        if not self._gone(timeout):
            raise subprocess.TimeoutExpired(f"process {self._pid}", timeout or 0)
        return 0

    def _signal(self, number: int) -> None:
        if not self._gone(0):
            signal.pidfd_send_signal(self._descriptor, number)

    def _gone(self, timeout: float | None) -> bool:
        return bool(select.select([self._descriptor], [], [], timeout)[0])

    def __del__(self) -> None:
        os.close(self._descriptor)


class Nursery:
    """Forks gateways; every `cold`-th start is one from nothing all the same, the first one too."""

    def __init__(self, cold: int) -> None:
        self._cold = cold
        self._started = count()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "torture_run.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def __call__(self, arguments: Sequence[str], log: Path) -> Running:
        asked, answered = self._process.stdin, self._process.stdout
        if next(self._started) % self._cold == 0 or asked is None or answered is None:
            return from_nothing(arguments, log)
        asked.write(msgspec.json.encode([str(log), *arguments[1:]]) + b"\n")
        asked.flush()
        return Forked(int(answered.readline()))
