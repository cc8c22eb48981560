"""The sale and its return, step by step: what the till asks and hears, and what goes on behind the gateway."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

from checks import plain
from loyalty_view import Json, LoyaltyView, moment
from timeline import Timeline

from adapters.registers.frontol.simulator import Answer, Basket, Document, Exchange, Payment, slip_of
from adapters.registers.frontol.simulator.questions import Questions
from adapters.registers.frontol.wire import Client
from gateway.slips.preview import preview

PHONE = "79115550123"
POINTS = Decimal(500)
PAPER_COLUMNS = 42
FIRST = (("700-A", "Футболка", "1690"), ("700-B", "Шорты", "1990"))
THIRD = ("700-C", "Носки", "290")
SMS_SECONDS = 5.0
BROUGHT_BACK = 2
"""The line that the customer changes his mind about."""


class Sale:
    """One receipt at one till. `closed_at` is None until the gateway has taken the close."""

    def __init__(self, view: LoyaltyView, timeline: Timeline) -> None:
        self._view = view
        self._timeline = timeline
        self._words = timeline.words
        self._document = Document(uid=uuid4(), number=42, shift=7, client=Client(mobile_phone=f"+{PHONE}"))
        self._offered = Decimal(0)
        self._code = ""
        self.closed_at: datetime | None = None

    async def play(self, till: Questions) -> None:
        """From the phone to the slip. Raises `RegisterError` when the gateway fails the till."""
        await self._identify(till)
        await self._scan(till)
        await self._pay_with_points(till)
        await self._close(till)

    @property
    def _basket(self) -> Basket:
        return self._document.basket

    def _now(self, basket: Basket) -> None:
        self._document = Document(
            uid=self._document.uid, number=42, shift=7, client=self._document.client, basket=basket
        )

    async def _identify(self, till: Questions) -> None:
        answered = await till.client(self._document.client)
        await self._tell(answered, self._words("ask_client", phone=f"+{PHONE}"))

    async def _scan(self, till: Questions) -> None:
        for goods in FIRST:
            self._now(self._basket.scan(*goods))
        answer = await self._calculate(till)
        await self.catch_up()
        if any("1+1=3" in notice for notice in answer.notices):
            self._timeline.now("cashier", "customer", self._words("cashier_says"))
        self._timeline.now("cashier", "till", self._words("adds", name=THIRD[1], price=THIRD[2]))
        self._now(self._basket.scan(*THIRD))
        answer = await self._calculate(till)
        self._offered = answer.client.available_amount or Decimal(0)
        self._code = answer.client.validation_code or ""

    async def _calculate(self, till: Questions) -> Answer:
        goods = ", ".join(line.name for line in self._basket.lines)
        answered = await till.calculate(self._document)
        self._now(self._basket.discounted(answered.answer.discounts))
        await self._tell(answered, self._words("ask_calculate", goods=goods))
        return answered.answer

    async def _pay_with_points(self, till: Questions) -> None:
        if self._offered < POINTS:
            self._timeline.now("till", "cashier", self._words("no_points"))
            return
        if self._code and await self.reads_code() != self._code:
            self._timeline.now("till", "cashier", self._words("wrong_code"))
            return
        answered = await till.pay_by_bonus(self._document, POINTS)
        if answered.answer.accepted:
            self._now(self._basket.paid_with_points(POINTS, answered.answer))
        await self._tell(answered, self._words("ask_pay", points=POINTS))

    async def reads_code(self) -> str:
        """The customer has his phone in his hand: what the SMS says, he says. It comes a moment after the answer."""
        for _ in range(int(SMS_SECONDS / 0.05)):
            if code := await self._view.code():
                break
            await asyncio.sleep(0.05)
        await self.catch_up()
        self._timeline.now("mindbox", "customer", self._words("sms", code=code))
        self._timeline.now("customer", "cashier", self._words("reads_code", code=code))
        return code

    async def bring_back(self, till: Questions) -> None:
        """One line is returned, with its part of the points. Raises `RegisterError`."""
        [line] = [line for line in self._basket.lines if line.index == BROUGHT_BACK]
        back = Document(uid=uuid4(), number=43, shift=7, client=self._document.client, basket=Basket((line,)))
        payments = [Payment(type="creditCard", amount=line.due)]
        if line.paid:
            payments.append(Payment(type="bonus", amount=line.paid))
        answered = await till.confirm_refund(back, self._document.uid, payments)
        told = {"name": line.name, "due": plain(line.due), "points": plain(line.paid)}
        await self._tell(answered, self._words("ask_refund", **told))
        self._print(answered.answer)

    async def _close(self, till: Questions) -> None:
        due, points = self._basket.due, self._basket.points
        bonus = [Payment(type="bonus", amount=points)] if points else []
        answered = await till.confirm(self._document, [*bonus, Payment(type="creditCard", amount=due)])
        if answered.answer.accepted:
            self.closed_at = answered.asked_at
        asked = "ask_confirm" if points else "ask_confirm_money"
        await self._tell(answered, self._words(asked, due=plain(due), points=plain(points)))
        self._print(answered.answer)

    def _print(self, answer: Answer) -> None:
        if papers := answer.printing_information:
            self._timeline.paper(preview(slip_of(papers), columns=PAPER_COLUMNS))

    async def _tell(self, exchange: Exchange, asked: str) -> None:
        """The question, the gateway's own calls meanwhile, and the answer, in the order of time."""
        calls = [(moment(call["at"]), call) for call in await self._view.news()]
        self._tell_calls([call for at, call in calls if at < exchange.asked_at])
        self._timeline.say(exchange.asked_at, "till", "gateway", asked)
        self._tell_calls([call for at, call in calls if exchange.asked_at <= at <= exchange.answered_at])
        self._timeline.say(exchange.answered_at, "gateway", "till", *self._heard(exchange))
        self._tell_calls([call for at, call in calls if at > exchange.answered_at])

    def _heard(self, exchange: Exchange) -> list[str]:
        answer, names = exchange.answer, {line.index: line.name for line in self._basket.lines}
        texts = [*answer.notices] if answer.accepted else [self._words("refused", error=answer.error)]
        for index, amount in answer.discounts.items():
            texts.append(self._words("discount", name=names[index], amount=plain(amount)))
        titles = [
            next((row["text"].strip() for row in paper if "text" in row), "…")
            for paper in answer.printing_information
        ]
        texts += [self._words("prints", title=title) for title in titles]
        took = self._words("took", ms=exchange.milliseconds)
        first, *rest = texts or [self._words("silent")]
        return [f"{first}  ({took})", *rest]

    def _tell_calls(self, calls: list[Json]) -> None:
        for call in calls:
            self._timeline.say(moment(call["at"]), "gateway", "mindbox", self._call(call))

    def _call(self, call: Json) -> str:
        name = call["operation"].partition(".")[2]
        closed = f"{name}.closed"
        if self.closed_at is not None and moment(call["at"]) >= self.closed_at and self._words.known(closed):
            name = closed
        meaning = self._words(name) if self._words.known(name) else ""
        state = " ".join(filter(None, (call["status"] or "…", call["outcome"], call["fault"])))
        return f"{call['operation']}: {meaning} → {state}"

    async def follow(self) -> None:
        """Tell the gateway's calls as they come, for ever: for the time after the close."""
        while True:
            await self.catch_up()
            await asyncio.sleep(0.1)

    async def catch_up(self) -> None:
        self._tell_calls(await self._view.news())

    def passed(self) -> float:
        """Seconds since the close."""
        return (datetime.now(UTC) - self.closed_at).total_seconds() if self.closed_at else 0.0
