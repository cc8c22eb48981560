"""Points while the receipt is open (sale protocol, sections 3 and 6): held once, given up once, back in the end."""

from decimal import Decimal

import pytest
from builders import AT, later, make_close, make_hold, make_sale
from msgspec.structs import replace
from sale_steps import (
    FIFTY,
    NEVER,
    NO_POINTS,
    NOT_FOUND,
    TERMS,
    asked,
    held,
    hold_answer,
    made_held,
    release_answer,
    released,
    sent_twice,
    take,
    unknown,
)

from gateway.domain.call import Accepted, AlreadyProcessed, Answer, NoAnswer
from gateway.domain.ids import call_key
from gateway.domain.sale_events import HoldDropped, HoldSent, Idle, Step, UndoAsked, Verdict
from gateway.domain.sale_record import TWO_PHASE, Alert, ReleaseState, Sale, State
from gateway.domain.work import WorkKind

REFUSALS = [NO_POINTS, NEVER, NOT_FOUND]
CLOSED_UNKNOWN = replace(unknown(), state=State.CLOSED, close=make_close())


def planned(step: Step) -> list[tuple[WorkKind, str, object]]:
    return [(work.kind, work.subject, work.due) for work in step.work]


def gave_up(step: Step, *, was_held: bool = False) -> bool:
    """Generation 1 is open, generation 0 is due for release, and nobody watches the old hold."""
    (row,) = step.sale.releases
    assert (row.generation, row.state, row.was_held) == (0, ReleaseState.DUE, was_held)
    assert (step.sale.generation, step.sale.hold) == (1, None)
    assert [work.kind for work in step.finished] == [WorkKind.WATCH]
    return [work.id for work in step.work] == ["release:receipt-1~0"]


# the register asks for points


def test_the_intent_is_stored_before_the_call_and_somebody_watches_it() -> None:
    step = take(make_sale(), asked())
    hold = step.sale.hold
    assert hold is not None
    assert (step.verdict, step.sale.state) == (Verdict.CALL, State.REDEEMING)
    assert (hold.points, hold.body, hold.copies, hold.last_sent, hold.held) == (FIFTY, b"bytes", 1, AT, False)
    assert hold.key == str(call_key("receipt-1", "hold"))
    assert planned(step) == [(WorkKind.WATCH, "receipt-1", later(seconds=60))]


def test_without_a_quote_of_this_basket_the_register_recalculates() -> None:
    step = take(make_sale(), asked(body=None))
    assert (step.sale, step.verdict) == (make_sale(), Verdict.RECALCULATE)


@pytest.mark.parametrize("state", [ReleaseState.DUE, ReleaseState.AGAIN, ReleaseState.PARKED])
def test_no_new_hold_while_an_older_generation_may_still_hold_points(state: ReleaseState) -> None:
    sale = released(state)
    step = take(sale, asked())
    assert (step.sale, step.verdict) == (sale, Verdict.RETURNING)


def test_a_new_hold_after_a_release_is_another_order_with_another_key() -> None:
    step = take(released(ReleaseState.RELEASED), asked())
    assert step.sale.hold is not None
    assert (step.verdict, step.sale.order_id) == (Verdict.CALL, "receipt-1~1")
    assert step.sale.hold.key == str(call_key("receipt-1~1", "hold"))


def test_a_new_hold_after_a_settled_refusal_has_another_key_under_the_same_order() -> None:
    step = take(make_sale(), asked(), hold_answer(NO_POINTS), asked())
    assert step.sale.hold is not None
    assert step.sale.order_id == "receipt-1"
    assert step.sale.hold.key == str(call_key("receipt-1", "hold", 1)) != str(call_key("receipt-1", "hold"))


def test_the_same_points_again_repeat_the_stored_bytes_and_key() -> None:
    before = unknown()
    step = take(before, asked(body=b"other bytes", now=later(seconds=3)))
    assert (step.verdict, step.sale.state) == (Verdict.CALL, State.REDEEMING)
    assert step.sale.hold == replace(make_hold(), copies=2, previous_sent=AT, last_sent=later(seconds=3))
    assert planned(step) == [(WorkKind.WATCH, "receipt-1", later(seconds=63))]


