"""The sale: its states, and everything that may change them, in one table.

    OPEN -> REDEEMING -> REDEEMED -> CLOSED -> DELIVERING -> DELIVERED | PARKED

How this works. A `Sale` is a frozen record. `advance(sale, event, terms)` looks up (state, event) in `TABLE`
and returns a `Step`: the next record, a verdict for whoever asked, and the work to enqueue. The caller
stores the step in one transaction, comparing the record's version; when the record has changed meanwhile it
reads again and asks again, so an outcome is only ever applied to the generation and the send it answers.
A close is taken in every state and is never lost: from CLOSED on there is only forward.

The decisions themselves stand in `redemption.py` (points) and `delivering.py` (the closed receipt).
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from gateway.domain import delivering as d
from gateway.domain import redemption as r
from gateway.domain.sale_events import (
    CloseAsked,
    DeliveryAnswered,
    DeliverySent,
    Event,
    HoldAnswered,
    HoldDropped,
    HoldSent,
    Idle,
    QuoteRefused,
    RedeemAsked,
    ReleaseAnswered,
    ResendAsked,
    Step,
    UndoAsked,
    Verdict,
    stay,
)
from gateway.domain.sale_record import Sale, State, Terms

Decide = Callable[[Sale, Any, Terms], Step]
Transition = tuple[Decide, frozenset[State]]

OPEN, REDEEMING, REDEEMED = State.OPEN, State.REDEEMING, State.REDEEMED
CLOSED, DELIVERING, DELIVERED, PARKED = State.CLOSED, State.DELIVERING, State.DELIVERED, State.PARKED


def to(decide: Decide, *states: State) -> Transition:
    """`decide` chooses among these states."""
    return decide, frozenset(states)


TABLE: dict[tuple[State, Any], Transition] = {
    # the receipt is open
    (OPEN, RedeemAsked): to(r.begin_hold, OPEN, REDEEMING),
    (OPEN, UndoAsked): to(r.nothing_to_undo, OPEN),
    (OPEN, Idle): to(r.nothing_idle, OPEN),
    (OPEN, CloseAsked): to(d.close, CLOSED),
    (REDEEMING, RedeemAsked): to(r.hold_again, REDEEMING, OPEN),
    (REDEEMING, HoldAnswered): to(r.hold_answered, REDEEMING, REDEEMED, OPEN),
    (REDEEMING, UndoAsked): to(r.undo, OPEN),
    (REDEEMING, Idle): to(r.idle, REDEEMING, OPEN),
    (REDEEMING, CloseAsked): to(d.close, CLOSED),
    (REDEEMED, RedeemAsked): to(r.hold_again, REDEEMED, OPEN),
    (REDEEMED, UndoAsked): to(r.undo, OPEN),
    (REDEEMED, Idle): to(r.idle, REDEEMED, OPEN),
    (REDEEMED, CloseAsked): to(d.close, CLOSED),
    # the receipt is closed: only forward
    (CLOSED, HoldSent): to(r.resolve_hold, CLOSED),
    (CLOSED, HoldAnswered): to(r.hold_answered, CLOSED),
    (CLOSED, HoldDropped): to(r.drop_hold, CLOSED),
    (CLOSED, QuoteRefused): to(d.quote_refused, CLOSED, PARKED),
    (CLOSED, DeliverySent): to(d.send_delivery, DELIVERING),
    (DELIVERING, HoldDropped): to(r.drop_hold, DELIVERING),
    (DELIVERING, QuoteRefused): to(d.quote_refused, DELIVERING, PARKED),
    (DELIVERING, DeliverySent): to(d.send_delivery, DELIVERING),
    (PARKED, ResendAsked): to(d.resend, CLOSED, PARKED),
    (DELIVERING, DeliveryAnswered): to(d.delivery_answered, DELIVERING, DELIVERED, PARKED),
}
for closed in (CLOSED, DELIVERING, DELIVERED, PARKED):
    TABLE[closed, RedeemAsked] = to(r.too_late, closed)
    TABLE[closed, UndoAsked] = to(r.nothing_to_undo, closed)
    TABLE[closed, Idle] = to(r.nothing_idle, closed)
    TABLE[closed, CloseAsked] = to(d.closed_before, closed)
for state in State:  # points come back whatever the sale is doing meanwhile
    TABLE[state, ReleaseAnswered] = to(r.release_answered, state)


class IllegalTransition(Exception):
    """A decision left the table: a fault of ours, never of a register or a server."""


def advance(sale: Sale, event: Event, terms: Terms) -> Step:
    """What `event` makes of `sale`. An event that the state does not know changes nothing (STALE)."""
    transition = TABLE.get((sale.state, type(event)))
    if transition is None:
        return stay(sale, Verdict.STALE)
    decide, allowed = transition
    step = decide(sale, event, terms)
    if step.sale.state not in allowed:
        raise IllegalTransition(f"{sale.state} -> {step.sale.state} by {type(event).__name__}")
    if sale.stripped and step.sale != sale:  # it has a customer again, perhaps: housekeeping has to look once more
        return replace(step, sale=replace(step.sale, stripped=False))
    return step
