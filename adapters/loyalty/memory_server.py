"""The server's side of the loyalty programme in memory: calls arrive, are carried out or queued, once per key.

How it works. Creates are carried out at once and protected by their key; a key is used up by success only, and
is then answered with "already processed" and nothing else. Reports, refunds and offline sales are queued: they
are answered at once, carried out `queue_delay` later, and fail in silence. A cancel has no protection. The queue
has no task of its own: what has fallen due is carried out before the next call is looked at.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct, json

from adapters.loyalty.memory_mapping import (
    KEYED,
    account_of,
    gifts_of,
    id_of,
    once,
    open_line,
    placed_line,
    plain,
    refused,
)
from adapters.loyalty.programme import Account, Basket, LineStatus, Placed, Programme, RefundPart, Refusal
from gateway.domain.call import (
    Accepted,
    AlreadyProcessed,
    Call,
    CancelOrder,
    IssuedCoupon,
    MarkPaid,
    Operation,
    PlaceOfflineOrder,
    PlaceOrder,
    RefundOrder,
    Refused,
    ReportShown,
)
from gateway.domain.money import ZERO
from gateway.ports import Clock

Reply = Accepted | AlreadyProcessed | Refused


class _Queued(Struct, frozen=True, kw_only=True):
    """`number` keeps the order of calls that fall due at the same moment."""

    due: datetime
    number: int
    call: Call


class MemoryServer:
    """`arrived` are the changes that reached it, in their order, `failed` the queued ones that came to nothing."""

    queued = frozenset({Operation.OFFLINE_SALE, Operation.PAID, Operation.REFUND, Operation.SHOWN})
    protected = KEYED | queued

    def __init__(self, programme: Programme, clock: Clock, queue_delay: timedelta) -> None:
        self.arrived: list[Call] = []
        self.failed: list[Call] = []
        self._programme = programme
        self._clock = clock
        self._queue_delay = queue_delay
        self._queue: list[_Queued] = []
        self._queued = 0

    def arrive(self, call: Call) -> Reply:
        """A call reaches the server: carried out, or taken into the queue."""
        self.arrived.append(call)
        if call.operation in self.queued:
            self.enqueue(call, self._programme.variants.queue_delay(self._queued, self._queue_delay))
            return Accepted()
        return self._carry_out(call)

    def enqueue(self, call: Call, delay: timedelta) -> None:
        """To be carried out later, whoever still waits for it."""
        self._queued += 1
        self._queue.append(_Queued(due=self._clock.now() + delay, number=self._queued, call=call))

    def catch_up(self) -> None:
        """Carry out what has fallen due; for those, too, who look at the programme without a call."""
        now = self._clock.now()
        due = sorted((one for one in self._queue if one.due <= now), key=lambda one: (one.due, one.number))
        self._queue = [one for one in self._queue if one.due > now]
        for one in due:
            if one.call.operation not in self.queued:
                self.arrived.append(one.call)
            elif self._programme.variants.loses(one.number):
                self.failed.append(one.call)
                continue
            if not isinstance(self._carry_out(one.call), Accepted):
                self.failed.append(one.call)

    def _carry_out(self, call: Call) -> Reply:
        keys = self._programme.keys
        if call.operation in self.protected and call.key in keys:
            return AlreadyProcessed()
        try:
            answer = self._handler(call.operation)(call.body)
        except Refusal as refusal:
            keys.refused(call.key)
            return refused(refusal, call.operation, self._programme.variants)
        keys.succeeded(call.key)
        return answer

    def _handler(self, operation: Operation) -> Callable[[bytes], Accepted]:
        return {
            Operation.HOLD: self._place,
            Operation.SALE: self._place,
            Operation.OFFLINE_SALE: self._place_as_sold,
            Operation.PAID: self._mark_paid,
            Operation.CANCEL: self._cancel,
            Operation.REFUND: self._refund,
            Operation.SHOWN: self._shown,
        }[operation]

    def _place(self, body: bytes) -> Accepted:
        intent = json.decode(body, type=PlaceOrder)
        account = account_of(self._programme, intent.customer)
        status = LineStatus.PAID if intent.paid else LineStatus.CHECKED_OUT
        basket = Basket(
            order_id=intent.order_id,
            account=id_of(account),
            lines=tuple(placed_line(piece, status) for piece in intent.pieces),
            points=intent.points if intent.customer else ZERO,
            coupons=once(intent.coupons),
            total=intent.total,
            at=intent.at,
            gift_payments=gifts_of(intent.tenders),
        )
        return self._accepted(self._programme.place(basket), account)

    def _place_as_sold(self, body: bytes) -> Accepted:
        intent = json.decode(body, type=PlaceOfflineOrder)
        lines = tuple(open_line(line, LineStatus.PAID) for line in intent.lines)
        account = id_of(account_of(self._programme, intent.customer))
        self._programme.place_as_sold(Basket(order_id=intent.order_id, account=account, lines=lines, at=intent.at))
        return Accepted()

    def _mark_paid(self, body: bytes) -> Accepted:
        intent = json.decode(body, type=MarkPaid)
        self._programme.change_status(intent.order_id, LineStatus.PAID, intent.at)
        return Accepted()

    def _cancel(self, body: bytes) -> Accepted:
        intent = json.decode(body, type=CancelOrder)
        self._programme.change_status(intent.order_id, LineStatus.CANCELLED, intent.at)
        return Accepted()

    def _refund(self, body: bytes) -> Accepted:
        intent = json.decode(body, type=RefundOrder)
        parts = [RefundPart(number=piece.number, quantity=piece.quantity) for piece in intent.pieces]
        self._programme.refund(intent.order_id, parts, intent.at, gifts_of(intent.tenders))
        return Accepted()

    def _shown(self, body: bytes) -> Accepted:
        """One action for all popups, as at Mindbox: the programme knows it by the seed's first name for it."""
        intent = json.decode(body, type=ReportShown)
        account = self._programme.account(intent.customer_id)
        name = next(iter(self._programme.seed.transitions.shown), intent.action)
        if account is not None:
            self._programme.record_action(account, name, {"action": intent.action, **intent.fields})
        return Accepted()

    def _accepted(self, placed: Placed, account: Account | None) -> Accepted:
        texts, priced = self._programme.seed.texts, placed.pricing
        issued = tuple(self._issued(code) for code in placed.order.issued)
        if account is None:
            return Accepted(texts=(texts.invitation,) if texts.invitation else (), coupons=issued)
        available = self._programme.balance(account).available
        said = texts.receipt.format(
            accrued=plain(priced.accrued), redeemed=plain(priced.redeemed), balance=plain(available)
        )
        return Accepted(
            spent=priced.redeemed, earned=priced.accrued, available=available, texts=(said,), coupons=issued
        )

    def _issued(self, code: str) -> IssuedCoupon:
        coupon = self._programme.coupon(code)
        return IssuedCoupon(code=code, title=coupon.name if coupon else "")
