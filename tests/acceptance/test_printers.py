"""The real process and a printer with bad habits: what the cashier, the administrator and the paper see."""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from gateway_process import gateway
from shop import SEED, eventually, signed, write_config
from till import cash, document, line
from typer.testing import CliRunner

from adapters.loyalty.mindbox.sandbox import Sandbox
from adapters.printers.simulator import Condition, SimulatedPrinter, on_tcp
from gateway.cli import app

BUDGET_SECONDS = 0.3
SLACK_SECONDS = 0.5
"""The machine may be busy; the printers below take 0.4 s to be found silent, or for ever."""


def settings(address: str, **more: object) -> str:
    rows = {"name": "front", "kind": "network", "address": address, "timeout_seconds": 0.4} | more
    return "[[printers]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in rows.items())


async def close(http: aiohttp.ClientSession, url: str) -> float:
    """One closed receipt; how long the till waited."""
    loop = asyncio.get_running_loop()
    request = document("confirm", line(1, "5002", "100.00"), uid=str(uuid.uuid4()), payments=cash("100.00"))
    body = json.dumps(request).encode()
    begun = loop.time()
    async with http.post(f"{url}/document/", data=body, headers=signed(body)) as response:
        assert (await response.json())["code"] == 0
    return loop.time() - begun


async def cli(config: Path, admin: str, *words: str) -> tuple[int, str]:
    """What an administrator types, and what he reads."""
    typed = ["printers", *words, "--config", str(config), "--admin", admin]
    told = await asyncio.to_thread(CliRunner().invoke, app, typed)
    return told.exit_code, told.output or str(told.exception)


def silent(printer: SimulatedPrinter) -> None:
    printer.answers = False


def without_paper(printer: SimulatedPrinter) -> None:
    printer.condition = Condition.PAPER_OUT


def stuck(printer: SimulatedPrinter) -> None:
    printer.stops_after = 20


@pytest.mark.parametrize("habit", [silent, without_paper, stuck])
async def test_a_bad_printer_never_slows_a_registers_answer(
    tmp_path: Path, habit: Callable[[SimulatedPrinter], None]
) -> None:
    simulated = SimulatedPrinter()
    habit(simulated)
    async with (
        Sandbox(seed_path=SEED) as sandbox,
        on_tcp(simulated) as address,
        aiohttp.ClientSession() as http,
    ):
        config = write_config(tmp_path, sandbox.url, register='printer = "front"', more=settings(address))
        async with gateway(config) as (_, url, _admin):
            await close(http, url)  # connections are opened, code is loaded
            waits = [await close(http, url) for _ in range(8)]
    assert max(waits) < BUDGET_SECONDS + SLACK_SECONDS, waits


async def test_paper_runs_out_somebody_is_told_and_printing_goes_on_by_itself(tmp_path: Path) -> None:
    simulated = SimulatedPrinter()
    simulated.condition = Condition.PAPER_OUT
    async with (
        Sandbox(seed_path=SEED) as sandbox,
        on_tcp(simulated) as address,
        aiohttp.ClientSession() as http,
    ):
        config = write_config(tmp_path, sandbox.url, register='printer = "front"', more=settings(address))
        async with gateway(config) as (_, url, admin):
            await close(http, url)
            code, said = await _until(lambda: cli(config, admin, "status"), lambda told: "вставьте рулон" in told[1])
            assert code == 1, said
            assert "ждёт печати" in (await cli(config, admin, "jobs"))[1]
            assert "нет бумаги" in (await cli(config, admin, "test", "front"))[1]
            simulated.new_roll()

            async def out() -> bool:
                return "Спасибо" in simulated.paper.decode("cp866", "replace")

            assert await eventually(out)
            assert (await cli(config, admin, "test", "front")) == (0, "Напечатано, принтер подтвердил.\n")
            assert (await cli(config, admin, "jobs"))[1] == "Всё напечатано.\n"
            assert "готов" in (await cli(config, admin, "list"))[1]
            assert (await cli(config, admin, "status"))[0] == 0
            code, said = await cli(config, admin, "reprint", "coupons:nobody")
            assert (code, "нет задания" in said) == (1, True)


async def _until(ask: Callable[[], Awaitable[Any]], done: Callable[[Any], bool]) -> Any:
    """What `ask` says once it is what is waited for, or after ten seconds."""

    async def asked() -> Any:
        told = await ask()
        return told if done(told) else None

    return await eventually(asked) or await ask()
