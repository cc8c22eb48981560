"""Points of redemptions that were given up, on their way back; and redemptions that were forgotten."""

from gateway.domain.call import Call, CancelOrder, Operation
from gateway.domain.deadline import Deadline
from gateway.domain.ids import call_key, order_id
from gateway.domain.sale_events import Idle, ReleaseAnswered, Step, Verdict
from gateway.domain.work import Work
from gateway.ports import LoyaltyProgram
from gateway.services.open_receipts import OpenReceipts
from gateway.services.outbox import Later
from gateway.services.records import Records
from gateway.services.telling import Telling


class Releasing:
    def __init__(self, program: LoyaltyProgram, records: Records, telling: Telling, receipts: OpenReceipts) -> None:
        self._program = program
        self._records = records
        self._telling = telling
        self._receipts = receipts

    async def give_back(self, sale_id: str, generation: int, deadline: Deadline) -> Step | None:
        """One try at the release of a given-up generation; None when there is nothing to release."""
        sale = await self._records.store.sale(sale_id)
        release = sale.release_of(generation) if sale else None
        if sale is None or release is None or release.is_over:
            return None
        order = order_id(sale_id, generation)
        call = Call(
            operation=Operation.CANCEL,
            order_id=order,
            key=call_key(order, Operation.CANCEL),
            body=self._program.compose(CancelOrder(order_id=order, at=self._records.clock.now())),
        )
        answer = await self._telling.send(call, deadline)
        event = ReleaseAnswered(generation=generation, answer=answer, now=self._records.clock.now())
        return await self._records.apply(sale_id, sale.register, lambda _sale: event, who="release")

    async def release(self, work: Work, deadline: Deadline) -> None:
        """The outbox's try. Raises `Later` until the server has surely given the points back."""
        sale_id, _, generation = work.subject.rpartition("~")
        step = await self.give_back(sale_id, int(generation), deadline)
        if step is None or step.verdict in (Verdict.DONE, Verdict.REFUSED, Verdict.STALE):
            return
        if step.work:  # once more, when no copy of the hold can arrive any longer
            raise Later((step.work[0].due - self._records.clock.now()).total_seconds())
        raise Later

    async def watch(self, sale_id: str) -> None:
        """Give up a redemption that nobody came back for. Raises `Later` while somebody may."""
        sale = await self._records.store.sale(sale_id)
        if sale is None:
            return
        now = self._records.clock.now()
        known = self._receipts.peek(sale_id)
        event = Idle(now=now, seen_at=known.seen_at if known else None)
        step = await self._records.apply(sale_id, sale.register, lambda _sale: event, who="timer")
        if known is not None:
            known.generation = step.sale.generation  # the next quote belongs to the next order
        if step.verdict is Verdict.WAIT:
            raise Later((step.work[0].due - now).total_seconds())
