"""Questions of an open receipt: who is it, and what does it cost. Nothing changes anywhere."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from gateway.domain.customer import Customer, CustomerKey
from gateway.domain.deadline import Deadline
from gateway.domain.ids import order_id
from gateway.domain.prompt_rule import Moment
from gateway.domain.quote import Quote
from gateway.domain.receipt import Receipt, RegisterRef
from gateway.domain.texts import Phrase
from gateway.domain.told import Identified, Quoted
from gateway.errors import LoyaltyError, LoyaltyRejected, StoreError
from gateway.ports import LoyaltyProgram, Meter
from gateway.services.open_receipts import OpenReceipt, OpenReceipts
from gateway.services.quote_notices import notices
from gateway.services.records import Records
from gateway.services.till_clocks import TillClocks
from gateway.services.wording import Wording

T = TypeVar("T")

RESERVE = 0.02
"""Seconds kept for making and writing the answer once the loyalty server's time is up."""


class Quoting:
    def __init__(
        self,
        program: LoyaltyProgram,
        records: Records,
        receipts: OpenReceipts,
        clocks: TillClocks,
        wording: Wording,
        meter: Meter,
    ) -> None:
        self._program = program
        self._records = records
        self._receipts = receipts
        self._clocks = clocks
        self._wording = wording
        self._meter = meter

    async def identify(self, key: CustomerKey, register: RegisterRef, deadline: Deadline) -> Identified:
        """The customer, or a defined answer when the loyalty server is slow or away."""
        try:
            customer = await self._program.identify(key, register, deadline=deadline.less(RESERVE))
        except LoyaltyRejected as error:  # a key the server cannot take, in its own words
            return Identified(customer=None, known=True, notices=(str(error),))
        except LoyaltyError:
            self._meter.count("fallback_answers", operation="identify")
            return Identified(customer=None, known=False, notices=(self._wording.say(Phrase.SERVER_AWAY),))
        if customer is None:
            return Identified(customer=None, known=True, notices=(self._wording.say(Phrase.CUSTOMER_UNKNOWN),))
        notices = (*self._wording.about(customer), *self._wording.prompts(Moment.IDENTIFIED, customer, register))
        return Identified(
            customer=customer, known=True, notices=notices, slip=self._wording.slips.customer(customer, register)
        )

    async def quote(self, receipt: Receipt, deadline: Deadline) -> Quoted:
        """Prices of the basket by the deadline; the last valid ones, or none, when nobody answers."""
        known = self._receipts.recall(receipt.id)
        self._clocks.met(receipt)
        known.seen_at = self._records.clock.now()
        asked = deadline.less(RESERVE)
        customer = known.customer_of(receipt.customer)
        if receipt.customer is None or customer is not None:
            quote = await self._ask_price(receipt, known, asked)
        else:
            quote, customer = await self._ask_both(receipt, receipt.customer, known, asked)
        if isinstance(quote, str):
            return self._without_server(receipt, known, quote)
        known.told(receipt, quote)
        buyer = customer or quote.customer
        hints = self._wording.prompts(Moment.QUOTED, buyer, receipt.register) if buyer else ()
        return self._told(receipt, quote, buyer, (*notices(quote, self._wording.say), *hints))

    async def _ask_price(self, receipt: Receipt, known: OpenReceipt, deadline: Deadline) -> Quote | str:
        """The quote, or the server's words to the cashier; empty when nobody answered."""
        generation = known.generation
        if generation is None:
            generation = await self._generation(receipt, known)
        order = order_id(receipt.id, generation)
        try:
            return await self._program.quote(receipt, order, self._records.clock.now(), deadline=deadline)
        except LoyaltyRejected as error:
            return str(error)
        except LoyaltyError:
            return ""

    async def _generation(self, receipt: Receipt, known: OpenReceipt) -> int:
        """The sale's; the first one while the store cannot be read: a price is no promise."""
        try:
            known.generation = await self._records.store.generation(receipt.id)
        except StoreError:
            return 0
        return known.generation

    async def _ask_both(
        self, receipt: Receipt, key: CustomerKey, known: OpenReceipt, deadline: Deadline
    ) -> tuple[Quote | str, Customer | None]:
        """The customer is asked for once per receipt: the quote itself need not carry names and contacts."""
        asking = asyncio.create_task(_or_none(self._program.identify(key, receipt.register, deadline=deadline)))
        try:  # `gather` would make a task of the price too
            quote = await self._ask_price(receipt, known, deadline)
            customer = await asking
        finally:
            asking.cancel()
        if customer is not None:
            known.met(key, customer)
        return quote, customer

    def _without_server(self, receipt: Receipt, known: OpenReceipt, words: str) -> Quoted:
        """`words`: why the server will not calculate this receipt, where it said so."""
        self._meter.count("fallback_answers", operation="quote")
        said = (words,) if words else ()
        earlier = known.quote_of(receipt)
        customer = known.customer_of(receipt.customer)
        if earlier is not None:
            return self._told(receipt, earlier, customer, (*said, self._wording.say(Phrase.EARLIER_QUOTE)))
        notices = said if receipt.customer is None else (*said, self._wording.say(Phrase.NO_DISCOUNTS))
        return Quoted(customer=customer, notices=notices)

    def _told(self, receipt: Receipt, quote: Quote, customer: Customer | None, notices: tuple[str, ...]) -> Quoted:
        discounts = quote.discounts(receipt.lines)
        return Quoted(
            customer=customer,
            stranger=quote.stranger,
            discounts=discounts,
            spendable=quote.payable(receipt.lines, discounts) if receipt.customer is not None else None,
            notices=notices,
            slip=self._wording.slips.quote(receipt, quote, customer),
        )


async def _or_none(question: Awaitable[T]) -> T | None:
    try:
        return await question
    except LoyaltyError:
        return None
