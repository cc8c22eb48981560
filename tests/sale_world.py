"""A till, a worker and a loyalty server around one sale: every call may be lost, answered to nobody, or come late.

The server is as small as it can be: orders with points, a balance, keys that succeeded. The worker does what the
services do. `L` is the longest life of a request: what is on its way longer is gone.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from builders import AT, make_close, make_receipt, make_sale, make_tender
from msgspec import Struct
from sale_steps import NO_POINTS, NOT_FOUND, TERMS, asked, sent

from gateway.domain.call import Accepted, AlreadyProcessed, Answer, NoAnswer, RefusalReason, Refused
from gateway.domain.ids import order_id
from gateway.domain.receipt import TenderKind
from gateway.domain.sale import advance
from gateway.domain.sale_events import (
    CloseAsked,
    DeliveryAnswered,
    Event,
    HoldAnswered,
    HoldSent,
    Idle,
    ReleaseAnswered,
    Step,
    UndoAsked,
    Verdict,
)
from gateway.domain.sale_record import Form, ReleaseState, Sale, State

ZERO = Decimal(0)


class Way(StrEnum):
    """What happens to one call."""

    FINE = "fine"
    LOST = "lost"
    NO_ANSWER = "no answer"
    LATE = "late"


class Request(Struct, frozen=True, kw_only=True):
    order: str
    key: str = ""
    points: Decimal = ZERO
    paid: bool = False
    cancel: bool = False


class Order(Struct, frozen=True, kw_only=True):
    status: str
    points: Decimal = ZERO


class Server:
    def __init__(self, balance: int, *, reopens: bool) -> None:
        self.balance = Decimal(balance)
        self.orders: dict[str, Order] = {}
        self._reopens = reopens
        self._used: set[str] = set()

    def process(self, request: Request) -> Answer:
        return self._cancel(request) if request.cancel else self._create(request)

    def _cancel(self, request: Request) -> Answer:
        order = self.orders.get(request.order)
        if order is None:
            return NOT_FOUND
        self._put(request.order, Order(status="cancelled"))
        return Accepted()

    def _create(self, request: Request) -> Answer:
        if request.key in self._used:
            return AlreadyProcessed()
        own = self.orders.get(request.order, Order(status="none"))
        if own.status == "cancelled" and not self._reopens:
            return Refused(reason=RefusalReason.OTHER)
        if request.points > self.balance + own.points:
            return NO_POINTS
        self._used.add(request.key)
        self._put(request.order, Order(status="paid" if request.paid else "placed", points=request.points))
        return Accepted(spent=request.points)

    def _put(self, name: str, order: Order) -> None:
        self.balance += self.orders.get(name, order).points - order.points if name in self.orders else -order.points
        self.orders[name] = order

    def paid(self) -> list[str]:
        return [name for name, order in self.orders.items() if order.status == "paid"]

    def spent(self) -> Decimal:
        return sum((order.points for order in self.orders.values()), ZERO)


class World:
    def __init__(self, balance: int, *, reopens: bool) -> None:
        self.now: datetime = AT
        self.server = Server(balance, reopens=reopens)
        self.sale: Sale = make_sale()
        self.late: list[tuple[datetime, Request]] = []

    # the till

    def redeem(self, points: int, way: Way) -> bool:
        """Whether the till was told that the points are spent."""
        step = self._take(asked(Decimal(points), now=self.now))
        if step.verdict is Verdict.CALL:
            step = self._hold(way)
        return step.verdict is Verdict.DONE

    def undo(self) -> None:
        self._take(UndoAsked(now=self.now))

    def close(self, points: int) -> None:
        tenders = (make_tender(kind=TenderKind.POINTS, amount=Decimal(points)),) if points else ()
        self._take(CloseAsked(close=make_close(receipt=make_receipt(tenders=tenders), at=self.now)))

    # the worker

    def watch(self) -> None:
        self._take(Idle(now=self.now))

    def release(self, way: Way) -> None:
        for row in self.sale.releases:
            due = row.state is ReleaseState.DUE or (row.state is ReleaseState.AGAIN and self.now >= row.copies_until)
            if due:
                answer = self._call(Request(order=order_id(self.sale.id, row.generation), cancel=True), way)
                self._take(ReleaseAnswered(generation=row.generation, answer=answer, now=self.now))

    def deliver(self, way: Way) -> None:
        if self.sale.state not in (State.CLOSED, State.DELIVERING):
            return
        if self.sale.hold is not None and not self.sale.hold.held:
            self._take(HoldSent(now=self.now))
            self._hold(way)
        elif self.sale.delivery is not None or not self._must_wait():
            self._send(way)

    def _form(self) -> Form:
        return Form.WITHOUT_POINTS if self.sale.release_parked else self.sale.form or Form.QUOTED

    def _points(self) -> Decimal:
        assert self.sale.close is not None
        return ZERO if self._form() is Form.WITHOUT_POINTS else self.sale.close.receipt.points

    def _must_wait(self) -> bool:
        return self._points() > ZERO and self.sale.awaits_release

    def _send(self, way: Way) -> None:
        step = self._take(sent(self._form(), self.now, points=self._points()))
        delivery = step.sale.delivery
        assert delivery is not None
        request = Request(order=delivery.order_id, key=delivery.key, points=delivery.points, paid=True)
        answer = self._read(request, self._call(request, way))
        self._take(DeliveryAnswered(copies=delivery.copies, answer=answer, now=self.now))

    def _hold(self, way: Way) -> Step:
        hold = self.sale.hold
        assert hold is not None
        request = Request(order=self.sale.order_id, key=hold.key, points=hold.points)
        answer = self._read(request, self._call(request, way))
        event = HoldAnswered(generation=self.sale.generation, copies=hold.copies, answer=answer, now=self.now)
        return self._take(event)

    # the way between

    def _call(self, request: Request, way: Way) -> Answer:
        if way is Way.LATE:
            self.late.append((self.now, request))
        if way in (Way.LOST, Way.LATE):
            return NoAnswer()
        answer = self.server.process(request)
        return NoAnswer() if way is Way.NO_ANSWER else answer

    def _read(self, request: Request, answer: Answer) -> Answer:
        """ "Already processed" is settled by the order itself."""
        if not isinstance(answer, AlreadyProcessed):
            return answer
        order = self.server.orders[request.order]
        if order == Order(status="paid" if request.paid else "placed", points=request.points):
            return Accepted(spent=order.points)
        return answer if request.paid else Refused(reason=RefusalReason.OTHER)

    def arrive(self, place: int) -> None:
        """A late copy comes to the server; nobody waits for its answer."""
        self.late = [row for row in self.late if self.now - row[0] < TERMS.request_life]
        if self.late:
            self.server.process(self.late.pop(place % len(self.late))[1])

    def _take(self, event: Event) -> Step:
        step = advance(self.sale, event, TERMS)
        self.sale = step.sale
        return step
