"""What a register may ask, in one place; each room behind it does its own part."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from msgspec.structs import replace

from gateway.domain.customer import CustomerKey, KeyKind
from gateway.domain.deadline import Deadline
from gateway.domain.identification import Spending
from gateway.domain.receipt import Receipt, Refund, RegisterRef
from gateway.domain.texts import Phrase
from gateway.domain.told import Closed, CodeSent, Declined, Identified, Quoted, Redeemed, Released
from gateway.ports import Checkout
from gateway.services.closing import Closing
from gateway.services.identifying import Identifying
from gateway.services.popups.floor import Floor
from gateway.services.quoting import RESERVE, Quoting
from gateway.services.redeeming import Redeeming
from gateway.services.refunding import Refunding
from gateway.services.spending import SpendingRules
from gateway.services.wording import Wording

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
        identifying: Identifying,
        quoting: Quoting,
        spending: SpendingRules,
        redeeming: Redeeming,
        closing: Closing,
        refunding: Refunding,
        floor: Floor,
        announced: Announced,
        wording: Wording,
    ) -> None:
        self._identifying = identifying
        self._quoting = quoting
        self._spending = spending
        self._redeeming = redeeming
        self._closing = closing
        self._refunding = refunding
        self._floor = floor
        self._announced = announced
        self._wording = wording

    async def identify(self, key: CustomerKey, register: RegisterRef, deadline: Deadline) -> Identified:
        read = self._identifying.read(key)
        person = self._identifying.person(read)
        told, stale = await asyncio.gather(
            self._quoting.identify(person, register, deadline),
            self._identifying.check(read, deadline.less(RESERVE)),
        )
        self._floor.met(register, person, told)
        return with_news(told, self._announced(register), self._said(stale))

    async def quote(self, receipt: Receipt, deadline: Deadline, code: str = "") -> Quoted:
        read, receipt = self._read(receipt)
        told, stale = await self._quoted(read, receipt, deadline, code)
        self._floor.quoted(receipt, told)
        return with_news(told, self._announced(receipt.register), self._said(stale))

    async def _quoted(
        self, read: CustomerKey | None, receipt: Receipt, deadline: Deadline, code: str
    ) -> tuple[Quoted, Phrase | None]:
        """The prices, what may really be spent, and whether a one-time code was too old."""
        if read is None:
            return await self._quoting.quote(receipt, deadline), None
        if read.kind is KeyKind.ONE_TIME:
            told, stale = await asyncio.gather(
                self._quoting.quote(receipt, deadline), self._identifying.check(read, deadline.less(RESERVE))
            )
        else:
            told, stale = await self._quoting.quote(receipt, deadline), None
        may = self._identifying.spending(read)
        return await self._spending.offer(receipt, may, told, deadline.less(RESERVE), code), stale

    async def redeem(
        self, receipt: Receipt, points: Decimal, deadline: Deadline, code: str = ""
    ) -> Redeemed | Declined:
        read, receipt = self._read(receipt)
        if read is not None:
            may = self._identifying.spending(read)
            refused = await self._spending.refusal(receipt, may, code, deadline.less(RESERVE))
            if refused is not None and not await self._redeeming.stands(receipt):
                return refused
        told = await self._redeeming.redeem(receipt, points, deadline)
        if isinstance(told, Redeemed):
            self._spending.spent(receipt)
        return told

    async def send_code(self, receipt: Receipt, deadline: Deadline) -> CodeSent | Declined:
        read, receipt = self._read(receipt)
        may = Spending.NEVER if read is None else self._identifying.spending(read)
        return await self._spending.send_code(receipt, may, deadline.less(RESERVE))

    async def release(self, receipt: Receipt, deadline: Deadline) -> Released:
        return await self._redeeming.release(self._read(receipt)[1], deadline)

    async def complete(self, receipt: Receipt, raw: bytes, deadline: Deadline) -> Closed:
        read, receipt = self._read(receipt)
        closed = await self._closing.complete(receipt, self._scrubbed(read, raw), deadline)
        self._floor.closed(receipt)
        return closed

    async def refund(self, refund: Refund, raw: bytes) -> Closed:
        read, document = self._read(refund.document)
        return await self._refunding.refund(replace(refund, document=document), self._scrubbed(read, raw))

    async def park(self, register: RegisterRef, raw: bytes, reason: str) -> Closed:
        return await self._closing.park(register, self._identifying.scrubbed(raw), reason)

    def _read(self, receipt: Receipt) -> tuple[CustomerKey | None, Receipt]:
        """What was scanned, and the receipt with the customer it stands for."""
        if receipt.customer is None:
            return None, receipt
        read = self._identifying.read(receipt.customer)
        person = self._identifying.person(read)
        return read, receipt if person == receipt.customer else replace(receipt, customer=person)

    def _scrubbed(self, read: CustomerKey | None, raw: bytes) -> bytes:
        """Only a one-time code has anything to hide."""
        return self._identifying.scrubbed(raw) if read is not None and read.kind is KeyKind.ONE_TIME else raw

    def _said(self, phrase: Phrase | None) -> str:
        return "" if phrase is None else self._wording.say(phrase)


def with_news(told: T, *news: str) -> T:
    """Before everything else: it explains what follows."""
    return replace(told, notices=(*filter(None, news), *told.notices)) if any(news) else told


_conforms: type[Checkout] = CheckoutDesk
