"""`scripts/torture` in its short form: kill -9 under load, nothing lost, nothing doubled; and it can fail."""

import asyncio
import re
from asyncio.subprocess import PIPE, STDOUT
from contextlib import suppress
from pathlib import Path

import pytest
from torture_run.variants import VARIANTS

ROOT = Path(__file__).parents[2]
BROKEN = Path(__file__).with_name("broken_gateway.py")
LAST_LINE = re.compile(
    r"kills=(\d+) in_flight=(\d+) acknowledged=(\d+) delivered=(\d+) lost=(\d+) doubled=(\d+) released=(\d+)"
)
PATIENCE = 900.0

pytestmark = [pytest.mark.slow, pytest.mark.timeout(PATIENCE + 60)]


async def torture(*options: str) -> tuple[int | None, list[int], str]:
    """How it ended, the figures of its last line, and all it said."""
    process = await asyncio.create_subprocess_exec(
        ROOT / "scripts" / "torture", *options, stdout=PIPE, stderr=STDOUT, cwd=ROOT
    )
    try:
        async with asyncio.timeout(PATIENCE):
            output, _ = await process.communicate()
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
    said = output.decode()
    last = LAST_LINE.fullmatch(said.strip().rpartition("\n")[2])
    assert last, said
    return process.returncode, [int(figure) for figure in last.groups()], said


def well(figures: list[int], kills: int) -> bool:
    """As many kills as asked for, each in a close, under enough load, and every acknowledged close is there once."""
    killed, in_flight, acknowledged, delivered, lost, doubled, _ = figures
    enough = in_flight >= killed == kills and acknowledged >= 20 * kills
    return enough and delivered == acknowledged and (lost, doubled) == (0, 0)


async def test_fifty_kills_under_load_lose_nothing_and_double_nothing() -> None:
    status, figures, said = await torture("--kills", "50", "--store", "sqlite", "--seed", "20")
    assert (status, well(figures, 50)) == (0, True), said


@pytest.mark.parametrize("variant", ["cancelled-stays-closed", "paid-apart", "short-answers"])
async def test_kills_where_the_loyalty_server_does_what_its_documents_leave_open(variant: str) -> None:
    status, figures, said = await torture("--kills", "5", "--store", "sqlite", "--seed", "21", "--variant", variant)
    assert (status, well(figures, 5)) == (0, True), said


@pytest.mark.long
@pytest.mark.parametrize("variant", VARIANTS)
async def test_kills_under_every_variant(variant: str) -> None:
    status, figures, said = await torture("--kills", "30", "--store", "sqlite", "--seed", "24", "--variant", variant)
    assert (status, well(figures, 30)) == (0, True), said


@pytest.mark.postgres
async def test_kills_of_gateways_and_of_the_database_they_share() -> None:
    options = ("--kills", "15", "--store", "postgres", "--gateways", "2", "--seed", "22")
    status, figures, said = await torture(*options)
    assert (status, well(figures, 15)) == (0, True), said


@pytest.mark.parametrize(("what", "place"), [("forget", 4), ("double", 5)])
async def test_a_gateway_that_loses_or_doubles_sales_is_found_out(what: str, place: int) -> None:
    command = f"{ROOT}/.venv/bin/python {BROKEN} {what}"
    options = ("--kills", "1", "--store", "sqlite", "--seed", "23", "--drain", "10", "--gateway", command)
    status, figures, said = await torture(*options)
    assert (status, figures[place] > 0) == (1, True), said
