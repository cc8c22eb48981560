"""A closed receipt to the loyalty server: exactly once, in order, without end.

One call of `deliver` takes the sale as far as it gets and says when to come back; the outbox comes back. The
close itself makes the first try, so that the slip can carry the server's texts.
"""

from collections.abc import Callable

import structlog

from gateway.domain.call import Accepted, Answer, NoAnswer, Operation
from gateway.domain.change import Change
from gateway.domain.deadline import Deadline
from gateway.domain.money import ZERO
from gateway.domain.sale_events import (
    DeliveryAnswered,
    DeliverySent,
    Event,
    HoldAnswered,
    HoldDropped,
    HoldSent,
    QuoteRefused,
    Step,
    Verdict,
)
from gateway.domain.sale_record import Close, Delivery, Form, Sale, State
from gateway.errors import LoyaltyError, LoyaltyRejected
from gateway.ports import LoyaltyProgram, Meter
from gateway.services.outbox import Later
from gateway.services.planning import Plan, Planning, paid_apart
from gateway.services.queued import next_look
from gateway.services.records import Records
from gateway.services.telling import PAID, Telling

log = structlog.get_logger()

MOST_STEPS = 12
"""Forms and holds settled in one go; the outbox comes back for more. A guard against a loop of ours."""

QUEUED = (Operation.OFFLINE_SALE, Operation.PAID)
"""Done when the order shows it; "accepted" only says that the server will see to it."""

FollowUp = Callable[[Sale], Change]
"""What a delivered sale brings about, in the same transaction."""

Delivered = Callable[[Sale], None]
"""What is done once the delivery is stored; lost in a crash."""


