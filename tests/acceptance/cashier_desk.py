"""An honest `PromptDesk` in memory, and a gateway's HTTP side with nothing but the cashier's page on it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from aiohttp import web

from adapters.screens.browser import routes
from gateway.domain.prompt import Prompt, PromptState, moved
from gateway.domain.receipt import RegisterRef
from gateway.errors import StoreUnavailable

FIRST = RegisterRef(outlet="41", register="1")
SECOND = RegisterRef(outlet="41", register="2")
REGISTERS = {"1": FIRST, "2": SECOND}
OFFERED_AT = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)


def make_prompt(
    prompt_id: str, text: str = "Поздравьте с золотым уровнем", *, register: RegisterRef = FIRST, stays: float = 60
) -> Prompt:
    return Prompt(
        id=prompt_id,
        sale_id=f"sale-{prompt_id}",
        register=register,
        rule="gold",
        text=text,
        customer_id="c-1",
        action="popup-shown",
        offered_at=OFFERED_AT,
        stays=timedelta(seconds=stays),
        deadline=OFFERED_AT + timedelta(seconds=120),
    )


class MemoryDesk:
    """Prompts by id. `broken`: nothing can be stored. `listening` counts the open `changes`."""

    def __init__(self) -> None:
        self._prompts: dict[str, Prompt] = {}
        self._moved = asyncio.Condition()
        self._version = 0
        self._stopping = False
        self.broken = False
        self.listening = 0

    async def waiting(self, register: RegisterRef) -> Sequence[Prompt]:
        if self.broken:
            raise StoreUnavailable
        return [p for p in self._prompts.values() if p.register == register and p.state is PromptState.OFFERED]

    async def changes(self, register: RegisterRef) -> AsyncIterator[None]:  # noqa: ARG002 - "may have changed": of any
        self.listening += 1
        seen = self._version
        try:
            while not self._stopping:
                async with self._moved:
                    while self._version == seen and not self._stopping:
                        await self._moved.wait()
                seen = self._version
                if not self._stopping:
                    yield
        finally:
            self.listening -= 1

    async def shown(self, prompt_id: str, register: RegisterRef) -> bool:
        if self.broken:
            raise StoreUnavailable
        prompt = self._prompts.get(prompt_id)
        if prompt is None or prompt.register != register or prompt.state is PromptState.EXPIRED:
            return False
        if prompt.state is PromptState.OFFERED:
            await self._put(moved(prompt, PromptState.SHOWN))
        return True

    async def offer(self, prompt: Prompt) -> None:
        await self._put(prompt)

    async def expire(self, prompt_id: str) -> None:
        await self._put(moved(self._prompts[prompt_id], PromptState.EXPIRED))

    def state(self, prompt_id: str) -> PromptState:
        return self._prompts[prompt_id].state

    async def stop(self) -> None:
        self._stopping = True
        async with self._moved:
            self._moved.notify_all()

    async def _put(self, prompt: Prompt) -> None:
        self._prompts[prompt.id] = prompt
        self._version += 1
        async with self._moved:
            self._moved.notify_all()


@asynccontextmanager
async def serving(desk: MemoryDesk, *, port: int = 0, heartbeat_seconds: float = 15) -> AsyncIterator[str]:
    """The page's address, without the register. Leaving stops the desk first, as the gateway does."""
    app = web.Application()
    app.add_routes(routes(desk, REGISTERS, heartbeat_seconds=heartbeat_seconds))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/cashier"
    finally:
        await desk.stop()
        await runner.cleanup()


async def until(condition: Callable[[], bool], *, seconds: float = 5) -> None:
    """Wait for what another task brings about."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - all kinds of conditions, few of them have an event
            await asyncio.sleep(0.01)
