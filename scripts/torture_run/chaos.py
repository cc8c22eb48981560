"""What goes wrong during a run: kill -9 at random moments, and a loyalty server with bad minutes."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import aiohttp
from msgspec import Struct

from torture_run.settings import LATEST
from torture_run.shift import Attempt, Shift

CLOSES_PER_KILL = 20
ERRORS = (500, 503, 429)
FAULTS = ("drop_answer", "drop_answer", "late", "late", "hang", "error", "reset")
LONGEST_WAIT, LOOK = 60.0, 0.002
"""Seconds without a close under way after which the run makes no sense; and between two looks."""


class LoadGone(Exception):
    """No till has got through for a long time."""


class Victim(Struct, frozen=True, kw_only=True):
    """`gateway` is its number, None for what all gateways stand on; `killed` and `started` do it."""

    name: str
    gateway: int | None
    kill: Callable[[], None]
    start: Callable[[], Coroutine[Any, Any, None]]


class Killing:
    """`kills` landed with a close under way; `cut` are the closes that got no good answer because of them."""

    def __init__(self, shift: Shift, victims: list[Victim], wanted: int, seed: int) -> None:
        self._shift = shift
        self._victims = victims
        self._chance = random.Random(f"{seed}/kills")  # noqa: S311 - a run can be repeated
        self.wanted = wanted
        self.kills: list[str] = []
        self.cut = 0
        self.idle = 0

    async def run(self) -> None:
        """Until enough kills have landed, each after its share of acknowledged closes."""
        while len(self.kills) < self.wanted:
            await self._until(lambda: self._shift.acknowledged >= CLOSES_PER_KILL * (len(self.kills) + 1))
            await asyncio.sleep(self._chance.uniform(0, 0.3))
            victim = self._chance.choice(self._victims)
            await self._until(partial(self._hit, victim))
            await asyncio.sleep(self._chance.uniform(0, 0.012))
            if hit := self._hit(victim):
                await self._strike(victim, hit)

    def _hit(self, victim: Victim) -> list[Attempt]:
        return [one for one in self._shift.under_way if victim.gateway in (None, one.gateway)]

    async def _strike(self, victim: Victim, hit: list[Attempt]) -> None:
        victim.kill()
        await asyncio.sleep(self._chance.choice((0, 0, 0.2)))
        await victim.start()
        await asyncio.gather(*(one.ended.wait() for one in hit))
        cut = sum(not one.acknowledged for one in hit)
        if cut:
            self.kills.append(victim.name)
            self.cut += cut
        else:
            self.idle += 1  # all of them had their answers by a hair: this one does not count

    async def _until(self, check: Callable[[], object]) -> None:
        for _ in range(int(LONGEST_WAIT / LOOK)):
            if check():
                return
            await asyncio.sleep(LOOK)
        raise LoadGone


async def bad_minutes(sandbox: str, seed: int) -> None:
    """One fault after another, for some calls each, until cancelled; the server is well afterwards."""
    chance = random.Random(f"{seed}/faults")  # noqa: S311 - a run can be repeated
    async with aiohttp.ClientSession() as http:
        try:
            while True:
                await asyncio.sleep(chance.uniform(0.2, 1.2))
                fault: dict[str, object] = {"mode": chance.choice(FAULTS), "times": chance.randint(1, 12)}
                fault |= {"seconds": chance.uniform(0, LATEST), "http": chance.choice(ERRORS)}
                await _switch(http, sandbox, fault)
        finally:
            await _switch(http, sandbox, {"mode": "off"})


async def _switch(http: aiohttp.ClientSession, sandbox: str, fault: dict[str, object]) -> None:
    async with http.post(f"{sandbox}/_sandbox/faults", json=fault) as response:
        response.raise_for_status()
