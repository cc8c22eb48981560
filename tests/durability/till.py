"""One receipt as its register sees it: what it was told, what it therefore believes, what it was acknowledged."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal

from builders import make_line, make_receipt
from durability.stage import Stage
from msgspec.structs import replace
from shop_floor import OLGA, basket, discounted, paid, plain_basket

from gateway.domain.receipt import Receipt, Refund
from gateway.domain.told import Redeemed

SHIRTS = make_line(sku="700-A", quantity=Decimal(3), unit_price=Decimal(400), total=Decimal(1200))
PATIENCE = timedelta(minutes=15)


def receipts() -> dict[str, Receipt]:
    """One of each kind: plain, with a coupon, anonymous, and one whose total the server cannot come to."""
    return {
        "plain": plain_basket("plain"),
        "coupon": basket("coupon"),
        "nobody": plain_basket("nobody", customer=None),
        "shirts": plain_basket("shirts", lines=(SHIRTS,)),
    }


async def turns_of_the_loop(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


class Till:
    """`priced` is the receipt as the register has it; `points` what it believes to be paid with points.

    `is_contradicted`: another close under the same id was acknowledged as well.
    """

    def __init__(self, stage: Stage, receipt: Receipt) -> None:
        self.stage = stage
        self.receipt = receipt
        self.priced: Receipt | None = None
        self.points = Decimal(0)
        self.told_at: datetime | None = None
        self.declined = 0
        self.closing: Receipt | None = None
        self.is_acknowledged = False
        self.is_promised = False
        self.is_contradicted = False
        self.refunds: dict[str, tuple[Refund, bool]] = {}

    @property
    def is_open(self) -> bool:
        return self.closing is None

    async def calculate(self) -> None:
        told = await self.stage.attempt(self.stage.quote(self.receipt))
        if told is not None and self.receipt.id != "shirts":  # that one sells at its own price
            self.priced = discounted(self.receipt, told)

    async def pay(self, points: Decimal) -> None:
        if points != self.points:
            self.points = Decimal(0)  # another sum takes the place of the one before, whatever comes of it
        told = await self.stage.attempt(self.stage.redeem(self.priced or self.receipt, points))
        if isinstance(told, Redeemed):
            self.points, self.told_at = points, self.stage.clock.now()
        else:
            self.declined += 1

    async def pay_unheard(self, points: Decimal, turns: int, then: Callable[[], Awaitable[None]]) -> None:
        """The till gives up waiting after so many turns of the loop and goes on; the answer comes to nobody."""
        paying = asyncio.create_task(self.stage.attempt(self.stage.redeem(self.priced or self.receipt, points)))
        await turns_of_the_loop(turns)
        await then()
        await paying

    async def repay(self) -> None:
        """The cashier presses the button again."""
        await self.pay(Decimal(50))

    async def undo(self) -> None:
        if await self.stage.attempt(self.stage.undo(self.priced or self.receipt)) is not None:
            self.points = Decimal(0)

    async def close(self) -> None:
        """The receipt is fiscal from here on: the register repeats it until it is acknowledged."""
        if self.closing is None:
            self.closing = paid(self.priced or self.receipt, self.points)
            fresh = self.told_at is not None and self.stage.clock.now() < self.told_at + PATIENCE
            self.is_promised = fresh and self.points > 0
        if await self.stage.attempt(self.stage.complete(self.closing)) is not None:
            self.is_acknowledged = True

    async def close_twice(self, turns: int) -> None:
        """Over two connections; the first one seems dead."""
        again = asyncio.create_task(self.close())
        await turns_of_the_loop(turns)
        await self.close()
        await again

    async def close_differently(self) -> None:
        """Another content under the same id."""
        assert self.closing is not None
        other = replace(self.closing, lines=(replace(self.closing.lines[0], total=Decimal(1)),))
        if await self.stage.attempt(self.stage.complete(other)) is not None:
            self.is_contradicted = True

    async def give_back(self, quantity: int) -> None:
        """A new refund document for some of the first line."""
        name = f"{self.receipt.id}-back-{len(self.refunds)}"
        line = replace(self.receipt.lines[0], quantity=Decimal(quantity), original_index=1)
        document = make_receipt(name, lines=(line,), customer=OLGA, at=self.stage.clock.now())
        self.refunds[name] = (Refund(document=document, original_id=self.receipt.id), False)
        await self.repeat_refund(name)

    async def repeat_refund(self, name: str) -> None:
        refund, _ = self.refunds[name]
        raw = b"raw of " + name.encode()
        if await self.stage.attempt(self.stage.core.checkout.refund(refund, raw)) is not None:
            self.refunds[name] = (refund, True)

    async def repeat_refunds(self) -> None:
        for name in self.refunds:
            await self.repeat_refund(name)

    async def insist_on_close(self) -> None:
        while not self.is_acknowledged:
            await self.close()

    async def insist(self) -> None:
        """What was not acknowledged is sent again until it is."""
        if self.closing is not None:
            await self.insist_on_close()
        for name in self.refunds:
            while not self.refunds[name][1]:
                await self.repeat_refund(name)
