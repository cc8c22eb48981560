"""Tills at work: sales as shops make them, and repeats as tills make them when a connection breaks."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Self
from uuid import UUID

from msgspec.structs import replace

from adapters.registers.frontol.simulator import (
    Basket,
    Cashier,
    Document,
    Exchange,
    Payment,
    Till,
)
from gateway.errors import RegisterError
from torture_run.histories import ToldClose, ToldRefund
from torture_run.receipts import begun
from torture_run.settings import ACCESS_KEY, OUTLET, register
from torture_run.shift import Attempt, Shift

ZERO = Decimal(0)
LONGEST_REPEAT = 60.0
"""Seconds a till repeats a close: longer than anything here stays away."""

Question = Callable[[Till], Awaitable[Exchange]]


async def work(shift: Shift, number: int) -> None:
    """One till until the shift is over; the receipt it has begun is finished."""
    chance = random.Random(f"{shift.seed}/{number}")  # noqa: S311 - a run can be repeated
    async with AtTheTill(shift, number, chance) as seller:
        while not shift.over:
            await seller.sell()


class AtTheTill:
    """One cashier. The till knows all gateways and goes to the next one when its own is away."""

    def __init__(self, shift: Shift, number: int, chance: random.Random) -> None:
        self._shift = shift
        self._chance = chance
        self._at = number % len(shift.urls)
        cashier = Cashier(1, "Кассир")
        self._tills = [
            Till(url, ACCESS_KEY, "torture", OUTLET, register(number), cashier, wait_seconds=3) for url in shift.urls
        ]
        self._number = 0

    async def __aenter__(self) -> Self:
        for till in self._tills:
            await till.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        for till in self._tills:
            await till.__aexit__(None, None, None)

    def _happens(self, share: float) -> bool:
        return self._chance.random() < share

    async def sell(self) -> None:
        self._at = self._chance.randrange(len(self._tills))  # what was told here may be closed there
        self._number += 1
        document = begun(self._chance, self._number)
        self._shift.told.opened.add(str(document.uid))
        if not self._happens(0.1):  # else the gateway hears of it at the close only
            document = await self._priced(document)
            if document.client.mobile_phone and self._happens(0.5):
                document = await self._paid_with_points(document)
        if self._happens(0.04):
            return  # the customer has gone; nobody tells the gateway
        told = await self._closed(document)
        if told.acknowledged and self._happens(0.1):
            await self._given_back(document)

    async def _ask(self, question: Question) -> Exchange | None:
        """One try; the other gateway next time when this one is away."""
        try:
            return await question(self._tills[self._at])
        except RegisterError:
            self._at = (self._at + 1) % len(self._tills)
            return None

    async def _priced(self, document: Document) -> Document:
        told = await self._ask(lambda till: till.calculate(document))
        if told is None or not told.answer.accepted:
            return document
        return replace(document, basket=document.basket.discounted(told.answer.discounts))

    async def _paid_with_points(self, document: Document) -> Document:
        """Half of the unanswered payments are repeated; what stays unanswered is paid in money."""
        points = Decimal(self._chance.randint(1, 40))
        if points * 10 > document.basket.after:
            return document
        for _ in range(self._chance.randint(1, 3)):
            told = await self._ask(lambda till: till.pay_by_bonus(document, points))
            if told is not None:
                break
        if told is None or not told.answer.accepted:
            return document
        paid = replace(document, basket=document.basket.paid_with_points(points, told.answer))
        return await self._undone(paid) if self._happens(0.2) else paid

    async def _undone(self, paid: Document) -> Document:
        """Taken back; sometimes the customer changes his mind once more."""
        await self._ask(lambda till: till.cancel_bonus_payment(paid))
        document = replace(paid, basket=paid.basket.without_points())
        return await self._paid_with_points(await self._priced(document)) if self._happens(0.3) else document

    async def _closed(self, document: Document) -> ToldClose:
        """Repeated until it is acknowledged; a few tills give up, and a few repeat what was acknowledged."""
        basket = document.basket
        bonus = [Payment(type="bonus", amount=basket.points)] if basket.points else []
        payments = [*bonus, Payment(type="cash", amount=basket.due)]
        told = ToldClose(
            uid=str(document.uid), customer=document.client.mobile_phone, total=basket.due, points=basket.points
        )
        self._shift.told.closes[told.uid] = told
        await self._repeat(told, lambda till: till.confirm(document, payments), closes=True)
        if self._happens(0.1):
            await self._ask(lambda till: till.confirm(document, payments))
        return told

    async def _given_back(self, document: Document) -> None:
        """Pieces of one line, in one or two documents, never more than were sold."""
        line = self._chance.choice(document.basket.lines)
        pieces = int(line.quantity)
        for _ in range(self._chance.randint(1, min(2, pieces))):
            part = replace(line, quantity=Decimal(1), paid=ZERO)
            uid = UUID(int=self._chance.getrandbits(128), version=4)
            back = replace(document, uid=uid, basket=Basket((part,)))
            told = ToldRefund(uid=str(uid), of=str(document.uid), quantity=Decimal(1))
            self._shift.told.refunds[told.uid] = told
            payments = [Payment(type="cash", amount=part.due)]
            await self._repeat(told, _refund(back, document.uid, payments))

    async def _repeat(self, told: ToldClose | ToldRefund, question: Question, *, closes: bool = False) -> None:
        """Until it is acknowledged, or for a few until the first broken connection."""
        patient = not self._happens(0.03)
        loop = asyncio.get_running_loop()
        until = loop.time() + LONGEST_REPEAT
        while loop.time() < until:
            attempt = Attempt(self._at)
            if closes:
                self._shift.under_way.add(attempt)
            answer = await self._ask(question)
            attempt.acknowledged = answer is not None and answer.answer.accepted
            attempt.ended.set()
            self._shift.under_way.discard(attempt)
            if attempt.acknowledged:
                told.acknowledged = True
                self._shift.acknowledged += closes
                return
            if not patient:
                return
            await asyncio.sleep(self._chance.uniform(0.1, 0.3))


def _refund(back: Document, of: UUID, payments: list[Payment]) -> Question:
    return lambda till: till.confirm_refund(back, of, payments)