def test_the_same_points_that_are_held_are_a_success_without_a_call() -> None:
    step = take(held(), asked(now=later(minutes=3)))
    assert (step.verdict, step.work) == (Verdict.DONE, ())
    assert step.sale == replace(held(), seen_at=later(minutes=3))


def test_other_points_give_the_first_ones_up() -> None:
    assert gave_up(take(held(), asked(Decimal(60))), was_held=True)
    step = take(unknown(), asked(Decimal(60)))
    assert gave_up(step)
    assert (step.verdict, step.sale.state) == (Verdict.RETURNING, State.OPEN)


@pytest.mark.parametrize("state", [State.CLOSED, State.DELIVERING, State.DELIVERED, State.PARKED])
def test_after_the_close_points_are_too_late_and_an_undo_has_no_effect(state: State) -> None:
    sale = make_sale(state=state, close=make_close(), hold=made_held())
    assert take(sale, asked()).verdict is Verdict.TOO_LATE
    undone = take(sale, UndoAsked(now=AT))
    assert (undone.sale, undone.verdict, undone.work) == (sale, Verdict.DONE, ())


# the server answers


@pytest.mark.parametrize("spent", [FIFTY, None])
def test_success_with_the_points_asked_for_is_held(spent: Decimal | None) -> None:
    step = take(unknown(), hold_answer(Accepted(spent=spent), later(seconds=1)))
    assert (step.verdict, step.sale.state) == (Verdict.DONE, State.REDEEMED)
    assert step.sale.hold == replace(make_hold(), held=True, copies=0)
    assert planned(step) == [(WorkKind.WATCH, "receipt-1", later(minutes=15, seconds=1))]


def test_success_with_other_points_is_given_up_and_refused() -> None:
    step = take(unknown(), hold_answer(Accepted(spent=Decimal(49))))
    assert gave_up(step, was_held=True)
    assert (step.verdict, step.sale.state) == (Verdict.REFUSED, State.OPEN)


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_refusal_of_the_only_send_is_settled_and_opens_the_sale(answer: Answer) -> None:
    step = take(unknown(), hold_answer(answer))
    assert (step.verdict, step.sale.state, step.sale.hold) == (Verdict.REFUSED, State.OPEN, None)
    assert (step.sale.generation, step.sale.attempt, step.sale.releases) == (0, 1, ())
    assert [work.kind for work in step.finished] == [WorkKind.WATCH]


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_refusal_while_an_older_copy_may_be_under_way_proves_nothing(answer: Answer) -> None:
    step = take(sent_twice(gap=60), hold_answer(answer, later(seconds=61), copies=2))
    assert gave_up(step)
    assert (step.verdict, step.sale.state) == (Verdict.REFUSED, State.OPEN)
    assert step.sale.releases[0].copies_until == later(seconds=120)


def test_a_refusal_of_a_send_later_than_the_life_of_the_one_before_is_settled() -> None:
    step = take(sent_twice(gap=60.001), hold_answer(NEVER, later(seconds=61), copies=2))
    assert (step.sale.state, step.sale.generation, step.sale.attempt) == (State.OPEN, 0, 1)


@pytest.mark.parametrize("answer", [NoAnswer(), AlreadyProcessed()])
def test_no_answer_leaves_the_outcome_unknown(answer: Answer) -> None:
    step = take(unknown(), hold_answer(answer))
    assert (step.sale, step.verdict) == (unknown(), Verdict.UNAVAILABLE)


@pytest.mark.parametrize("answer", [Accepted(), NEVER, NoAnswer()])
def test_an_answer_to_an_earlier_send_or_another_generation_changes_nothing(answer: Answer) -> None:
    for late in (hold_answer(answer, copies=1), hold_answer(answer, copies=2, generation=1)):
        step = take(sent_twice(), late)
        assert (step.sale, step.verdict) == (sent_twice(), Verdict.STALE)


def test_an_answer_after_the_hold_was_given_up_is_not_told_as_success() -> None:
    undone = take(unknown(), UndoAsked(now=AT)).sale
    step = take(undone, hold_answer(Accepted()))
    assert (step.sale, step.verdict) == (undone, Verdict.STALE)


# the receipt was closed while the hold was unknown


