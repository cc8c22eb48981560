"""One run: load, kills, bad minutes, then quiet until the outbox is empty, then the witnesses are heard."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from torture_run import cashiers, evidence
from torture_run.chaos import Killing, Victim
from torture_run.checker import check
from torture_run.databases import DATABASES, Database
from torture_run.findings import Fault, Findings
from torture_run.house import House
from torture_run.load import under_load
from torture_run.shift import Shift
from torture_run.starting import Nursery
from torture_run.variants import VARIANTS


class Plan(Struct, frozen=True, kw_only=True):
    """`command` starts a gateway; another one than the shipped shows that the checker can fail.

    `drain_seconds` bounds the quiet after the load, until the outbox is empty. Every `cold`-th start of a gateway is
    one from nothing, the others are forked from a process that has imported it.
    """

    kills: int
    store: str
    seed: int
    gateways: int
    command: tuple[str, ...]
    drain_seconds: float
    cold: int = 10
    variant: str = "documented"
    keep: Path | None = None


class Result(Struct, frozen=True, kw_only=True):
    plan: Plan
    kills: tuple[str, ...]
    in_flight: int
    idle_kills: int
    attempted: int
    findings: Findings
    orders: int
    popups: int
    alerts: dict[str, int]
    seconds_under_load: float
    seconds_to_drain: float

    def line(self) -> str:
        found = self.findings
        lost, doubled = found.number(Fault.LOST), found.number(Fault.DOUBLED)
        return (
            f"kills={len(self.kills)} in_flight={self.in_flight} acknowledged={found.acknowledged} "
            f"delivered={found.delivered} lost={lost} doubled={doubled} released={found.released}"
        )


Watch = Callable[[str, Shift, Killing], None]


async def run(plan: Plan, watch: Watch) -> Result:
    """`watch` is told now and then how far it is."""
    async with AsyncExitStack() as stack:
        folder = plan.keep or Path(stack.enter_context(TemporaryDirectory(prefix="pos-gateway-torture-")))
        database = await stack.enter_async_context(DATABASES[plan.store](folder))
        starting = stack.enter_context(Nursery(plan.cold))
        variant = VARIANTS[plan.variant]
        house = House(folder, plan.command, plan.gateways, database.config, starting, variant)
        await stack.enter_async_context(house.open())
        shift = Shift(house.urls, plan.seed)
        killing = Killing(shift, _victims(house, database), plan.kills, plan.seed)
        began = time.monotonic()
        async with _watched(watch, "under load", shift, killing), _cashiers(shift):
            await under_load(house, shift, killing, plan.seed)
        loaded = time.monotonic()
        async with _watched(watch, "draining", shift, killing), _cashiers(shift):
            await _drained(database, plan.drain_seconds)
        drained = time.monotonic()
        for gateway in house.gateways:
            gateway.stop()
        return await _judged(plan, house, database, shift, killing, (loaded - began, drained - loaded))


def _victims(house: House, database: Database) -> list[Victim]:
    gateways = [
        Victim(name=one.name, gateway=number, kill=one.kill, start=one.start)
        for number, one in enumerate(house.gateways)
    ]
    return [*gateways, database.victim] if database.victim else gateways


@asynccontextmanager
async def _watched(watch: Watch, what: str, shift: Shift, killing: Killing) -> AsyncIterator[None]:
    async def tell() -> None:
        while True:
            watch(what, shift, killing)
            await asyncio.sleep(0.5)

    async with _background(asyncio.create_task(tell())):
        yield


def _cashiers(shift: Shift) -> AbstractAsyncContextManager[None]:
    return _background(asyncio.create_task(cashiers.look(shift)))


@asynccontextmanager
async def _background(task: "asyncio.Task[None]") -> AsyncIterator[None]:
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _drained(database: Database, seconds: float) -> None:
    """Returns when no work is left, or when it has had its time: the checker says what hangs."""
    until = time.monotonic() + seconds
    for wait in repeat(0.25):
        if not (await database.look(["work"]))["work"] or time.monotonic() > until:
            return
        await asyncio.sleep(wait)


async def _judged(
    plan: Plan, house: House, database: Database, shift: Shift, killing: Killing, seconds: tuple[float, float]
) -> Result:
    server = await evidence.server(house.sandbox)
    store = evidence.store(await database.look(evidence.QUERIES))
    alerts = [alert for sale in store.sales for alert in sale.alerts]
    return Result(
        plan=plan,
        kills=tuple(killing.kills),
        in_flight=killing.cut,
        idle_kills=killing.idle,
        attempted=len(shift.told.closes),
        findings=check(shift.told, server, store),
        orders=len(server.orders),
        popups=len(store.prompts),
        alerts={alert: alerts.count(alert) for alert in sorted(set(alerts))},
        seconds_under_load=round(seconds[0], 1),
        seconds_to_drain=round(seconds[1], 1),
    )
