"""Points spent while the receipt is open, and given back."""

from collections.abc import Callable
from decimal import Decimal

from msgspec import Struct

from gateway.domain.call import Answer, NoAnswer, PlaceOrder, Refused
from gateway.domain.deadline import Deadline
from gateway.domain.money import spread
from gateway.domain.quote import Quote, is_priced_by, same_goods
from gateway.domain.receipt import Receipt
from gateway.domain.sale_events import HoldAnswered, RedeemAsked, Step, UndoAsked, Verdict
from gateway.domain.sale_record import Sale
from gateway.domain.texts import Phrase
from gateway.domain.told import Declined, DeclineReason, Redeemed, Released
from gateway.ports import LoyaltyProgram
from gateway.services.open_receipts import OpenReceipts
from gateway.services.outbox import Outbox
from gateway.services.quoting import RESERVE
from gateway.services.records import Records
from gateway.services.releasing import Releasing
from gateway.services.telling import Telling
from gateway.services.wording import Wording


class Refusal(Struct, frozen=True):
    reason: DeclineReason
    phrase: Phrase


REFUSALS = {
    Verdict.RECALCULATE: Refusal(DeclineReason.RECALCULATE, Phrase.RECALCULATE),
    Verdict.RETURNING: Refusal(DeclineReason.RETURNING, Phrase.RETURNING),
    Verdict.TOO_LATE: Refusal(DeclineReason.TOO_LATE, Phrase.TOO_LATE),
    Verdict.UNAVAILABLE: Refusal(DeclineReason.UNAVAILABLE, Phrase.POINTS_UNAVAILABLE),
    Verdict.STALE: Refusal(DeclineReason.UNAVAILABLE, Phrase.POINTS_UNAVAILABLE),
    Verdict.REFUSED: Refusal(DeclineReason.REFUSED, Phrase.POINTS_UNAVAILABLE),
}


