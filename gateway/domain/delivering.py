"""The closed receipt on its way to the loyalty server: taken once, told until settled, never dropped."""

from datetime import datetime

from msgspec.structs import replace

from gateway.domain.call import Accepted, AlreadyProcessed, Operation, RefusalReason, Refused
from gateway.domain.ids import call_key
from gateway.domain.money import ZERO
from gateway.domain.redemption import watch
from gateway.domain.sale_events import (
    CloseAsked,
    DeliveryAnswered,
    DeliverySent,
    QuoteRefused,
    ResendAsked,
    Step,
    Verdict,
    stay,
)
from gateway.domain.sale_record import Alert, Delivery, Form, Sale, State, Terms, is_settled
from gateway.domain.work import Work, WorkKind


def close(sale: Sale, event: CloseAsked, terms: Terms) -> Step:
    """Taken in every state before: the receipt is fiscal already. The close itself makes the first try."""
    at = event.close.taken_at or event.close.at
    closed = replace(sale, state=State.CLOSED, close=event.close, seen_at=at)
    work = Work(kind=WorkKind.DELIVER, subject=sale.id, due=at + terms.first_try)
    watched = (watch(sale, at),) if sale.version else ()  # nobody watches what was never stored
    return Step(sale=closed, verdict=Verdict.DONE, work=(work,), finished=watched)


def closed_before(sale: Sale, event: CloseAsked, _terms: Terms) -> Step:
    """The first close wins; the caller keeps another content as a record of its own."""
    same = sale.close is not None and sale.close.digest == event.close.digest
    return stay(sale, Verdict.DUPLICATE if same else Verdict.DIFFERENT)


def send_delivery(sale: Sale, event: DeliverySent, _terms: Terms) -> Step:
    """The same bytes go out with the same key until they are settled; a new form gets a new key."""
    stored = sale.delivery or Delivery(
        operation=event.operation,
        order_id=sale.order_id,
        points=event.points,
        total=event.total,
        body=event.body,
        key=call_key(sale.order_id, f"{event.operation}:{event.form}", sale.attempt),
    )
    sent = replace(stored, copies=stored.copies + 1, previous_sent=stored.last_sent, last_sent=event.now)
    sold = sale.sold if sale.delivery else event.sold
    going = replace(sale, state=State.DELIVERING, form=event.form, delivery=sent, sold=sold)
    return stay(going.with_alert(event.alert), Verdict.CALL)


def quote_refused(sale: Sale, event: QuoteRefused, _terms: Terms) -> Step:
    """The register's own prices need no quote, and are true where no points were spent; else a person has to look.

    Sale protocol, section 4: every other form is made of the server's prices.
    """
    if sale.delivery is not None:  # priced meanwhile, and on its way
        return stay(sale, Verdict.STALE)
    refused = replace(sale, refusal=event.text)
    if _with_points(sale):
        return _refused_for_good(refused, event.now)
    return stay(replace(refused, form=Form.OFFLINE), Verdict.WAIT)


def delivery_answered(sale: Sale, event: DeliveryAnswered, terms: Terms) -> Step:
    """An answer counts only for the send it belongs to."""
    delivery = sale.delivery
    if delivery is None or delivery.copies != event.copies:
        return stay(sale, Verdict.STALE)
    match event.answer:
        case Accepted() as outcome if terms.profile.pays_apart and delivery.operation is Operation.SALE:
            return stay(replace(sale, delivery=None, outcome=outcome), Verdict.WAIT)
        case Accepted() as outcome:
            return _delivered(sale, event, sale.outcome or outcome)
        case AlreadyProcessed():
            return stay(_with_new_key(sale, delivery), Verdict.WAIT)
        case Refused() if not is_settled(delivery, terms):
            return stay(sale, Verdict.WAIT)
        case Refused(reason=reason, text=text):
            return _next_form(sale, event, reason, text)
    return stay(sale, Verdict.UNAVAILABLE)


def _delivered(sale: Sale, event: DeliveryAnswered, outcome: Accepted) -> Step:
    done = replace(
        sale,
        state=State.DELIVERED,
        delivered_order=sale.order_id,
        delivered_at=event.now,
        outcome=outcome,
        delivery=None,
    )
    finished = Work(kind=WorkKind.DELIVER, subject=sale.id, due=event.now)
    return Step(sale=done, verdict=Verdict.DONE, finished=(finished,))


def resend(sale: Sale, event: ResendAsked, _terms: Terms) -> Step:
    """From the first form on, under a new key: the refusal settled the old one. Not for nobody, once stripped."""
    if sale.stripped:
        return stay(sale, Verdict.STALE)
    again = replace(
        sale, state=State.CLOSED, form=None, delivery=None, outcome=None, attempt=sale.attempt + 1, dropped=""
    )
    work = Work(kind=WorkKind.DELIVER, subject=sale.id, due=event.now)
    return Step(sale=again, verdict=Verdict.DONE, work=(work,))


def _with_new_key(sale: Sale, delivery: Delivery) -> Sale:
    """The key was burnt by something else than what the order shows: same form and bytes, new key."""
    attempt = sale.attempt + 1
    key = call_key(sale.order_id, f"{delivery.operation}:{sale.form}", attempt)
    return replace(sale, attempt=attempt, delivery=replace(delivery, key=key, copies=0))


MOST_ATTEMPTS = 30
"""Prices that the server changes between the question and the order; after this a person has to look."""

NEXT_FORM: dict[tuple[Form | None, RefusalReason, bool], Form] = {
    # after this form, refused for this reason, with points in the receipt
    (Form.QUOTED, RefusalReason.POINTS, True): Form.WITHOUT_POINTS,
    (Form.QUOTED, RefusalReason.PRICE, True): Form.REPRICED,
    (Form.QUOTED, RefusalReason.PRICE, False): Form.OFFLINE,
    (Form.REPRICED, RefusalReason.POINTS, True): Form.WITHOUT_POINTS,
    (Form.REPRICED, RefusalReason.PRICE, True): Form.REPRICED,
    (Form.WITHOUT_POINTS, RefusalReason.PRICE, True): Form.WITHOUT_POINTS,
}


def _next_form(sale: Sale, event: DeliveryAnswered, reason: RefusalReason, text: str) -> Step:
    """What to try after a settled refusal; PARKED when it is neither about the price nor about points."""
    form = NEXT_FORM.get((sale.form, reason, _with_points(sale)))
    refused = replace(sale, attempt=sale.attempt + 1, delivery=None, refusal=text)
    if form is not None and sale.attempt < MOST_ATTEMPTS:
        return stay(replace(refused, form=form), Verdict.WAIT)
    return _refused_for_good(refused, event.now)


def _with_points(sale: Sale) -> bool:
    return sale.close is not None and sale.close.receipt.points > ZERO


def _refused_for_good(refused: Sale, now: datetime) -> Step:
    if refused.awaits_release:  # an order on its way back may still use up what this one needs: a coupon
        return stay(refused, Verdict.RETURNING)
    parked = replace(refused, state=State.PARKED).with_alert(Alert.REFUSED)
    finished = Work(kind=WorkKind.DELIVER, subject=refused.id, due=now)
    return Step(sale=parked, verdict=Verdict.REFUSED, finished=(finished,))
