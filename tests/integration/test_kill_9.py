"""The process is killed between the acknowledged close and its delivery: the sale arrives, once."""

import asyncio
import contextlib
import json
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
from shop import ROOT, SEED, eventually, signed, write_config
from till import cash, document, line

from adapters.loyalty.mindbox.sandbox import Sandbox


@contextlib.asynccontextmanager
async def gateway(config: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A real `pos-gateway run`; its process and the address registers use."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "run", "--config", str(config),
        cwd=ROOT, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process, await _listening(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _listening(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async for row in process.stderr:
        event = json.loads(row)
        if event["event"] == "listening":
            return f"http://127.0.0.1:{event['port']}"
    raise AssertionError("the gateway did not start")


async def confirm(http: aiohttp.ClientSession, url: str, uid: str) -> dict[str, Any]:
    request = document("confirm", line(1, "5002", "100.00"), uid=uid, payments=cash("100.00"))
    body = json.dumps(request).encode()
    async with http.post(f"{url}/document/", data=body, headers=signed(body)) as response:
        answer: dict[str, Any] = await response.json()
        return answer


async def orders(http: aiohttp.ClientSession, sandbox: Sandbox) -> list[dict[str, Any]]:
    async with http.get(f"{sandbox.url}/_sandbox/orders") as response:
        found: list[dict[str, Any]] = await response.json()
        return found


async def test_an_acknowledged_close_survives_kill_9_and_is_delivered_once(tmp_path: Path) -> None:
    uid = str(uuid.uuid4())
    async with Sandbox(seed_path=SEED) as sandbox, aiohttp.ClientSession() as http:
        config = write_config(tmp_path, sandbox.url)
        await http.post(f"{sandbox.url}/_sandbox/faults", json={"mode": "hang"})
        async with gateway(config) as (process, url):
            assert (await confirm(http, url, uid))["code"] == 0
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
        assert await orders(http, sandbox) == []
        await http.post(f"{sandbox.url}/_sandbox/faults", json={"mode": "off"})
        async with gateway(config) as (_, url):

            async def paid() -> Any:
                return [row for row in await orders(http, sandbox) if row["status"] == "Paid"]

            found = await eventually(paid, seconds=20)
            assert [(row["orderId"], row["createdTimes"]) for row in found] == [(uid, 1)]
            assert (await confirm(http, url, uid))["code"] == 0, "the till may repeat: it never got its answer"
        assert [(row["orderId"], row["createdTimes"]) for row in await orders(http, sandbox)] == [(uid, 1)]


async def test_kill_9_after_the_server_did_it_but_before_we_knew(tmp_path: Path) -> None:
    uid = str(uuid.uuid4())
    async with Sandbox(seed_path=SEED) as sandbox, aiohttp.ClientSession() as http:
        config = write_config(tmp_path, sandbox.url)
        await http.post(f"{sandbox.url}/_sandbox/faults", json={"mode": "drop_answer"})
        async with gateway(config) as (process, url):
            await confirm(http, url, uid)
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
        await http.post(f"{sandbox.url}/_sandbox/faults", json={"mode": "off"})
        async with gateway(config) as (_, url):
            await asyncio.sleep(0.1)

            async def paid() -> Any:
                return [row for row in await orders(http, sandbox) if row["status"] == "Paid"]

            assert await eventually(paid, seconds=20)
            assert (await confirm(http, url, uid))["code"] == 0
        assert [(row["status"], row["createdTimes"]) for row in await orders(http, sandbox)] == [("Paid", 1)]