def test_a_closed_receipt_first_repeats_its_unknown_hold() -> None:
    step = take(CLOSED_UNKNOWN, HoldSent(now=later(seconds=1)))
    assert step.sale.hold is not None
    assert (step.verdict, step.sale.hold.copies, step.sale.hold.body) == (Verdict.CALL, 2, make_hold().body)


@pytest.mark.parametrize("hold", [None, made_held()])
def test_a_hold_that_is_known_is_not_repeated(hold: object) -> None:
    sale = make_sale(state=State.CLOSED, close=make_close(), hold=hold)
    assert take(sale, HoldSent(now=AT)).verdict is Verdict.STALE


def test_answers_to_the_hold_of_a_closed_receipt_never_open_it() -> None:
    done = take(CLOSED_UNKNOWN, hold_answer(Accepted()))
    assert (done.sale.state, done.verdict, done.work) == (State.CLOSED, Verdict.DONE, ())
    refused = take(CLOSED_UNKNOWN, hold_answer(NEVER))
    assert (refused.sale.state, refused.sale.hold, refused.sale.generation) == (State.CLOSED, None, 0)
    twice = replace(sent_twice(), state=State.CLOSED, close=make_close())
    unsettled = take(twice, hold_answer(NEVER, copies=2))
    assert gave_up(unsettled)
    assert unsettled.sale.state is State.CLOSED


@pytest.mark.parametrize("state", [State.CLOSED, State.DELIVERING])
def test_a_hold_in_the_way_of_an_unused_order_is_dropped(state: State) -> None:
    step = take(make_sale(state=state, close=make_close(), hold=made_held()), HoldDropped(now=AT))
    assert gave_up(step, was_held=True)
    assert (step.sale.state, step.sale.order_id) == (state, "receipt-1~1")


def test_dropping_what_is_not_held_changes_nothing() -> None:
    sale = make_sale(state=State.CLOSED, close=make_close())
    assert take(sale, HoldDropped(now=AT)).sale == sale


# undo and the release timer


@pytest.mark.parametrize(("sale", "was_held"), [(unknown(), False), (held(), True)])
def test_an_undo_gives_up_whatever_is_known(sale: Sale, *, was_held: bool) -> None:
    step = take(sale, UndoAsked(now=later(seconds=9)))
    assert gave_up(step, was_held=was_held)
    assert (step.verdict, step.sale.state) == (Verdict.DONE, State.OPEN)
    assert step.sale.releases[0].copies_until == later(seconds=60)


def test_an_undo_of_an_open_sale_is_success() -> None:
    assert take(make_sale(), UndoAsked(now=AT)) == Step(sale=make_sale(), verdict=Verdict.DONE)


@pytest.mark.parametrize(("sale", "patience"), [(unknown(), 60), (held(), 900)])
def test_the_timer_gives_up_when_its_patience_is_over_and_not_a_moment_before(sale: Sale, patience: int) -> None:
    early = take(sale, Idle(now=later(seconds=patience - 0.001)))
    assert (early.sale, early.verdict) == (sale, Verdict.WAIT)
    assert planned(early) == [(WorkKind.WATCH, "receipt-1", later(seconds=patience))]
    assert gave_up(take(sale, Idle(now=later(seconds=patience))), was_held=patience == 900)


def test_the_timer_counts_from_the_last_sign_of_life() -> None:
    seen = take(held(), asked(now=later(minutes=10))).sale
    assert take(seen, Idle(now=later(minutes=16))).verdict is Verdict.WAIT
    assert gave_up(take(seen, Idle(now=later(minutes=25))), was_held=True)


@pytest.mark.parametrize("state", [State.OPEN, State.CLOSED, State.DELIVERING, State.DELIVERED, State.PARKED])
def test_the_timer_touches_nothing_that_is_open_without_points_or_closed(state: State) -> None:
    hold = None if state is State.OPEN else made_held()
    sale = make_sale(state=state, hold=hold)
    step = take(sale, Idle(now=later(hours=9)))
    assert (step.sale, step.verdict, step.work) == (sale, Verdict.DONE, ())
    assert [work.kind for work in step.finished] == [WorkKind.WATCH]


# the release


