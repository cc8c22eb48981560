"""`scripts/demo` as somebody would run it: the story goes through, a gateway that only nods is found out."""

import asyncio
import re
import signal
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from adapters.loyalty.mindbox.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
SEED = ROOT / "config" / "examples" / "sandbox-seed.toml"
PAGE = re.compile(r"http://127\.0\.0\.1:\d+/cashier/KASSA-2")
PATIENCE = 90.0


@asynccontextmanager
async def demo(*options: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(ROOT / "scripts" / "demo", *options, stdout=PIPE, stderr=STDOUT)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.communicate()


async def ended(process: Process) -> tuple[int | None, str]:
    async with asyncio.timeout(PATIENCE):
        output, _ = await process.communicate()
    return process.returncode, output.decode()


@pytest.fixture
async def nodding_gateway() -> AsyncIterator[str]:
    """Says yes to every register, and that is all it does."""

    async def nod(_request: web.Request) -> web.Response:
        return web.json_response({"code": 0})

    app = web.Application()
    app.add_routes([web.post("/{anything:.*}", nod)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.parametrize("register", ["frontol", "onec"])
async def test_the_story_goes_through(register: str) -> None:
    async with demo("--once", "--speed", "10", "--register", register) as process:
        status, output = await ended(process)
    assert status == 0, output
    assert "Ещё одна вещь до акции 1+1=3" in output
    assert "у вас золотой уровень" in " ".join(output.split())
    assert re.search(r"SMS: код \d{4}, чтобы списать баллы", output)
    assert re.search(r"Начислено +184 балла", output), output  # the slip
    assert re.search(r"Возвращено +270,38 балла", output), output  # the slip of the return
    assert re.search(r"✓ промокод за переход выдан: UP-\d+", output), output
    assert "✗" not in output


async def test_a_gateway_that_delivers_nothing_is_found_out(nodding_gateway: str) -> None:
    async with (
        Sandbox(seed_path=SEED, speed=10) as sandbox,
        demo("--once", "--speed", "10", "--gateway-url", nodding_gateway, "--sandbox-url", sandbox.url) as process,
    ):
        status, output = await ended(process)
    assert status == 1, output
    for missing in ("продажа не дошла", "о показе попапа никто не сообщил", "промокод за новый уровень не выдан"):
        assert f"✗ {missing}" in output
    assert "Traceback" not in output


async def test_a_sandbox_that_has_played_before_is_named(nodding_gateway: str, tmp_path: Path) -> None:
    played = tmp_path / "seed.toml"
    played.write_text(SEED.read_text(encoding="utf-8").replace("turnover = 49700", "turnover = 52880"), "utf-8")
    async with (
        Sandbox(seed_path=played) as sandbox,
        demo("--once", "--gateway-url", nodding_gateway, "--sandbox-url", sandbox.url) as process,
    ):
        status, output = await ended(process)
    assert status == 1
    assert "не свежая" in output


async def test_stopped_it_leaves_nothing_running() -> None:
    async with demo("--speed", "10") as process, aiohttp.ClientSession() as session:
        page = await asyncio.wait_for(address(process), PATIENCE)
        async with session.get(page) as shown:
            assert shown.status == 200
        process.send_signal(signal.SIGTERM)
        status, output = await ended(process)
        assert status == 0, output
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(page)


async def address(process: Process) -> str:
    """The page's address, as soon as the demo says it."""
    assert process.stdout is not None
    async for line in process.stdout:
        if found := PAGE.search(line.decode()):
            return found[0]
    raise AssertionError("the demo never named the cashier's page")
