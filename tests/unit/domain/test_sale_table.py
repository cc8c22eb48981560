"""The sale's table as a whole: what may happen in which state, and that nothing else does anything."""

from typing import Any

import pytest
from builders import make_close, make_delivery, make_receipt, make_sale
from msgspec.structs import replace
from sale_steps import TERMS, held, made_held, one_of_each, released, unknown

from gateway.domain import sale as table
from gateway.domain.sale import TABLE, IllegalTransition, advance
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
    UndoAsked,
    Verdict,
    stay,
)
from gateway.domain.sale_record import BEFORE_CLOSE, Form, Sale, State

OPEN, REDEEMING, REDEEMED = State.OPEN, State.REDEEMING, State.REDEEMED
CLOSED, DELIVERING, DELIVERED, PARKED = State.CLOSED, State.DELIVERING, State.DELIVERED, State.PARKED

EXPECTED: dict[State, dict[type[Event], set[State]]] = {
    OPEN: {
        RedeemAsked: {OPEN, REDEEMING},
        UndoAsked: {OPEN},
        Idle: {OPEN},
        CloseAsked: {CLOSED},
        ReleaseAnswered: {OPEN},
    },
    REDEEMING: {
        RedeemAsked: {REDEEMING, OPEN},
        HoldAnswered: {REDEEMING, REDEEMED, OPEN},
        UndoAsked: {OPEN},
        Idle: {REDEEMING, OPEN},
        CloseAsked: {CLOSED},
        ReleaseAnswered: {REDEEMING},
    },
    REDEEMED: {
        RedeemAsked: {REDEEMED, OPEN},
        UndoAsked: {OPEN},
        Idle: {REDEEMED, OPEN},
        CloseAsked: {CLOSED},
        ReleaseAnswered: {REDEEMED},
    },
    CLOSED: {
        HoldSent: {CLOSED},
        HoldAnswered: {CLOSED},
        HoldDropped: {CLOSED},
        QuoteRefused: {CLOSED, PARKED},
        DeliverySent: {DELIVERING},
        RedeemAsked: {CLOSED},
        UndoAsked: {CLOSED},
        Idle: {CLOSED},
        CloseAsked: {CLOSED},
        ReleaseAnswered: {CLOSED},
    },
    DELIVERING: {
        HoldDropped: {DELIVERING},
        QuoteRefused: {DELIVERING, PARKED},
        DeliverySent: {DELIVERING},
        DeliveryAnswered: {DELIVERING, DELIVERED, PARKED},
        RedeemAsked: {DELIVERING},
        UndoAsked: {DELIVERING},
        Idle: {DELIVERING},
        CloseAsked: {DELIVERING},
        ReleaseAnswered: {DELIVERING},
    },
} | {
    over: {
        RedeemAsked: {over},
        UndoAsked: {over},
        Idle: {over},
        CloseAsked: {over},
        ReleaseAnswered: {over},
    }
    for over in (DELIVERED, PARKED)
}
EXPECTED[PARKED][ResendAsked] = {CLOSED, PARKED}  # stripped: there is nobody left to tell it of

EXAMPLES: dict[State, Sale] = {
    OPEN: make_sale(),
    REDEEMING: unknown(),
    REDEEMED: held(),
    CLOSED: make_sale(state=CLOSED, hold=made_held(), close=make_close()),
    DELIVERING: make_sale(state=DELIVERING, close=make_close(), form=Form.QUOTED, delivery=make_delivery(copies=1)),
    DELIVERED: make_sale(state=DELIVERED, close=make_close()),
    PARKED: make_sale(state=PARKED, close=make_close()),
}
PAIRS = [(state, event) for state in State for event in one_of_each()]
NAMES = [f"{state}-{type(event).__name__}" for state, event in PAIRS]


def test_the_table_is_the_protocols() -> None:
    actual: dict[State, dict[Any, set[State]]] = {state: {} for state in State}
    for (state, event), (_, allowed) in TABLE.items():
        actual[state][event] = set(allowed)
    assert actual == EXPECTED


@pytest.mark.parametrize(("state", "event"), PAIRS, ids=NAMES)
def test_an_event_goes_where_the_table_lets_it_or_changes_nothing(state: State, event: Event) -> None:
    step = advance(EXAMPLES[state], event, TERMS)
    allowed = EXPECTED[state].get(type(event))
    if allowed is None:
        assert step == stay(EXAMPLES[state], Verdict.STALE)
    else:
        assert step.sale.state in allowed


@pytest.mark.parametrize(("state", "event"), PAIRS, ids=NAMES)
def test_a_closed_receipt_is_never_open_again_and_never_loses_its_close(state: State, event: Event) -> None:
    before = EXAMPLES[state]
    after = advance(before, event, TERMS).sale
    if before.is_closed:
        assert after.state not in BEFORE_CLOSE
        assert after.close == before.close


@pytest.mark.parametrize(("state", "event"), PAIRS, ids=NAMES)
def test_a_generation_left_leaves_a_release_and_none_is_left_without(state: State, event: Event) -> None:
    before = EXAMPLES[state]
    after = advance(before, event, TERMS).sale
    assert after.generation - before.generation == len(after.releases) - len(before.releases)
    assert after.generation >= before.generation


@pytest.mark.parametrize("state", BEFORE_CLOSE)
def test_a_close_is_taken_in_every_state_before(state: State) -> None:
    step = advance(EXAMPLES[state], CloseAsked(close=make_close()), TERMS)
    assert (step.verdict, step.sale.state) == (Verdict.DONE, CLOSED)


@pytest.mark.parametrize("state", State)
def test_points_come_back_whatever_the_sale_is_doing(state: State) -> None:
    before = released(was_held=True)
    before = replace(before, state=state)
    after = advance(before, one_of_each()[6], TERMS).sale
    assert (after.state, after.awaits_release) == (state, False)


def test_a_decision_that_leaves_the_table_is_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(sale: Sale, _event: object, _terms: object) -> Any:
        return stay(replace(sale, state=PARKED), Verdict.DONE)

    monkeypatch.setitem(table.TABLE, (OPEN, UndoAsked), (wrong, frozenset({OPEN})))
    with pytest.raises(IllegalTransition, match="open -> parked by UndoAsked"):
        advance(make_sale(), one_of_each()[1], TERMS)


def test_a_sale_belongs_to_the_shift_it_was_closed_in() -> None:
    closed = make_sale(close=make_close(receipt=make_receipt(shift="90")))
    assert (closed.shift, make_sale().shift) == ("90", "")
