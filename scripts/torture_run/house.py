"""The processes of a run: the loyalty server's sandbox, one or two gateways, and for them perhaps a PostgreSQL."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec

from torture_run import settings
from torture_run.starting import Running, Starting, from_nothing
from torture_run.variants import Variant

START_SECONDS = 30.0
COMMAND = Path(sys.executable).with_name("pos-gateway")


class NotStarted(Exception):
    """A process did not come up; the text holds the end of what it said."""


class Process:
    """One of ours, started, killed and started again under the same address."""

    def __init__(self, name: str, arguments: Sequence[str], ready: str, folder: Path, starting: Starting) -> None:
        self.name = name
        self._arguments, self._ready = arguments, ready
        self._log = folder / f"{name}.log"
        self._starting = starting
        self._running: Running | None = None

    async def start(self) -> None:
        """Returns once it has said that it listens. Raises `NotStarted`."""
        said = self._log.stat().st_size if self._log.exists() else 0
        self._running = self._starting(self._arguments, self._log)
        for _ in range(int(START_SECONDS / 0.01)):
            if self._ready in self._said_since(said):
                return
            if self._running.poll() is not None:
                break
            await asyncio.sleep(0.01)
        raise NotStarted(f"{self.name}: {self._log.read_text(encoding='utf-8', errors='replace')[-1500:]}")

    def _said_since(self, place: int) -> str:
        """Not the whole log: after a thousand starts it is long."""
        if not self._log.exists():
            return ""
        with self._log.open("rb") as said:
            said.seek(place)
            return said.read().decode(errors="replace")

    def kill(self) -> None:
        """kill -9; returns once it is gone."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()

    def stop(self) -> None:
        """Ask it to end, as systemd does."""
        if self._running is None:
            return
        self._running.terminate()
        try:
            self._running.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    @property
    def is_running(self) -> bool:
        return self._running is not None and self._running.poll() is None


class House:
    """`urls` are the gateways' addresses for tills, `sandbox` the loyalty server's."""

    def __init__(
        self, folder: Path, command: Sequence[str], gateways: int, store: str, starting: Starting, variant: Variant
    ) -> None:
        self._folder = folder
        self._starting = starting
        self._variant = variant
        sandbox, *ports = free_ports(gateways + 1)
        self.sandbox = f"http://127.0.0.1:{sandbox}"
        self.urls = [f"http://127.0.0.1:{port}" for port in ports]
        seed = folder / "seed.toml"
        seed.write_text(settings.programme(), encoding="utf-8")
        settings.write_secrets(folder)
        listen = ["sandbox", "mindbox", "--seed", str(seed), "--listen", f"127.0.0.1:{sandbox}", "--speed", "10"]
        self._server = Process("sandbox", [str(COMMAND), *listen], "Mindbox sandbox:", folder, from_nothing)
        self.gateways = [self._gateway(number, port, command, store) for number, port in enumerate(ports)]

    def _gateway(self, number: int, port: int, command: Sequence[str], store: str) -> Process:
        path = self._folder / f"gateway-{number}.toml"
        more = self._variant.loyalty
        path.write_text(settings.config(port=port, loyalty=self.sandbox, store=store, more=more), encoding="utf-8")
        arguments = [*command, "run", "--config", str(path)]
        return Process(f"gateway-{number}", arguments, '"event":"listening"', self._folder, self._starting)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["House"]:
        """However this is left, the processes end: the gateways first."""
        try:
            await self._server.start()
            await self._choose_variant()
            await asyncio.gather(*(gateway.start() for gateway in self.gateways))
            yield self
        finally:
            for process in (*self.gateways, self._server):
                process.stop()

    async def _choose_variant(self) -> None:
        async with (
            aiohttp.ClientSession(raise_for_status=True) as http,
            http.post(f"{self.sandbox}/_sandbox/variants", data=msgspec.json.encode(self._variant.variants)),
        ):
            pass


def free_ports(number: int) -> list[int]:
    """Taken all at once, so that no two are the same."""
    sockets = [socket.socket() for _ in range(number)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()
