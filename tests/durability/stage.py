"""A gateway that may crash at any write, over a store that does not, and a loyalty server of any kind."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from builders import REGISTER
from durability.mortal import Crash, MortalProgram, MortalStore, Process
from msgspec.structs import replace
from shop_floor import GOLD, SEED, START, Shop
from virtual_clock import FakeClock

from adapters.loyalty.memory import MemoryProgram
from adapters.loyalty.memory_participants import MemoryParticipants
from adapters.loyalty.mindbox.sandbox.seed import SandboxSeed
from adapters.loyalty.programme import Programme, Variants, read_seed
from adapters.stores.memory import MemoryStore
from adapters.stores.sqlite import open_sqlite
from gateway.core import Loyalty, build_core
from gateway.domain.sale_record import CREATE_THEN_CANCEL, Profile
from gateway.errors import StoreError
from gateway.observability.metrics import Metrics
from gateway.ports import Store
from gateway.settings import Outlet, Settings
from gateway.slips import Templates

T = TypeVar("T")
SLIPS = Templates(Path(__file__).parent / "slips")  # tiny ones, read once


@cache
def seed() -> SandboxSeed:
    return read_seed(SEED, SandboxSeed)


STEP = timedelta(seconds=200)


def ignore(_error: StoreError) -> None:
    """A daemon would end; the tests here look at the store."""


class Stage(Shop):
    """A `Shop` whose process may die. `path`: the file of an SQLite store; without one it is in memory."""

    def __init__(
        self,
        *,
        profile: Profile = CREATE_THEN_CANCEL,
        variants: Variants | None = None,
        path: Path | None = None,
        **settings: Any,
    ) -> None:
        self.clock = FakeClock(START)
        self.programme = Programme(replace(seed(), variants=variants or Variants()), self.clock.now)
        self.program = MemoryProgram(self.programme, self.clock, profile=profile)
        self.participants = MemoryParticipants(self.programme, self.clock)
        self.printers = {}
        self.slips_elsewhere = False
        self.durable: Store = MemoryStore()
        self._path = path
        self._replacing = asyncio.Lock()
        self._settings = {"prompts": (GOLD,)} | settings
        self.restart()

    async def open(self) -> None:
        """Start over what the file holds."""
        if self._path is not None:
            self.durable = await open_sqlite(self._path, on_fatal=ignore)
        self.restart()

    def restart(self) -> None:
        self.meter = Metrics()
        self.process = Process()
        self.store = MortalStore(self.durable, self.process)  # type: ignore[assignment]
        settings = Settings(outlet=Outlet(id=REGISTER.outlet), registers=(), loyalty={}, **self._settings)
        self.core = build_core(
            settings,
            Loyalty(
                program=MortalProgram(self.program, self.process),  # type: ignore[arg-type]
                participants=self.participants,
            ),
            self.store,
            self.our_printers(),
            self.clock,
            self.meter,
            SLIPS,
        )

    async def crash(self) -> None:
        """The process is gone, and another one starts."""
        self.process.is_dead = True
        running = list(self.core.outbox._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if self._path is not None:
            await self.durable.close()
        await self.open()

    async def attempt(self, what: Coroutine[Any, Any, T]) -> T | None:
        """What comes back to a register: nothing when the process died on the way, or could not store."""
        answer: T | None = None
        process = self.process
        with suppress(Crash, StoreError):
            answer = await what
        if process.is_dead:
            await self._replaced(process)
            return None
        return answer

    async def _replaced(self, process: Process) -> None:
        """Whoever finds it dead first sees to it; the others wait."""
        async with self._replacing:
            if self.process is process:
                await self.crash()

    async def _next_due(self) -> datetime | None:
        """Work of a process that died falls due again when its lease runs out: daemons look every second."""
        rows = await self.store.work(1000)
        return min((max(row.work.due, row.leased_until or row.work.due) for row in rows), default=None)

    async def pass_time(self, **parts: float) -> None:
        """In steps that no server forgets a key in: what arrives late arrives when it does."""
        end = self.clock.now() + timedelta(**parts)
        while self.clock.now() < end:
            await super().pass_time(seconds=min(STEP, end - self.clock.now()).total_seconds())
            self.program.catch_up()

    async def live_through(self, **parts: float) -> None:
        """Time passes, whatever dies on the way."""
        end = self.clock.now() + timedelta(**parts)
        while self.clock.now() < end:
            await self.attempt(self.pass_time(seconds=(end - self.clock.now()).total_seconds()))
