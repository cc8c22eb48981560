"""Whether a customer may pay with points: by how he was found, and by the code sent to his phone."""

from collections.abc import Callable
from decimal import Decimal

from msgspec.structs import replace

from gateway.domain.code import CodeMode, Purpose
from gateway.domain.customer import CustomerKey
from gateway.domain.deadline import Deadline
from gateway.domain.identification import Spending
from gateway.domain.money import ZERO
from gateway.domain.receipt import Receipt, RegisterRef
from gateway.domain.texts import Phrase
from gateway.domain.told import CodeSent, Declined, DeclineReason, Quoted
from gateway.services.codes import Codes, Issued
from gateway.services.open_receipts import OpenReceipts
from gateway.services.wording import Wording

REASONS = {
    Phrase.SPENDING_NOT_ALLOWED: DeclineReason.NOT_ALLOWED,
    Phrase.CODE_NEEDED: DeclineReason.CODE_NEEDED,
    Phrase.CODE_ASK_AGAIN: DeclineReason.CODE_NEEDED,
    Phrase.RECALCULATE: DeclineReason.RECALCULATE,
    Phrase.WRONG_CODE: DeclineReason.WRONG_CODE,
    Phrase.TOO_MANY_TRIES: DeclineReason.WRONG_CODE,
    Phrase.NO_CUSTOMER: DeclineReason.ANONYMOUS,
}
"""Any other phrase: not now."""


class SpendingRules:
    """`compares`: whether a register compares codes itself, so that it has to be told them."""

    def __init__(
        self, codes: Codes, receipts: OpenReceipts, wording: Wording, compares: Callable[[RegisterRef], bool]
    ) -> None:
        self._codes = codes
        self._receipts = receipts
        self._wording = wording
        self._compares = compares

    async def offer(
        self, receipt: Receipt, may: Spending, told: Quoted, deadline: Deadline, echoed: str = ""
    ) -> Quoted:
        """`told` with what may really be spent; `echoed` is a code the register holds already."""
        if receipt.customer is None or not told.spendable:
            return told
        if may is Spending.FREELY:
            return self._offered(told, told.spendable)
        if may is Spending.NEVER:
            return self._withheld(told, Phrase.SPENDING_NOT_ALLOWED)
        if not self._compares(receipt.register):
            return self._offered(replace(told, code_needed=True), told.spendable)
        issued = await self._issued(receipt, receipt.customer, deadline, echoed)
        if isinstance(issued, Phrase):
            return self._withheld(told, issued)
        return self._offered(replace(told, code_needed=True, code=issued.code), told.spendable)

    def _offered(self, told: Quoted, spendable: Decimal) -> Quoted:
        notice = self._wording.say(Phrase.SPENDABLE, points=spendable)
        return replace(told, notices=(notice, *told.notices))

    def _withheld(self, told: Quoted, why: Phrase) -> Quoted:
        return replace(told, spendable=ZERO, notices=(*told.notices, self._wording.say(why)))

    async def send_code(self, receipt: Receipt, may: Spending, deadline: Deadline) -> CodeSent | Declined:
        """For a register that asks: the code is on its way, or why it is not."""
        if receipt.customer is None:
            return self._declined(Phrase.NO_CUSTOMER)
        if may is not Spending.WITH_CODE:
            return CodeSent() if may is Spending.FREELY else self._declined(Phrase.SPENDING_NOT_ALLOWED)
        quote = self._receipts.recall(receipt.id).quote
        if quote is None or not quote.spendable:
            return self._declined(Phrase.RECALCULATE if quote is None else Phrase.POINTS_UNAVAILABLE)
        issued = await self._issued(receipt, receipt.customer, deadline)
        if isinstance(issued, Phrase) and issued is not Phrase.CODE_LATE:
            return self._declined(issued)
        told = issued.code if isinstance(issued, Issued) and self._compares(receipt.register) else ""
        return CodeSent(code=told, notices=(self._wording.say(Phrase.CODE_SENT),))

    async def _issued(
        self, receipt: Receipt, key: CustomerKey, deadline: Deadline, echoed: str = ""
    ) -> Issued | Phrase:
        if self._codes.mode(Purpose.SPENDING) is CodeMode.OFF:
            return Phrase.SPENDING_NOT_ALLOWED
        who = self._who(receipt, key)
        if echoed and self._codes.of(Purpose.SPENDING, who, receipt.id) is None:
            return self._codes.adopt(Purpose.SPENDING, who, receipt.id, echoed)
        return await self._codes.issue(Purpose.SPENDING, who, receipt.id, key, deadline)

    def _who(self, receipt: Receipt, key: CustomerKey) -> str:
        """The server's id: card and phone of one customer are one person. His key while the id is not known."""
        known = self._receipts.recall(receipt.id)
        if known.code_for is None or known.code_for[0] != key:
            customer = known.customer_of(key)
            who = customer.id if customer is not None and customer.id else f"{key.kind}:{key.value}"
            known.code_for = key, who
        return known.code_for[1]

    async def refusal(self, receipt: Receipt, may: Spending, code: str, deadline: Deadline) -> Declined | None:
        """Why the points may not be spent; None when they may, for all that is decided here."""
        if receipt.customer is None or may is Spending.FREELY:
            return None
        if may is Spending.NEVER:
            return self._declined(Phrase.SPENDING_NOT_ALLOWED)
        compares = self._compares(receipt.register)
        issued = self._codes.of(Purpose.SPENDING, self._who(receipt, receipt.customer), receipt.id)
        if issued is None:
            return self._declined(Phrase.RECALCULATE if compares else Phrase.CODE_ASK_AGAIN)
        if not code:
            proved = compares or receipt.id in issued.proved
            return None if proved else self._declined(Phrase.CODE_NEEDED)
        why = await self._codes.prove(issued, receipt.id, receipt.customer, code, deadline)
        return None if why is None else self._declined(why)

    def spent(self, receipt: Receipt) -> None:
        """The code has served: no other document can use it."""
        if receipt.customer is None:
            return
        issued = self._codes.of(Purpose.SPENDING, self._who(receipt, receipt.customer), receipt.id)
        if issued is not None:
            issued.used, issued.documents = True, {receipt.id}

    def _declined(self, why: Phrase) -> Declined:
        return Declined(reason=REASONS.get(why, DeclineReason.UNAVAILABLE), text=self._wording.say(why))
