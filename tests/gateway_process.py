"""A real `pos-gateway run` in a process of its own."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from shop import ROOT, Shop


@contextlib.asynccontextmanager
async def gateway(config: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str, str]]:
    """The process, the address that registers use, and `host:port` of monitoring."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "run", "--config", str(config),
        cwd=ROOT, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    reading = None
    try:
        public, admin = await _listening(process)
        assert process.stderr is not None
        reading = asyncio.create_task(process.stderr.read())  # a full pipe would stop the gateway
        yield process, f"http://127.0.0.1:{public}", f"127.0.0.1:{admin}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        if reading is not None:
            await reading


class RealShop(Shop):
    """A shop whose gateway is a process of its own."""

    async def start_gateway(self) -> None:
        self._process = contextlib.AsyncExitStack()
        running = gateway(self.write_config())
        _, self.url, admin = await self._process.enter_async_context(running)
        self.admin_url = f"http://{admin}"

    async def stop_gateway(self) -> None:
        await self._process.aclose()


async def _listening(process: asyncio.subprocess.Process) -> tuple[int, int]:
    assert process.stderr is not None
    async for row in process.stderr:
        event = json.loads(row)
        if event["event"] == "listening":
            return event["port"], event["admin_port"]
    raise AssertionError("the gateway did not start")
