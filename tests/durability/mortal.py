"""A process that may die: at a chosen write, before it reached the disk or after, and all that it had in memory."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gateway.domain.call import Answer, Call
from gateway.domain.change import Change
from gateway.domain.deadline import Deadline
from gateway.domain.work import Lane, Work
from gateway.errors import StoreUnavailable
from gateway.ports import LoyaltyProgram, Store

SYNC_TURNS = 40
"""Turns of the loop that a write takes: whoever does not wait for it has answered before it is on the disk."""


class Crash(BaseException):
    """Nothing in the process catches it, as nothing catches a SIGKILL."""


class Process:
    """`writes` counts durable writes; the `at`-th one kills, before or after it is done. A dead one does nothing.

    The next `refused` writes find the disk full.
    """

    def __init__(self, at: int = 0, *, before: bool = True) -> None:
        self.writes = 0
        self.is_dead = False
        self.at = at
        self.before = before
        self.refused = 0

    def arm(self, writes: int, *, before: bool) -> None:
        """Die at the `writes`-th write from now."""
        self.at, self.before = self.writes + writes, before

    def alive(self) -> None:
        if self.is_dead:
            raise Crash

    def die(self) -> None:
        self.is_dead = True
        raise Crash

    def begins(self) -> None:
        self.alive()
        self.writes += 1
        if self.writes == self.at and self.before:
            self.die()

    def ends(self) -> None:
        self.alive()
        if self.writes == self.at:
            self.die()


class MortalStore:
    """The `Store` as a mortal process sees it."""

    def __init__(self, store: Store, process: Process) -> None:
        self._store = store
        self._process = process

    async def commit(self, change: Change) -> None:
        for _ in range(SYNC_TURNS):
            await asyncio.sleep(0)
        self._process.begins()
        if self._process.refused:
            self._process.refused -= 1
            raise StoreUnavailable("the disk is full")
        await self._store.commit(change)
        self._process.ends()

    async def lease(self, lane: Lane, now: datetime, limit: int, until: datetime) -> Sequence[Work]:
        self._process.begins()
        leased = await self._store.lease(lane, now, limit, until)
        self._process.ends()
        return leased

    def listen(self, heard: Any) -> None:
        self._store.listen(heard)

    def __getattr__(self, name: str) -> Any:
        """Every question."""
        question = getattr(self._store, name)

        async def ask(*given: Any) -> Any:
            self._process.alive()
            answer = await question(*given)
            self._process.alive()
            return answer

        return ask


class MortalProgram:
    """The `LoyaltyProgram` as a mortal process calls it: the dead send nothing and hear nothing."""

    def __init__(self, program: LoyaltyProgram, process: Process) -> None:
        self.profile = program.profile
        self._program = program
        self._process = process

    async def send(self, call: Call, *, deadline: Deadline) -> Answer:
        self._process.alive()
        answer = await self._program.send(call, deadline=deadline)
        self._process.alive()
        return answer

    def __getattr__(self, name: str) -> Any:
        self._process.alive()
        return getattr(self._program, name)
