"""After the close: the popup comes to the cashier's page, somebody confirms it, the server hears of it."""

import asyncio
from contextlib import aclosing, suppress
from decimal import Decimal
from typing import Any

from cashier_page import CashierPage
from checks import CODE_PREFIX, plain
from loyalty_view import LoyaltyView
from story import PHONE, Sale
from timeline import Timeline

POLL_SECONDS = 15.0
LAST_POLL_SECONDS = 50.0
"""The gateway asks 15 s after the close and once more at 45 s; a popup that has not come by then never will."""

WINDOW_SECONDS = 120.0
REPORT_SECONDS = 8.0
STORED = 200
"""The page's own answer to a confirmation that was kept."""


class PopupWatch:
    """All waits are divided by `speed`, as the gateway's and the sandbox's are."""

    def __init__(self, page: CashierPage, view: LoyaltyView, sale: Sale, timeline: Timeline, speed: float) -> None:
        self._page = page
        self._view = view
        self._sale = sale
        self._timeline = timeline
        self._words = timeline.words
        self._speed = speed

    async def play(self, *, once: bool) -> bool:
        """Whether a popup came. With `once` we are the cashier; otherwise a person is, who may as well not look."""
        prompt = await self._comes()
        if prompt is None:
            return False
        await self._sale.catch_up()
        passed = f"{self._sale.passed():.1f}"
        self._timeline.now("gateway", "cashier", self._words("popup", seconds=passed, text=prompt["text"]))
        if await (self._confirm(prompt) if once else self._confirmed_by_a_person()):
            await self._reported()
        return True

    async def _comes(self) -> dict[str, Any] | None:
        """The first popup, None when there is none in time."""
        first = asyncio.create_task(self._first())
        try:
            return await self._counting(first)
        finally:
            first.cancel()
            with suppress(asyncio.CancelledError):
                await first

    async def _counting(self, first: "asyncio.Task[dict[str, Any]]") -> dict[str, Any] | None:
        until = LAST_POLL_SECONDS / self._speed + 1.5
        asked_after = plain(Decimal(str(POLL_SECONDS / self._speed)))
        with self._timeline.waiting(self._words("wait_poll", seconds=asked_after)) as status:
            while self._sale.passed() < until:
                if (await asyncio.wait({first}, timeout=0.1))[0]:
                    return first.result()
                status.update(self._counted())
        return None

    def _counted(self) -> str:
        passed = self._sale.passed()
        left = max(0.0, POLL_SECONDS / self._speed - passed)
        return self._words("wait_popup", passed=f"{passed:.1f}", left=f"{left:.1f}")

    async def _first(self) -> dict[str, Any]:
        async with aclosing(self._page.waiting()) as screens:
            async for prompts in screens:
                if prompts:
                    return prompts[0]
        raise AssertionError("a page waits for ever")

    async def _confirm(self, prompt: dict[str, Any]) -> bool:
        self._timeline.now("cashier", "gateway", self._words("shown"))
        status = await self._page.shown(prompt["id"])
        await self._sale.catch_up()
        self._timeline.now("gateway", "cashier", self._words("shown_answer", status=status))
        return status == STORED

    async def _confirmed_by_a_person(self) -> bool:
        with self._timeline.waiting(self._time_left()) as status:
            while self._sale.passed() < WINDOW_SECONDS / self._speed:
                if await self._has_shown():
                    return True
                await asyncio.sleep(0.2)
                status.update(self._time_left())
        return False

    def _time_left(self) -> str:
        left = max(0.0, WINDOW_SECONDS / self._speed - self._sale.passed())
        return self._words("wait_human", url=self._page.url, left=f"{left:.0f}")

    async def _reported(self) -> None:
        """The server carries the report out a moment later, and gives the code then."""
        with self._timeline.waiting(self._words("wait_report")):
            for _ in range(int(REPORT_SECONDS / 0.1)):
                if code := await self._code():
                    await self._sale.catch_up()
                    self._timeline.now("mindbox", "customer", self._words("code", code=code))
                    return
                await asyncio.sleep(0.1)

    async def _has_shown(self) -> bool:
        customer = await self._view.customer(PHONE) or {"actions": []}
        return bool(customer["actions"])

    async def _code(self) -> str:
        customer = await self._view.customer(PHONE) or {"promoCodes": []}
        return next((code for code in customer["promoCodes"] if code.startswith(CODE_PREFIX)), "")
