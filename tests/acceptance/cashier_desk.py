"""An honest `PromptDesk` in memory, and a gateway's HTTP side with nothing but the cashier's page on it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from aiohttp import web

from adapters.screens import api, browser
from adapters.screens.access import Access, Place
from gateway.domain.desk import CustomerCard, DeskView, Popup, PromptAnswer
from gateway.domain.prompt import Prompt, PromptState, moved
from gateway.domain.receipt import RegisterRef
from gateway.domain.texts import Language
from gateway.errors import StoreUnavailable

FIRST = RegisterRef(outlet="41", register="1")
SECOND = RegisterRef(outlet="41", register="2")
REGISTERS = {"1": Place(register=FIRST), "2": Place(register=SECOND)}
TOKEN = "a-token-of-the-third"
THIRD = RegisterRef(outlet="41", register="3")
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
    """Prompts by id. `broken`: the store is away; `broken_answers`: it takes no change. `listening` counts the open
    `changes`.
    """

    def __init__(self) -> None:
        self._prompts: dict[str, Prompt] = {}
        self._moved = asyncio.Condition()
        self._version = 0
        self._stopping = False
        self.broken = False
        self.broken_answers = False
        self.whose: dict[str, str] = {}
        self.card: CustomerCard | None = None
        self.limited = ""
        self.listening = 0

    async def view(self, register: RegisterRef) -> DeskView:
        if self.broken:
            raise StoreUnavailable
        rows = [p for p in self._prompts.values() if p.register == register and p.state is PromptState.OFFERED]
        popups = tuple(
            Popup(prompt=row, stays_seconds=row.stays.total_seconds(), whose=self.whose.get(row.id, ""))
            for row in rows
        )
        return DeskView(
            popups=popups,
            receipt_open=self.card is not None,
            expected=bool(rows),
            card=self.card,
            limited=self.limited,
        )

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

    async def answer(self, prompt_id: str, register: RegisterRef, answer: PromptAnswer) -> bool:
        if self.broken or self.broken_answers:
            raise StoreUnavailable
        prompt = self._prompts.get(prompt_id)
        if prompt is None or prompt.register != register:
            return False
        wanted = PromptState.SHOWN if answer is PromptAnswer.CONGRATULATED else PromptState.LEFT
        if prompt.state is PromptState.OFFERED:
            await self._put(moved(prompt, wanted))
        return self._prompts[prompt_id].state is wanted

    async def offer(self, prompt: Prompt) -> None:
        await self._put(prompt)

    async def expire(self, prompt_id: str) -> None:
        await self._put(moved(self._prompts[prompt_id], PromptState.EXPIRED))

    def state(self, prompt_id: str) -> PromptState:
        return self._prompts[prompt_id].state

    async def change(self) -> None:
        """Somebody looked up a customer, or the like: the view differs."""
        self._version += 1
        async with self._moved:
            self._moved.notify_all()

    async def stop(self) -> None:
        self._stopping = True
        async with self._moved:
            self._moved.notify_all()

    async def _put(self, prompt: Prompt) -> None:
        self._prompts[prompt.id] = prompt
        await self.change()


@asynccontextmanager
async def serving(desk: MemoryDesk, *, port: int = 0, heartbeat_seconds: float = 15) -> AsyncIterator[str]:
    """The pages' address, without the register. Leaving stops the desk first, as the gateway does."""
    app = web.Application()
    access = Access(REGISTERS | {"3": Place(register=THIRD, token=TOKEN)})
    app.add_routes(api.routes(desk, access, Language.RU))
    app.add_routes(browser.routes(desk, access, Language.RU, heartbeat_seconds=heartbeat_seconds))
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
