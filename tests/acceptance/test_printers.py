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
from shop import ROOT, SEED, eventually, signed, write_config
from till import cash, document, line
from typer.testing import CliRunner

from adapters.loyalty.mindbox.sandbox import Sandbox
from adapters.printers.simulator import Condition, SimulatedPrinter, on_tcp
from gateway.cli import app

FOOTER = "Не является фискальным документом"
CUT = b"\x1dV"
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


async def test_a_shop_changes_the_footer_previews_it_and_sees_it_on_the_next_sale(tmp_path: Path) -> None:
    """The real process is not restarted; whoever edits sees the new text before a customer does."""
    simulated, own = SimulatedPrinter(), tmp_path / "slips"
    own.mkdir()
    text = (ROOT / "receipt_templates" / "sale.txt").read_text(encoding="utf-8")
    (own / "sale.txt").write_text(text, encoding="utf-8")
    async with (
        Sandbox(seed_path=SEED) as sandbox,
        on_tcp(simulated) as address,
        aiohttp.ClientSession() as http,
    ):
        more = settings(address) + '[templates]\nfolder = "slips"\n'
        config = write_config(tmp_path, sandbox.url, register='printer = "front"', more=more)
        async with gateway(config) as (process, url, _admin):

            async def sold() -> str:
                before = len(simulated.paper)

                async def cut() -> bool:
                    return CUT in simulated.paper[before:]

                await close(http, url)
                assert await eventually(cut)
                return simulated.paper[before:].decode("cp866", "replace")

            assert FOOTER in await sold()
            (own / "sale.txt").write_text(text.replace(FOOTER, "Ждём вас в пятницу"), encoding="utf-8")
            shown = await asyncio.to_thread(CliRunner().invoke, app, ["slip", "preview", "sale", "-c", str(config)])
            assert "Ждём вас в пятницу" in shown.output
            assert FOOTER not in shown.output

            async def changed() -> bool:
                return "Ждём вас в пятницу" in await sold()

            assert await eventually(changed)
            assert process.returncode is None


async def _until(ask: Callable[[], Awaitable[Any]], done: Callable[[Any], bool]) -> Any:
    """What `ask` says once it is what is waited for, or after ten seconds."""

    async def asked() -> Any:
        told = await ask()
        return told if done(told) else None

    return await eventually(asked) or await ask()