class Delivering:
    def __init__(
        self,
        program: LoyaltyProgram,
        records: Records,
        telling: Telling,
        meter: Meter,
        follow_up: FollowUp,
        on_delivered: Delivered,
    ) -> None:
        self._program = program
        self._records = records
        self._planning = Planning(program)
        self._telling = telling
        self._meter = meter
        self._follow_up = follow_up
        self._on_delivered = on_delivered

    async def deliver(self, sale_id: str, deadline: Deadline) -> Sale | None:
        """The sale as it ended, DELIVERED or PARKED. Raises `Later`."""
        async with self._records.one_call(sale_id):
            sale = await self._records.store.sale(sale_id)
            return None if sale is None else await self._to_the_end(sale, deadline)

    def first_send(self, closed: Step) -> DeliverySent | None:
        """What goes out at once, to be stored with the close itself; None when something has to be asked first."""
        sale = closed.sale
        try:
            plan = self._planning.at_once(sale, sale.close) if sale.close is not None else None
            return None if plan is None else self._sent(sale, plan)
        except Exception:  # the close must not suffer: the outbox will meet the same fault, and say so
            log.exception("first_send_broken", sale=sale.id)
            return None

    async def deliver_closed(self, sale: Sale, deadline: Deadline) -> Sale:
        """As `deliver`, of a sale that was closed this moment, with its first send or without. Raises `Later`."""
        async with self._records.one_call(sale.id):
            if sale.delivery is not None:
                sale = await self._tell(sale, sale.delivery, deadline)
            return await self._to_the_end(sale, deadline)

    async def _to_the_end(self, sale: Sale, deadline: Deadline) -> Sale:
        for _ in range(MOST_STEPS):
            if sale.close is None or sale.state in (State.DELIVERED, State.PARKED):
                return sale
            sale = await self._one_step(sale, sale.close, deadline)
        raise Later

    async def _one_step(self, sale: Sale, close: Close, deadline: Deadline) -> Sale:
        """The sale after one step on its way."""
        if sale.hold is not None and close.receipt.points == ZERO and not self._records.terms.profile.updates_held:
            return (await self._apply(sale, HoldDropped(now=self._records.clock.now()))).sale
        if sale.hold is not None and not sale.hold.held:
            return await self._resolve_hold(sale, deadline)
        if sale.delivery is None:
            return await self._plan_and_send(sale, close, deadline)
        if sale.delivery.operation in QUEUED:
            return await self._look_for(sale, sale.delivery, deadline)
        return await self._send(sale, None, deadline)

    async def _resolve_hold(self, sale: Sale, deadline: Deadline) -> Sale:
        step = await self._apply(sale, HoldSent(now=self._records.clock.now()))
        if step.verdict is not Verdict.CALL or step.sale.hold is None:
            return step.sale
        hold = step.sale.hold
        answer = await self._telling.hold(hold, step.sale.order_id, deadline)
        now = self._records.clock.now()
        settled = await self._apply(
            step.sale, HoldAnswered(generation=step.sale.generation, copies=hold.copies, answer=answer, now=now)
        )
        if settled.verdict is Verdict.UNAVAILABLE:
            raise Later(_wanted_wait(answer))
        return settled.sale

    async def _plan_and_send(self, sale: Sale, close: Close, deadline: Deadline) -> Sale:
        try:
            plan = await self._plan(sale, close, deadline)
        except LoyaltyRejected as error:
            return await self._unpriced(sale, error)
        if plan.operation is Operation.OFFLINE_SALE and sale.hold is not None:  # its order id must be unused
            return (await self._apply(sale, HoldDropped(now=self._records.clock.now()))).sale
        return await self._send(sale, plan, deadline)

    async def _plan(self, sale: Sale, close: Close, deadline: Deadline) -> Plan:
        """Raises `Later` when it must wait, `LoyaltyRejected` when the receipt gets no price."""
        if sale.outcome is not None:  # placed already; this project is told apart that it is paid
            return paid_apart(sale, close)
        try:
            plan = await self._planning.plan(sale, close, _form(sale, close), deadline)
        except LoyaltyRejected:
            raise
        except LoyaltyError as error:
            log.info("delivery_waits", sale=sale.id, why=error.logged)
            raise Later(error.retry_after) from error
        if plan.points > ZERO and sale.awaits_release:
            raise Later(1)  # the points of an older generation first, or they would be spent twice
        return plan

    async def _unpriced(self, sale: Sale, error: LoyaltyRejected) -> Sale:
        """Asked again it would be refused again: another form, or a person."""
        step = await self._apply(sale, QuoteRefused(text=str(error), now=self._records.clock.now()))
        log.warning("delivery_unpriced", sale=sale.id, why=error.logged)
        if step.verdict is Verdict.RETURNING:
            raise Later
        return self._noted(step.sale)

    def _noted(self, sale: Sale) -> Sale:
        if sale.state is State.PARKED:
            log.error("sale_parked", sale=sale.id, register=str(sale.register))
        return sale

    async def _send(self, sale: Sale, plan: Plan | None, deadline: Deadline) -> Sale:
        step = await self._apply(sale, self._sent(sale, plan))
        delivery = step.sale.delivery
        if step.verdict is not Verdict.CALL or delivery is None:
            return step.sale
        return await self._tell(step.sale, delivery, deadline)

    async def _tell(self, sale: Sale, delivery: Delivery, deadline: Deadline) -> Sale:
        """Send what was stored."""
        answer = await self._telling.deliver(delivery, deadline)
        if delivery.operation in QUEUED and isinstance(answer, Accepted):
            now = self._records.clock.now()
            raise Later(next_look(now, now, self._records.terms.queue_life))  # queued is not done
        return await self._answered(sale, delivery, answer)

    def _sent(self, sale: Sale, plan: Plan | None) -> DeliverySent:
        now = self._records.clock.now()
        if plan is not None:
            return DeliverySent(
                form=plan.form,
                operation=plan.operation,
                points=plan.points,
                total=plan.total,
                sold=plan.sold,
                body=self._program.compose(plan.intent),
                now=now,
                alert=plan.alert,
            )
        stored = sale.delivery
        assert stored is not None and sale.form is not None, "without a plan there is a stored call"  # noqa: S101, PT018
        return DeliverySent(
            form=sale.form,
            operation=stored.operation,
            points=stored.points,
            total=stored.total,
            sold=sale.sold,
            body=stored.body,
            now=now,
        )

    async def _look_for(self, sale: Sale, delivery: Delivery, deadline: Deadline) -> Sale:
        """A queued call may have failed silently: believe it when the order is there."""
        found = await self._telling.read(delivery.order_id, deadline)
        if not found.read:
            raise Later
        if found.order is not None and (delivery.operation is not Operation.PAID or found.order.state in PAID):
            return await self._answered(sale, delivery, Accepted(earned=found.order.earned))
        now = self._records.clock.now()
        wait = next_look(delivery.last_sent or now, now, self._records.terms.queue_life)
        if wait is not None:
            raise Later(wait)
        return await self._send(sale, None, deadline)

    async def _answered(self, sale: Sale, delivery: Delivery, answer: Answer) -> Sale:
        event = DeliveryAnswered(copies=delivery.copies, answer=answer, now=self._records.clock.now())
        step = await self._apply(sale, event)
        self._meter.count("deliveries", outcome=type(answer).__name__, form=str(step.sale.form))
        if _is_just_delivered(step):
            self._on_delivered(step.sale)
        self._noted(step.sale)
        if isinstance(answer, NoAnswer):
            raise Later(answer.retry_after)
        same_again = step.verdict is Verdict.WAIT and step.sale.form is sale.form
        if step.verdict is Verdict.RETURNING or (same_again and step.sale.delivery is None):
            raise Later
        if step.verdict is Verdict.WAIT and step.sale.delivery is not None:
            raise Later(self._records.terms.request_life.total_seconds() + 1)  # past it, not at it
        return step.sale

    async def _apply(self, sale: Sale, event: Event) -> Step:
        return await self._records.apply(
            sale.id, sale.register, lambda _sale: event, who="delivery", more=self._more, known=sale
        )

    def _more(self, step: Step) -> Change:
        return self._follow_up(step.sale) if _is_just_delivered(step) else Change()


def _is_just_delivered(step: Step) -> bool:
    return step.sale.state is State.DELIVERED and step.verdict is Verdict.DONE


def _wanted_wait(answer: Answer) -> float | None:
    return answer.retry_after if isinstance(answer, NoAnswer) else None


def _form(sale: Sale, close: Close) -> Form | None:
    """A release that was refused for good holds the points: the receipt goes out without them."""
    blocked = close.receipt.points > ZERO and sale.release_parked
    return Form.WITHOUT_POINTS if blocked else sale.form
