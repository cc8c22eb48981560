"""A script played at a till: what the cashier does, what he reads on the screen, what the printer draws."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace

from adapters.registers.frontol.simulator import script
from adapters.registers.frontol.simulator.answers import Answer, AnswerNotUnderstood
from adapters.registers.frontol.simulator.basket import Basket
from adapters.registers.frontol.simulator.paper import slip_of
from adapters.registers.frontol.simulator.questions import Questions
from adapters.registers.frontol.simulator.requests import Document, Payment
from adapters.registers.frontol.simulator.till import Exchange
from adapters.registers.frontol.wire import Client
from gateway.domain.money import ZERO
from gateway.domain.slip import Slip


class Played(Struct, frozen=True, kw_only=True):
    """One step: what the cashier `did`, what he `read`, what was printed, and `wrong`, what should have been else."""

    did: str
    read: tuple[str, ...] = ()
    slip: Slip = ()
    milliseconds: int | None = None
    accepted: bool = True
    wrong: str = ""


class Player:
    """One till with one receipt at a time."""

    def __init__(self, till: Questions) -> None:
        self._till = till
        self._number = 0
        self._client = Client()
        self._offered = ZERO
        self._code = ""
        self._closed: Document | None = None
        self._open: Document | None = None
        self._acts: Mapping[type[script.Step], Callable[[Any], Awaitable[Played]]] = {
            script.Customer: self._customer,
            script.Scan: self._scan,
            script.Coupon: self._coupon,
            script.Calculate: self._calculate,
            script.Pay: self._pay,
            script.Undo: self._undo,
            script.Close: self._close,
            script.Refund: self._refund,
            script.Register: self._register,
            script.Drop: self._drop,
            script.Wait: self._wait,
        }

    async def play(self, steps: tuple[script.AnyStep, ...]) -> AsyncIterator[Played]:
        """Raises `RegisterError` when the gateway does not answer, or with what no till can use."""
        for step in steps:
            played = await self._acts[type(step)](step)
            if step.expect is not None and played.accepted != (step.expect == "accepted"):
                played = replace(played, wrong=f"ожидалось: {step.expect}")
            yield played

    @property
    def _document(self) -> Document:
        if self._open is None:
            self._number += 1
            self._open = Document(uid=uuid4(), number=self._number, shift=1, client=self._client)
        return self._open

    async def _customer(self, step: script.Customer) -> Played:
        self._client = Client(mobile_phone=step.phone, card=step.card)
        if self._open is not None:
            self._open = replace(self._open, client=self._client)
        return _told(f"Покупатель: {step.phone or step.card}", await self._till.client(self._client))

    async def _scan(self, step: script.Scan) -> Played:
        basket = self._document.basket.scan(
            step.sku,
            step.name,
            step.price,
            step.quantity,
            minimum_price=step.minimum_price,
            own_discount=step.own_discount,
        )
        self._open = replace(self._document, basket=basket)
        return Played(did=f"Сканер: {step.name}, {step.price} × {step.quantity} = {basket.lines[-1].before}")

    async def _coupon(self, step: script.Coupon) -> Played:
        self._open = replace(self._document, coupons=(*self._document.coupons, step.code))
        return Played(did=f"Купон: {step.code}")

    async def _calculate(self, step: script.Calculate) -> Played:
        asked = await self._till.calculate(replace(self._document, basket=self._document.basket.without_points()))
        answer = asked.answer
        self._offered, self._code = answer.client.available_amount or ZERO, answer.client.validation_code or ""
        if answer.accepted:
            self._open = replace(self._document, basket=self._document.basket.discounted(answer.discounts))
        basket = self._document.basket
        played = _told(f"Расчёт: {basket.before} − скидка {basket.discount} = {basket.after}", asked)
        if step.discount is not None and step.discount != basket.discount:
            return replace(played, wrong=f"ожидалась скидка {step.discount}")
        return played

    async def _pay(self, step: script.Pay) -> Played:
        amount = self._offered if step.amount is None else step.amount
        did = f"Оплата баллами: {amount}"
        if self._code and not self._says(step.code, self._code):
            return Played(did=did, read=("Касса: код неверный",), accepted=False)
        asked = await self._till.pay_by_bonus(self._document, amount)
        if asked.answer.accepted:
            self._open = replace(self._document, basket=self._document.basket.paid_with_points(amount, asked.answer))
        return _told(did + (" (код верный)" if self._code else ""), asked)

    async def _undo(self, _step: script.Undo) -> Played:
        asked = await self._till.cancel_bonus_payment(self._document)
        self._open = replace(self._document, basket=self._document.basket.without_points())
        return _told("Отмена оплаты баллами", asked)

    async def _close(self, step: script.Close) -> Played:
        document, basket = self._document, self._document.basket
        payments = [Payment(type="bonus", amount=basket.points)] if basket.points else []
        payments.append(Payment(type=step.tender, amount=basket.due))
        asked = await self._till.confirm(document, payments)
        if step.repeat:
            asked = await self._till.confirm(document, payments)
        self._closed, self._open, self._client = document, None, Client()
        paid = f", баллами {basket.points}" if basket.points else ""
        return _told(f"Чек {document.number} закрыт: {basket.due}{paid}", asked)

    async def _refund(self, step: script.Refund) -> Played:
        if self._closed is None:
            raise AnswerNotUnderstood("возвращать нечего: ни один чек ещё не закрыт")
        sold = self._closed
        lines = tuple(line for line in sold.basket.lines if not step.lines or line.index in step.lines)
        basket, self._number = Basket(lines), self._number + 1
        document = Document(uid=uuid4(), number=self._number, shift=1, client=sold.client, basket=basket)
        payments = [Payment(type="cash", amount=basket.due)]
        if basket.points:
            payments.append(Payment(type="bonus", amount=basket.points))
        return _told(f"Возврат: {basket.due}", await self._till.confirm_refund(document, sold.uid, payments))

    async def _register(self, step: script.Register) -> Played:
        who, did = Client(mobile_phone=step.phone), f"Регистрация: {step.phone}"
        described = await self._till.registration("describe", who, {})
        if not described.answer.accepted:
            return _told(did, described)
        checked = await self._till.registration("check", who, step.values)
        code = checked.answer.client.validation_code or ""
        if not checked.answer.accepted:
            return _told(did, checked)
        if code and not self._says(step.code, code):
            return Played(did=did, read=("Касса: код неверный",), accepted=False)
        return _told(did, await self._till.registration("execute", who, step.values))

    async def _drop(self, _step: script.Drop) -> Played:
        if self._open is not None and self._open.basket.points:
            await self._undo(script.Undo())
        self._open, self._client = None, Client()
        return Played(did="Чек отменён")

    async def _wait(self, step: script.Wait) -> Played:
        await asyncio.sleep(step.seconds)
        return Played(did=f"Пауза {step.seconds:g} с")

    def _says(self, said: str, code: str) -> bool:
        """The till compares by itself; `right` is a customer who reads out what he was sent."""
        return said in ("right", code)


def _told(did: str, asked: Exchange) -> Played:
    answer: Answer = asked.answer
    read = answer.notices if answer.accepted else (f"Отказ: {answer.error}",)
    return Played(
        did=did,
        read=read,
        slip=slip_of(answer.printing_information),
        milliseconds=asked.milliseconds,
        accepted=answer.accepted,
    )
