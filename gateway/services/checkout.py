"""What a register may ask, in one place; each room behind it does its own part."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from msgspec.structs import replace

from gateway.domain.customer import CustomerKey
from gateway.domain.deadline import Deadline
from gateway.domain.receipt import Receipt, Refund, RegisterRef
from gateway.domain.told import Closed, Declined, Identified, Quoted, Redeemed, Released
from gateway.ports import Checkout
from gateway.services.closing import Closing
from gateway.services.popups.floor import Floor
from gateway.services.quoting import Quoting
from gateway.services.redeeming import Redeeming
from gateway.services.refunding import Refunding

Announced = Callable[[RegisterRef], str]
"""A sentence for the cashier of this register; empty when there is nothing to say."""

T = TypeVar("T", Identified, Quoted)


class CheckoutDesk:
    """`Checkout` for every register adapter.

    `floor` notes what goes on, for the screens. `announced` adds what the cashier of a register has to hear once,
    whatever was asked.
    """

    def __init__(
        self,
        quoting: Quoting,
        redeeming: Redeeming,
        closing: Closing,
        refunding: Refunding,
        floor: Floor,
        announced: Announced,
    ) -> None:
        self._quoting = quoting
        self._redeeming = redeeming
        self._closing = closing
        self._refunding = refunding
        self._floor = floor
        self._announced = announced

    async def identify(self, key: CustomerKey, register: RegisterRef, deadline: Deadline) -> Identified:
        told = await self._quoting.identify(key, register, deadline)
        self._floor.met(register, told.customer, told.notices)
        return with_news(told, self._announced(register))

    async def quote(self, receipt: Receipt, deadline: Deadline) -> Quoted:
        told = await self._quoting.quote(receipt, deadline)
        self._floor.quoted(receipt, told.customer, told.notices)
        return with_news(told, self._announced(receipt.register))

    async def redeem(self, receipt: Receipt, points: Decimal, deadline: Deadline) -> Redeemed | Declined:
        return await self._redeeming.redeem(receipt, points, deadline)

    async def release(self, receipt: Receipt, deadline: Deadline) -> Released:
        return await self._redeeming.release(receipt, deadline)

    async def complete(self, receipt: Receipt, raw: bytes, deadline: Deadline) -> Closed:
        closed = await self._closing.complete(receipt, raw, deadline)
        self._floor.closed(receipt)
        return closed

    async def refund(self, refund: Refund, raw: bytes) -> Closed:
        return await self._refunding.refund(refund, raw)

    async def park(self, register: RegisterRef, raw: bytes, reason: str) -> Closed:
        return await self._closing.park(register, raw, reason)


def with_news(told: T, news: str) -> T:
    """Before everything else: it explains what follows."""
    return replace(told, notices=(news, *told.notices)) if news else told


_conforms: type[Checkout] = CheckoutDesk
