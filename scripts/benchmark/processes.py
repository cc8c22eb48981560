"""The processes of a measurement, each on its core: candidates on the first, load and upstream on the second."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from benchmark.cores import BESIDE
from benchmark.load import Job, Outcome

ROOT = Path(__file__).parents[2]
PINNED = len(os.sched_getaffinity(0)) > 1 and shutil.which("taskset") is not None
START_SECONDS = 20.0


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


def pinned(core: int, *command: str) -> list[str]:
    return ["taskset", "-c", str(core), *command] if PINNED else list(command)


class Server:
    """A running process that listens; its price in processor time and memory."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self._process = process
        self.port = port

    def cpu_seconds(self) -> float:
        """Of all its threads, ended ones not."""
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def resident_megabytes(self) -> float:
        rows = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        return next(int(row.split()[1]) for row in rows if row.startswith("VmRSS")) / 1024


@contextlib.contextmanager
def started(core: int, command: list[str], port: int, output: Path | None = None) -> Iterator[Server]:
    """Runs until the end of the block. Raises `RuntimeError` when it does not begin to listen."""
    with output.open("wb+") if output else tempfile.TemporaryFile() as log:
        process = subprocess.Popen(pinned(core, *command), cwd=ROOT, stdout=log, stderr=log)
        try:
            wait_until(lambda: _listens(process, log, port), f"{command[0]} on port {port}")
            yield Server(process, port)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()
            process.wait()


def wait_until(check: Any, what: str, seconds: float = START_SECONDS) -> None:
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            raise RuntimeError(f"{what}: nothing after {seconds} s")
        time.sleep(0.005)


def _listens(process: "subprocess.Popen[bytes]", log: BinaryIO, port: int) -> bool:
    if process.poll() is not None:
        log.seek(0)
        raise RuntimeError(f"{process.args!r} ended: {log.read()[-1000:].decode(errors='replace')}")
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def python(core: int, module: str, port: int, *arguments: str) -> contextlib.AbstractContextManager[Server]:
    return started(core, [sys.executable, "-m", f"benchmark.{module}", str(port), *arguments], port)


class Upstream:
    """The stub of the loyalty server."""

    def __init__(self, server: Server) -> None:
        self.port = server.port
        self.url = f"http://127.0.0.1:{server.port}"

    def mode(self, **mode: Any) -> None:
        ask(f"{self.url}/_stub/mode", json.dumps(mode).encode())

    def calls(self) -> int:
        return int(json.loads(ask(f"{self.url}/_stub/calls"))["calls"])


@contextlib.contextmanager
def upstream() -> Iterator[Upstream]:
    with python(BESIDE, "upstream", free_port()) as server:
        yield Upstream(server)


def ask(url: str, body: bytes | None = None) -> bytes:
    """A call to a process of ours; an HTTP error is an answer too."""
    try:
        with urllib.request.urlopen(url, body, timeout=5) as response:  # noqa: S310 - loopback only
            answer: bytes = response.read()
            return answer
    except urllib.error.HTTPError as error:
        return error.read()


def load(job: Job) -> Outcome:
    """Run a load beside the candidate and wait for its outcome."""
    command = pinned(BESIDE, sys.executable, "-m", "benchmark.load")
    with tempfile.TemporaryFile() as outcome:  # through a pipe the end of a long one was seen to get lost
        subprocess.run(command, input=msgspec.json.encode(job), stdout=outcome, check=True, timeout=900)
        outcome.seek(0)
        return msgspec.json.decode(outcome.read(), type=Outcome)