def after(state: ReleaseState, answer: Answer, seconds: float, *, was_held: bool = False) -> Step:
    return take(released(state, was_held=was_held), release_answer(answer, later(seconds=seconds)))


@pytest.mark.parametrize("state", [ReleaseState.DUE, ReleaseState.AGAIN])
def test_a_cancel_of_what_was_surely_held_is_released_at_once(state: ReleaseState) -> None:
    step = after(state, Accepted(), 1, was_held=True)
    assert (step.sale.releases[0].state, step.verdict) == (ReleaseState.RELEASED, Verdict.DONE)
    assert [work.id for work in step.finished] == ["release:receipt-1~0"]


@pytest.mark.parametrize("answer", [Accepted(), NOT_FOUND])
def test_any_other_cancel_is_repeated_when_no_copy_can_arrive_any_longer(answer: Answer) -> None:
    step = after(ReleaseState.DUE, answer, 59.999)
    assert (step.sale.releases[0].state, step.verdict) == (ReleaseState.AGAIN, Verdict.WAIT)
    assert planned(step) == [(WorkKind.RELEASE, "receipt-1~0", later(seconds=60))]
    for state in (ReleaseState.DUE, ReleaseState.AGAIN):
        assert after(state, answer, 60).sale.releases[0].state is ReleaseState.RELEASED


def test_not_found_proves_nothing_early_even_of_what_was_held() -> None:
    assert after(ReleaseState.DUE, NOT_FOUND, 1, was_held=True).sale.releases[0].state is ReleaseState.AGAIN


@pytest.mark.parametrize("answer", [NoAnswer(), AlreadyProcessed()])
def test_a_cancel_without_an_answer_stays_as_it_was(answer: Answer) -> None:
    step = after(ReleaseState.AGAIN, answer, 61)
    assert (step.sale.releases[0].state, step.verdict) == (ReleaseState.AGAIN, Verdict.UNAVAILABLE)


@pytest.mark.parametrize("answer", [NO_POINTS, NEVER])
def test_a_cancel_that_is_refused_for_good_is_parked_with_an_alert(answer: Answer) -> None:
    step = after(ReleaseState.DUE, answer, 1)
    assert (step.sale.releases[0].state, step.verdict) == (ReleaseState.PARKED, Verdict.REFUSED)
    assert step.sale.alerts == (Alert.RELEASE_REFUSED,)
    assert step.sale.release_parked
    assert not step.sale.awaits_release


@pytest.mark.parametrize("state", [ReleaseState.RELEASED, ReleaseState.PARKED])
@pytest.mark.parametrize("answer", [Accepted(), NEVER, NoAnswer()])
def test_a_release_that_is_over_is_over(state: ReleaseState, answer: Answer) -> None:
    step = after(state, answer, 1)
    assert (step.sale, step.verdict) == (released(state), Verdict.STALE)


def test_a_generation_that_was_never_given_up_has_no_release() -> None:
    step = take(released(), release_answer(Accepted(), generation=1))
    assert (step.sale, step.verdict) == (released(), Verdict.STALE)


def test_each_generation_is_released_by_itself() -> None:
    first = take(held(), UndoAsked(now=AT), release_answer(Accepted())).sale
    second = take(first, asked(now=later(seconds=5)), UndoAsked(now=later(seconds=6))).sale
    assert [row.state for row in second.releases] == [ReleaseState.RELEASED, ReleaseState.DUE]
    assert second.releases[1].copies_until == later(seconds=65)
    done = take(second, release_answer(NOT_FOUND, later(seconds=65), generation=1)).sale
    assert [row.state for row in done.releases] == [ReleaseState.RELEASED] * 2


def test_where_a_cancelled_order_refuses_late_holds_a_cancel_that_found_it_is_final() -> None:
    from gateway.domain.sale import advance

    step = advance(released(), release_answer(Accepted(), later(seconds=1)), replace(TERMS, profile=TWO_PHASE))
    assert step.sale.releases[0].state is ReleaseState.RELEASED


def test_the_generation_of_a_sale_counts_until_it_is_closed() -> None:
    assert make_sale(generation=2).open_generation == 2
    assert make_sale(generation=2, close=make_close()).open_generation == 0