class Redeeming:
    def __init__(
        self,
        program: LoyaltyProgram,
        records: Records,
        receipts: OpenReceipts,
        telling: Telling,
        releasing: Releasing,
        outbox: Outbox,
        wording: Wording,
        may_hold: Callable[[], bool],
    ) -> None:
        """`may_hold`: whether the loyalty server is well enough to be asked for points."""
        self._program = program
        self._records = records
        self._receipts = receipts
        self._telling = telling
        self._releasing = releasing
        self._outbox = outbox
        self._wording = wording
        self._may_hold = may_hold

    async def redeem(self, receipt: Receipt, points: Decimal, deadline: Deadline) -> Redeemed | Declined:
        """Spend `points` on this receipt, or say why not; never blindly."""
        if receipt.customer is None:
            return self._declined(Refusal(DeclineReason.ANONYMOUS, Phrase.NO_CUSTOMER))
        quote = self._quote_of(receipt)
        if quote is not None and points > (most := quote.payable(receipt.lines, {})):
            text = self._wording.say(Phrase.TOO_MANY_POINTS, points=most)
            return Declined(reason=DeclineReason.TOO_MANY_POINTS, text=text)
        if not self._may_hold() and not await self.stands(receipt):
            return self._declined(REFUSALS[Verdict.UNAVAILABLE])
        try:
            return await self._redeem(receipt, quote, points, deadline)
        except TimeoutError:  # another call for this receipt takes longer than the register waits
            return self._declined(REFUSALS[Verdict.UNAVAILABLE])

    async def _redeem(
        self, receipt: Receipt, quote: Quote | None, points: Decimal, deadline: Deadline
    ) -> Redeemed | Declined:
        within = deadline.less(RESERVE).left(self._records.clock.monotonic())
        async with self._records.one_call(receipt.id, within=within):
            await self._give_up_another(receipt)
            step = await self._ask(receipt, quote, points)
            if step.verdict is Verdict.RETURNING:
                await self._hurry(step.sale, deadline)
                step = await self._ask(receipt, quote, points)
            answer: Answer = NoAnswer()
            if step.verdict is Verdict.CALL and step.sale.hold is not None:
                answer = await self._telling.hold(step.sale.hold, step.sale.order_id, deadline.less(RESERVE))
                step = await self._answered(receipt, step.sale, answer)
        return self._told(receipt, points, step, answer)

    async def _give_up_another(self, receipt: Receipt) -> None:
        """Points held for another customer or other goods under this id are not this receipt's."""
        sale = await self._records.store.sale(receipt.id)
        if sale is None or sale.hold is None or sale.priced is None or sale.is_closed:
            return
        held_for = sale.priced.receipt
        if held_for.customer != receipt.customer or not same_goods(receipt, held_for):
            await self._apply(receipt, lambda _sale: UndoAsked(now=self._records.clock.now()))

    async def stands(self, receipt: Receipt) -> bool:
        """Whether points are held already: saying so again needs no server."""
        sale = await self._records.store.sale(receipt.id)
        return sale is not None and sale.hold is not None and sale.hold.held

    def _quote_of(self, receipt: Receipt) -> Quote | None:
        """The quote that the register was told for this very basket."""
        known = self._receipts.recall(receipt.id)
        if known.quote is None or known.quoted is None:
            return None
        return known.quote if is_priced_by(receipt, known.quoted, known.quote) else None

    async def _ask(self, receipt: Receipt, quote: Quote | None, points: Decimal) -> Step:
        def event(sale: Sale) -> RedeemAsked:
            total = quote.total - points if quote else Decimal(0)
            body = self._hold_body(sale, receipt, quote, points) if quote else None
            priced = self._receipts.recall(receipt.id).priced
            return RedeemAsked(points=points, total=total, body=body, now=self._records.clock.now(), priced=priced)

        return await self._apply(receipt, event)

    def _hold_body(self, sale: Sale, receipt: Receipt, quote: Quote, points: Decimal) -> bytes:
        intent = PlaceOrder(
            order_id=sale.order_id,
            register=receipt.register,
            customer=receipt.customer,
            pieces=quote.pieces,
            coupons=quote.usable(self._receipts.recall(receipt.id).coupons_of(receipt)),
            points=points,
            total=quote.total - points,
            at=self._records.clock.now(),
            paid=False,
        )
        return self._program.compose(intent)

    async def _answered(self, receipt: Receipt, asked: Sale, answer: Answer) -> Step:
        copies = asked.hold.copies if asked.hold else 0
        now = self._records.clock.now()
        event = HoldAnswered(generation=asked.generation, copies=copies, answer=answer, now=now)
        return await self._apply(receipt, lambda _sale: event)

    async def _apply(
        self, receipt: Receipt, decide: Callable[[Sale], RedeemAsked | HoldAnswered | UndoAsked]
    ) -> Step:
        who = str(receipt.register)
        step = await self._records.apply(receipt.id, receipt.register, decide, who=who)
        known = self._receipts.recall(receipt.id)
        known.generation, known.is_stored = step.sale.generation, True
        return step

    async def _hurry(self, sale: Sale, deadline: Deadline) -> None:
        """A redemption given up a moment ago stands in the way: try to get its points back at once."""
        for release in sale.releases:
            await self._releasing.give_back(sale.id, release.generation, deadline.less(RESERVE))

    async def release(self, receipt: Receipt, deadline: Deadline) -> Released:
        """The payment by points is undone: stored first, then told while the register waits. Never refused.

        A register calculates again right after: the server should have the points and coupons back by then.
        """
        before = await self._records.store.sale(receipt.id)
        now = self._records.clock.now()
        step = await self._apply(receipt, lambda _sale: UndoAsked(now=now))
        if before is None or before.hold is None or before.is_closed:
            return Released()
        for work in step.work:
            await self._outbox.try_now(work, deadline.less(RESERVE))
        text = self._wording.say(Phrase.GIVEN_BACK, points=before.hold.points)
        return Released(points=before.hold.points, notices=(text,))

    def _told(self, receipt: Receipt, points: Decimal, step: Step, answer: Answer) -> Redeemed | Declined:
        if step.verdict is not Verdict.DONE:
            said = answer.text if isinstance(answer, Refused) else ""
            return self._declined(REFUSALS[step.verdict], said)
        totals = [line.total for line in receipt.lines]
        parts = spread(points, totals, [line.total - line.floor for line in receipt.lines])
        by_line = None
        if parts is not None:
            by_line = {line.index: part for line, part in zip(receipt.lines, parts, strict=True) if part}
        return Redeemed(points=points, by_line=by_line, notices=(self._wording.say(Phrase.SPENT, points=points),))

    def _declined(self, refusal: Refusal, said: str = "") -> Declined:
        return Declined(reason=refusal.reason, text=said or self._wording.say(refusal.phrase))
