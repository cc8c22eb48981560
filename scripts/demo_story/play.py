"""The whole play: a fresh customer, the sale, the popup, and the verdict of the loyalty server."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
from cashier_page import CashierPage
from checks import RETURNED, Expected, View, checks, plain
from house import House
from loyalty_view import LoyaltyView, SandboxAway
from popup import POLL_SECONDS, WINDOW_SECONDS, PopupWatch
from story import PHONE, Sale
from timeline import Timeline

from adapters.registers.frontol.simulator import Cashier, Till
from adapters.registers.onec_retail.simulator import OneCTill, Quirk
from gateway.errors import RegisterError

FRESH = {"level": "Silver", "turnover": Decimal(49700)}
LOG_LINES = 8
REFUND_SECONDS = 8.0
CARELESS = frozenset({Quirk.BOM, Quirk.TEXT_NUMBERS, Quirk.EIGHT_PHONES})
"""As a 1C base written in a hurry sends: the story comes out the same."""


@dataclass(frozen=True)
class Seen:
    """What the server knew before the story: its orders, and how many calls it had had."""

    known: set[str]
    calls: int


class Play:
    def __init__(self, place: House, timeline: Timeline, speed: float, config: dict[str, Any], folder: Path) -> None:
        self._place = place
        self._timeline = timeline
        self._words = timeline.words
        self._speed = speed
        self._register = config["registers"][0]
        self._outlet = config["outlet"]["id"]
        self._key = (folder / self._register["access_key_file"]).read_text(encoding="utf-8").strip()

    async def play(self, *, once: bool) -> bool:
        """Whether everything agrees; what does not has been said."""
        limit = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=limit) as session:
            view = LoyaltyView(session, self._place.sandbox)
            page = CashierPage(session, self._place.gateway, self._register["id"])
            try:
                return await self._fresh(view) and await self._acts(view, page, once=once)
            except SandboxAway:
                self._timeline.checked(self._words("sandbox_away", url=view.url), good=False)
                return False

    async def _fresh(self, view: LoyaltyView) -> bool:
        """A sandbox that has played before knows Anna as gold: no popup would come, and nobody would be to blame."""
        await view.skip()
        anna = await view.customer(PHONE)
        if anna is None:
            self._timeline.checked(self._words("no_anna", url=view.url, phone=PHONE), good=False)
            return False
        if {name: anna[name] for name in FRESH} != FRESH:
            told = {"level": anna["level"], "turnover": plain(anna["turnover"])}
            self._timeline.checked(self._words("not_fresh", url=view.url, **told), good=False)
            return False
        return True

    async def _acts(self, view: LoyaltyView, page: CashierPage, *, once: bool) -> bool:
        self._timeline.line(self._words("page", url=page.url), "bold")
        if self._place.admin:
            self._timeline.line(self._words("status", url=f"{self._place.admin}/"), "bold")
        if not once:
            self._timeline.line(self._words("open_page", seconds=plain(Decimal(str(POLL_SECONDS / self._speed)))))
        before = Seen(known={order["orderId"] for order in await view.orders()}, calls=len(await view.calls()))
        sale = Sale(view, self._timeline)
        async with self._till(sale.reads_code) as till:
            await self._asked(sale.play(till))
            offered = sale.closed_at is not None and await self._popup(page, view, sale, once=once)
            sold = await self._view(view, before)
            if sold.orders:
                await self._asked(sale.bring_back(till))
                await self._delivered(view, sale)
        return self._judge(sold, await self._view(view, before), may_go_unseen=offered and not once)

    async def _asked(self, questions: Awaitable[None]) -> None:
        try:
            await questions
        except RegisterError as error:
            self._timeline.checked(str(error), good=False)

    async def _popup(self, page: CashierPage, view: LoyaltyView, sale: Sale, *, once: bool) -> bool:
        """Whether one was offered."""
        following = asyncio.create_task(sale.follow())
        try:
            return await PopupWatch(page, view, sale, self._timeline, self._speed).play(once=once)
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError, SandboxAway):
                await following

    async def _delivered(self, view: LoyaltyView, sale: Sale) -> None:
        """Wait until the server has the return, or for so long as it may take."""
        with self._timeline.waiting(self._words("wait_refund")):
            for _ in range(int(REFUND_SECONDS / 0.1)):
                await sale.catch_up()
                if any(order["status"] == RETURNED for order in await view.orders()):
                    return
                await asyncio.sleep(0.1)

    async def _view(self, view: LoyaltyView, before: Seen) -> View:
        """What the server knows of the story so far."""
        orders = [order for order in await view.orders() if order["orderId"] not in before.known]
        calls = (await view.calls())[before.calls :]
        return View(orders=orders, calls=calls, customer=await view.customer(PHONE) or {})

    def _till(self, read_code: Callable[[], Awaitable[str]]) -> Till | OneCTill:
        if self._register["kind"] == "onec_retail":
            return OneCTill(self._place.gateway, self._key, quirks=CARELESS, read_code=read_code)
        cashier = Cashier(14, "Соколова А. П.")
        address = f"{self._place.gateway}/frontol"
        return Till(address, self._key, "romashka", self._outlet, self._register["id"], cashier)

    def _judge(self, sold: View, returned: View, *, may_go_unseen: bool) -> bool:
        self._timeline.heading(self._words("verdict"))
        found = checks(sold, returned, self._expected(), self._words)
        for check in found:
            self._timeline.checked(check.text, good=check.good)
        bad = [check for check in found if not check.good]
        if not bad:
            self._timeline.line(self._words("good"), "bold green")
        elif may_go_unseen and all(check.of_popup for check in bad) and not sold.customer.get("actions"):
            self._timeline.line(self._words("unseen"))
        else:
            self._timeline.line(self._words("bad", count=len(bad)), "bold red")
            self._show_log()
        return not bad

    def _expected(self) -> Expected:
        """Silver earns 5 % of 3680; the sale is paid with 500 points and 3180 roubles; 640 points were there.

        The shorts are 1990 of the 3680 roubles: that share of the points comes back, what they have earned goes.
        """
        return Expected(
            total=Decimal(3180),
            spent=Decimal(500),
            earned=Decimal(184),
            balance=Decimal(640 - 500 + 184),
            points_back=Decimal("270.38"),
            earned_back=Decimal(99),
            window=WINDOW_SECONDS / self._speed,
        )

    def _show_log(self) -> None:
        """Warnings and errors of our own gateway: the next question would be for them."""
        if self._place.log is None:
            return
        lines: list[str] = self._place.log.read_text(encoding="utf-8").splitlines()
        loud = [line for line in lines if '"level":"info"' not in line]
        if loud:
            self._timeline.line(self._words("log"))
            for line in loud[-LOG_LINES:]:
                self._timeline.line(line, "dim")
