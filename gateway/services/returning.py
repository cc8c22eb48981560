"""A refund to the loyalty server: after its sale, under one key, believed when the order shows it."""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from msgspec.structs import replace

from gateway.domain.call import Accepted, Call, NoAnswer, Operation, OrderView, RefundOrder, Refused, ReturnedPiece
from gateway.domain.change import Change, HistoryRow
from gateway.domain.deadline import Deadline
from gateway.domain.ids import call_key
from gateway.domain.money import ZERO
from gateway.domain.refund import RefundRecord, RefundState, moved, returned_pieces
from gateway.domain.sale_record import Sale, State
from gateway.ports import LoyaltyProgram, Meter
from gateway.services.outbox import Later
from gateway.services.queued import next_look
from gateway.services.records import Records
from gateway.services.refunded_sales import RefundedSales, first_stored
from gateway.services.side_slips import SideSlips
from gateway.services.telling import Telling

log = structlog.get_logger()

UNSEEN = timedelta(seconds=60)
"""How long a refund waits for a sale we have never seen before it is sent by its reference."""

NOTHING_MORE = Change()

OVERDUE = timedelta(hours=24)
"""After this a refund that the server does not show is an alert; it is kept and tried all the same."""


class Returning:
    def __init__(
        self, program: LoyaltyProgram, records: Records, telling: Telling, slips: SideSlips, meter: Meter
    ) -> None:
        self._program = program
        self._slips = slips
        self._records = records
        self._sales = RefundedSales(records)
        self._telling = telling
        self._meter = meter

    async def deliver(self, refund_id: str, deadline: Deadline) -> None:
        """One step of a refund. Raises `Later` until it is done or parked."""
        found = await self._records.store.refund(refund_id)
        if found is None:
            return
        async with self._records.one_call(found.sale_id):
            record = await self._records.store.refund(refund_id) or found
            await self._one_step(record, deadline)

    async def _one_step(self, record: RefundRecord, deadline: Deadline) -> None:
        if record.state is RefundState.WAIT:
            ready = await self._ready(await self._covered(record))
            if ready is not None and not ready.pieces:
                await self._park(record, "нечего вернуть: строк продажи в возврате нет")
            elif ready is not None:
                await self._send(ready, deadline)
        elif record.state is RefundState.SENT:
            await self._send(record, deadline)
        elif record.state is RefundState.CHECKING:
            await self._check(record, deadline)

    async def _covered(self, record: RefundRecord) -> RefundRecord:
        """Held against its sale once more: it may have come before it."""
        within, *beyond = await self._sales.within(await self._sales.found(record))
        return record if within == record else await self._commit(within, record.state, first_stored(*beyond))

    async def _ready(self, record: RefundRecord) -> RefundRecord | None:
        """With the order, the pieces and the bytes to send; None when nothing of it can be sent.

        Raises `Later` while its sale is on the way.
        """
        if record.state is RefundState.PARKED:
            return None
        sale = await self._sales.sale_of(record)
        age = self._records.clock.now() - record.at
        others = await self._others(record)
        under_way = any(row.state in (RefundState.SENT, RefundState.CHECKING) for row in others)
        if (sale is not None and sale.state is not State.DELIVERED) or under_way:
            raise Later(2 if age < UNSEEN else None)
        if sale is None and timedelta(0) <= age < UNSEEN:
            raise Later((UNSEEN - age).total_seconds())
        order = sale.delivered_order if sale is not None else record.sale_id
        pieces = _pieces(record, sale, others)
        intent = RefundOrder(order_id=order, pieces=pieces, tenders=record.refund.document.tenders, at=record.at)
        key = call_key(record.id, Operation.REFUND)
        return replace(record, order_id=order, pieces=pieces, body=self._program.compose(intent), key=key)

    async def _send(self, record: RefundRecord, deadline: Deadline) -> None:
        """The intent first, then the call; queued is not done."""
        sent = moved(record, RefundState.SENT, sent_at=self._records.clock.now())
        sent = await self._commit(sent, record.state)
        call = Call(operation=Operation.REFUND, order_id=sent.order_id, key=sent.key, body=sent.body)
        answer = await self._telling.send(call, deadline)
        if isinstance(answer, NoAnswer):
            raise Later(answer.retry_after)
        if isinstance(answer, Refused):
            await self._park(sent, answer.text)
            return
        is_first = record.state is not RefundState.CHECKING  # else what it says was stored before
        await self._take(sent, answer if is_first and isinstance(answer, Accepted) else Accepted())
        now = self._records.clock.now()
        raise Later(next_look(now, now, self._records.terms.queue_life))

    async def _take(self, sent: RefundRecord, answer: Accepted) -> None:
        """Coupons are stored with the answer that brought them, and printed while the customer may be there."""
        await self._commit(
            moved(sent, RefundState.CHECKING), sent.state, Change(jobs=self._slips.issued(sent, answer))
        )
        self._slips.answered(sent, answer)

    async def _park(self, record: RefundRecord, why: str) -> None:
        """Refused for good: kept for a person."""
        await self._commit(moved(record, RefundState.PARKED, refusal=why), record.state)
        self._meter.count("refunds", state=RefundState.PARKED)
        log.error("refund_parked", refund=record.id, register=str(record.register))

    async def _check(self, record: RefundRecord, deadline: Deadline) -> None:
        found = await self._telling.read(record.order_id, deadline)
        if not found.read:
            raise Later
        if found.order is not None and await self._shows(found.order, record):
            await self._commit(moved(record, RefundState.DONE), record.state)
            self._meter.count("refunds", state=RefundState.DONE)
            return
        now = self._records.clock.now()
        sent_at = record.sent_at or record.at
        wait = next_look(sent_at, now, self._records.terms.queue_life)
        if wait is not None:
            raise Later(wait)
        if now - record.at > OVERDUE:
            log.error("refund_overdue", refund=record.id, register=str(record.register))
        again = sent_at + (now - record.at) / 8
        if sent_at <= now < again:
            raise Later((again - now).total_seconds())  # ever more seldom: a sale nobody knows may still turn up
        await self._send(record, deadline)

    async def _shows(self, order: OrderView, record: RefundRecord) -> bool:
        """Whether the order has as much returned as all refunds told so far, this one included."""
        done = [row for row in await self._others(record) if row.state is RefundState.DONE]
        expected = sum((piece.quantity for row in (*done, record) for piece in row.pieces), ZERO)
        return order.returned >= expected

    async def _others(self, record: RefundRecord) -> Sequence[RefundRecord]:
        return [row for row in await self._records.store.refunds_of(record.sale_id) if row.id != record.id]

    async def _commit(self, record: RefundRecord, before: RefundState, more: Change = NOTHING_MORE) -> RefundRecord:
        row = HistoryRow(
            subject=record.id,
            at=self._records.clock.now(),
            who="refund",
            before=before,
            after=record.state,
            cause="delivery",
        )
        with_record = replace(more, refunds=(record, *more.refunds), history=(row, *more.history))
        await self._records.commit(with_record)
        return replace(record, version=record.version + 1)


def _pieces(record: RefundRecord, sale: Sale | None, others: Sequence[RefundRecord]) -> tuple[ReturnedPiece, ...]:
    """The server's own pieces; for a sale we never saw, its lines as the register numbered them."""
    lines = record.refund.document.lines
    if sale is None:
        return tuple(
            ReturnedPiece(
                number=line.index if line.original_index is None else line.original_index, quantity=line.quantity
            )
            for line in lines
        )
    counted = (row for row in others if row.state is not RefundState.PARKED)
    earlier = tuple(piece for row in counted for piece in row.pieces)
    return returned_pieces(lines, sale.sold, earlier)
