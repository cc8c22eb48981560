"""`scripts/torture`: progress while it runs, what is wrong, and one line of figures at the end."""

import argparse
import asyncio
import sys
import time
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from torture_run.chaos import CLOSES_PER_KILL, Killing
from torture_run.databases import DATABASES
from torture_run.findings import Fault
from torture_run.house import COMMAND
from torture_run.run import Plan, Result, run
from torture_run.shift import Shift
from torture_run.variants import VARIANTS

MOST_SHOWN = 30

DRAIN_SECONDS = 300.0
"""A delivery that has failed often is tried once a minute; a dead gateway's lease runs out after half of one."""

COLD = "every N-th start is one from nothing; the others are forked from a process that has imported the gateway (10)"


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, metavar="N", help="kills that land in a close (50)")
    parser.add_argument("--store", choices=tuple(DATABASES), default="sqlite")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the same one makes the same choices")
    parser.add_argument("--gateways", type=int, choices=(1, 2), default=1, help="2: over one PostgreSQL database")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all figures, to be read by programs")
    parser.add_argument("--gateway", default=str(COMMAND), metavar="COMMAND", help="another gateway than ours")
    parser.add_argument("--variant", choices=tuple(VARIANTS), default="documented", help="of the loyalty server")
    parser.add_argument("--cold", type=int, default=10, metavar="N", help=COLD)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="for store and logs, which stay; made if missing")
    parser.add_argument("--drain", type=float, default=DRAIN_SECONDS, metavar="SECONDS", help="at most, at the end")
    given = parser.parse_args()
    if given.keep is not None and not _is_made_empty(given.keep):
        parser.error(f"--keep {given.keep}: is not an empty folder")
    if given.gateways > 1 and given.store != "postgres":
        parser.error("several gateways need --store postgres")
    if given.gateway != str(COMMAND):
        given.cold = 1  # what is forked is ours
    return given


def _is_made_empty(folder: Path) -> bool:
    """A folder of an earlier run would lend this one its store."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return not any(folder.iterdir())
    except OSError:
        return False


def judged(result: Result, console: Console) -> bool:
    """Whether all is well; what is not is said."""
    violations = result.findings.violations
    for one in violations[:MOST_SHOWN]:
        console.print(f"{one.fault}: {one.subject}: {one.what}", markup=False, highlight=False, soft_wrap=True)
    if len(violations) > MOST_SHOWN:
        console.print(f"and {len(violations) - MOST_SHOWN} more")
    enough = result.findings.acknowledged >= CLOSES_PER_KILL * len(result.kills)
    if not enough:
        console.print(f"too little load: {result.findings.acknowledged} closes for {len(result.kills)} kills")
    if not result.popups:
        console.print("no popup was raised: this run says nothing of them")
    return enough and result.popups > 0 and not violations and len(result.kills) == result.plan.kills


def summary(result: Result) -> str:
    found = result.findings
    counted = ", ".join(f"{fault}={found.number(fault)}" for fault in Fault)
    return (
        f"{result.seconds_under_load} s of load, {result.seconds_to_drain} s to drain; seed {result.plan.seed}; "
        f"server {result.plan.variant}; {result.attempted} closes sent, {result.orders} orders, "
        f"{result.popups} popups, "
        f"{result.idle_kills} kills besides that met no close; alerts {result.alerts}; {counted}"
    )


def main() -> int:
    given = asked()
    console = Console(stderr=True)
    plan = Plan(
        kills=given.kills,
        store=given.store,
        seed=given.seed,
        gateways=given.gateways,
        command=tuple(given.gateway.split()),
        drain_seconds=given.drain,
        cold=given.cold,
        variant=given.variant,
        keep=given.keep,
    )
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("starting", total=plan.kills, told="")

        def watch(what: str, shift: Shift, killing: Killing) -> None:
            told = f"{len(killing.kills)}/{plan.kills} kills, {shift.acknowledged} closes acknowledged"
            progress.update(bar, description=what, completed=len(killing.kills), told=told)

        result = asyncio.run(run(plan, watch))
    well = judged(result, console)
    console.print(summary(result), markup=False, highlight=False, soft_wrap=True)
    if given.json:
        given.json.write_bytes(msgspec.json.format(msgspec.json.encode(result, enc_hook=str)))
    print(result.line())
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
