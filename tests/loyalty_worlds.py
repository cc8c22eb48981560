"""The loyalty programmes under one contract: the one in memory, and the Mindbox client over real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from adapters.loyalty.memory import Fault, MemoryProgram, Question
from adapters.loyalty.mindbox import MindboxClient, MindboxSettings
from adapters.loyalty.mindbox.sandbox import Sandbox
from adapters.loyalty.mindbox.sandbox.seed import SandboxSeed
from adapters.loyalty.programme import Programme, read_seed
from gateway.clock import SystemClock
from gateway.domain.call import Operation
from gateway.ports import LoyaltyProgram

SEED = Path(__file__).parents[1] / "config" / "examples" / "sandbox-seed.toml"
QUEUE_SECONDS = 0.05


class World(Protocol):
    """A loyalty programme with the example seed, and a hand on what its server does to the next call."""

    @property
    def program(self) -> LoyaltyProgram: ...

    async def fail(self, what: Operation | Question, fault: Fault) -> None: ...


class MemoryWorld:
    def __init__(self) -> None:
        clock = SystemClock()
        programme = Programme(read_seed(SEED, SandboxSeed), clock.now, speed=100)
        self.program = MemoryProgram(programme, clock, queue_delay=timedelta(seconds=QUEUE_SECONDS))

    async def fail(self, what: Operation | Question, fault: Fault) -> None:
        self.program.fail(what, fault, times=1)


def memory_world() -> MemoryWorld:
    return MemoryWorld()


MODES = {
    Fault.HANGING: "hang",
    Fault.LOST_REQUEST: "reset",
    Fault.LOST_ANSWER: "drop_answer",
    Fault.UNAVAILABLE: "error",
    Fault.LATE: "late",
}
NAMES = {
    Question.IDENTIFY: "Offline.GetCustomerInfo",
    Question.QUOTE: "Offline.AuthorizedPreorder",
    Operation.HOLD: "Offline.CreateAuthorizedOrder",
    Operation.SALE: "Offline.CreateAuthorizedOrder",
    Operation.CANCEL: "Offline.ChangeStatus",
}


class MindboxWorld:
    def __init__(self, url: str) -> None:
        self._url = url
        self.program = mindbox_client(url)

    async def fail(self, what: Operation | Question, fault: Fault) -> None:
        switch = {"mode": MODES[fault], "operation": NAMES[what], "times": 1}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self._url}/_sandbox/faults", json=switch) as response,
        ):
            assert response.status == 200


def mindbox_client(url: str, **more: Any) -> MindboxClient:
    named = {"kind": "mindbox", "url": url, "endpoint": "Demo.Offline", "secret_key_file": "key"}
    return MindboxClient(MindboxSettings(**named | more), "demo-secret-key")


def nobody_listens() -> str:
    """A local address whose connections are refused."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


@asynccontextmanager
async def memory(_directory: Path) -> AsyncIterator[World]:
    yield memory_world()


@asynccontextmanager
async def mindbox(directory: Path) -> AsyncIterator[World]:
    seed = directory / "seed.toml"
    text = SEED.read_text(encoding="utf-8").replace("delay_seconds = 0.2", f"delay_seconds = {QUEUE_SECONDS}")
    seed.write_text(text, encoding="utf-8")
    async with Sandbox(seed_path=seed, speed=100) as sandbox:
        world = MindboxWorld(sandbox.url)
        yield world
        await world.program.close()


WORLDS: dict[str, Callable[[Path], AbstractAsyncContextManager[World]]] = {"memory": memory, "mindbox": mindbox}


async def until(holds: Callable[[], Awaitable[bool]], *, seconds: float = 3) -> None:
    """Wait for what a queue on another clock than ours brings about."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - all kinds of conditions, few of them have an event
            await asyncio.sleep(0.01)
