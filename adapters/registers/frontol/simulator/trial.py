"""The shortest whole sale: who is it, what does it cost, the receipt is closed. For trying a store's connection."""

from collections.abc import AsyncIterator
from decimal import Decimal
from uuid import uuid4

from msgspec.structs import replace

from adapters.registers.frontol.simulator.answers import Answer
from adapters.registers.frontol.simulator.basket import Basket
from adapters.registers.frontol.simulator.questions import Questions
from adapters.registers.frontol.simulator.requests import Cashier, Document, Payment
from adapters.registers.frontol.simulator.till import Exchange
from adapters.registers.frontol.wire import Client

CASHIER = Cashier(1, "Проба")


async def trial_sale(till: Questions, phone: str, sku: str, price: Decimal) -> AsyncIterator[tuple[str, Exchange]]:
    """Each step by its name and with its answer; a refusal ends it. Raises `RegisterError`."""
    document = Document(uid=uuid4(), number=1, shift=1, client=Client(mobile_phone=f"+{phone.lstrip('+')}"))
    asked = await till.client(document.client)
    yield "покупатель", asked
    if not asked.answer.accepted:
        return
    document = replace(document, basket=Basket().scan(sku, "Проба", str(price)))
    asked = await till.calculate(document)
    yield "расчёт", asked
    if not asked.answer.accepted:
        return
    basket = document.basket.discounted(asked.answer.discounts)
    document = replace(document, basket=basket)
    yield "закрытие чека", await till.confirm(document, [Payment(type="cash", amount=basket.due)])


def told(step: str, exchange: Exchange) -> str:
    """One line for the administrator; what the cashier would read is left out: it names the customer."""
    return f"{step}: {_outcome(exchange.answer)}, {exchange.milliseconds} мс"


def _outcome(answer: Answer) -> str:
    if not answer.accepted:
        return f"отказ: {answer.error}"
    off = sum(answer.discounts.values(), Decimal(0))
    return f"принято, скидка {off}" if off else "принято"
