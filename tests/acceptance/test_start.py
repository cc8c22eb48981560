"""What a start loads: whatever registers will need, and nothing that only other stores, or people, use."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
from shop import ROOT, SEED, signed, write_config
from till import cash, document, line

from adapters.loyalty.mindbox.sandbox import Sandbox

UNUSED = {
    "typer", "pydantic", "rich.console",  # what people type, and look at
    "escpos", "serial", "PIL", "qrcode",  # a printer
    "smtplib", "asyncpg", "tenacity",  # mail, another store, 1C
}  # fmt: skip

MARK = "import time:"


class Start:
    """`before` and `after` are the modules loaded until registers were served, and since."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.before: list[str] = []
        self.after: list[str] = []
        self.url = ""

    async def read(self, into: list[str]) -> None:
        """Until the log says that the gateway listens, or to the end."""
        assert self._process.stderr is not None
        async for row in self._process.stderr:
            text = row.decode()
            if text.startswith(MARK):
                into.append(text.rpartition("|")[2].strip())
            elif json.loads(text)["event"] == "listening":
                self.url = f"http://127.0.0.1:{json.loads(text)['port']}"
                return


@contextlib.asynccontextmanager
async def started(config: Path) -> AsyncIterator[Start]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "run", "--config", str(config),
        cwd=ROOT, stderr=asyncio.subprocess.PIPE, env=os.environ | {"PYTHONPROFILEIMPORTTIME": "1"},
    )  # fmt: skip
    start = Start(process)
    try:
        await start.read(start.before)
        yield start
    finally:
        process.terminate()
        await start.read(start.after)
        await process.wait()


async def sell(url: str) -> None:
    """A sale as a till of the simplest kind asks for it, to a customer whose phone is spelt by hand."""
    async with aiohttp.ClientSession() as http:
        for action, more in (("calculate", {}), ("confirm", {"payments": cash("100.00")})):
            request = document(action, line(1, "5002", "100.00"), phone="8 (911) 555-01-23", **more)
            body = json.dumps(request).encode()
            async with http.post(f"{url}/document/", data=body, headers=signed(body)) as response:
                assert response.status == 200


async def test_a_start_loads_all_that_a_sale_needs_and_nothing_that_only_other_stores_use(tmp_path: Path) -> None:
    async with Sandbox(seed_path=SEED) as sandbox, started(write_config(tmp_path, sandbox.url)) as start:
        await sell(start.url)
    assert {"aiohttp", "jinja2", "phonenumbers"} <= set(start.before)
    assert UNUSED & {*start.before, *start.after} == set()
    assert [name for name in start.after if name.startswith(("gateway", "adapters"))] == []
