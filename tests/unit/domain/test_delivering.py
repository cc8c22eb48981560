"""The closed receipt (sale protocol, sections 3, 4): taken once, told until settled, in the first true form."""

from decimal import Decimal
from typing import Any

import pytest
from builders import (
    AT,
    later,
    make_accepted,
    make_close,
    make_delivery,
    make_piece,
    make_receipt,
    make_sale,
    make_tender,
)
from msgspec.structs import replace
from sale_steps import (
    NEVER,
    NO_POINTS,
    NOT_FOUND,
    OTHER_PRICE,
    close_asked,
    delivery_answer,
    held,
    released,
    sent,
    take,
    unknown,
)

from gateway.domain.call import Accepted, AlreadyProcessed, Answer, NoAnswer, Operation
from gateway.domain.delivering import MOST_ATTEMPTS
from gateway.domain.ids import call_key
from gateway.domain.receipt import TenderKind
from gateway.domain.sale_events import QuoteRefused, ResendAsked, Verdict
from gateway.domain.sale_record import Alert, Form, Sale, State
from gateway.domain.work import WorkKind

WITH_POINTS = make_close(receipt=make_receipt(tenders=(make_tender(kind=TenderKind.POINTS, amount=Decimal(50)),)))
WITHOUT = make_close()


def closed(**overrides: Any) -> Sale:
    return make_sale(**{"state": State.CLOSED, "close": WITHOUT} | overrides)


def under_way(form: Form = Form.QUOTED, *, points: bool = False, copies: int = 1, gap: float = 1) -> Sale:
    """Sent `copies` times; `gap` seconds between the last two sends."""
    times = {"last_sent": later(seconds=gap if copies > 1 else 0), "previous_sent": AT if copies > 1 else None}
    return make_sale(
        state=State.DELIVERING,
        close=WITH_POINTS if points else WITHOUT,
        form=form,
        delivery=make_delivery(copies=copies, **times),
    )


# the close


@pytest.mark.parametrize("before", [make_sale(), unknown(), held()])
def test_a_close_is_stored_with_its_delivery_and_ends_the_watch(before: Sale) -> None:
    step = take(replace(before, version=1), close_asked(at=later(seconds=2)))
    assert (step.verdict, step.sale.state) == (Verdict.DONE, State.CLOSED)
    assert (step.sale.close, step.sale.hold) == (make_close(at=later(seconds=2)), before.hold)
    assert [(work.kind, work.due) for work in step.work] == [(WorkKind.DELIVER, later(seconds=7))]
    assert [work.kind for work in step.finished] == [WorkKind.WATCH]


def test_a_close_of_what_was_never_stored_has_no_watch_to_end() -> None:
    assert take(make_sale(version=0), close_asked()).finished == ()


@pytest.mark.parametrize("state", [State.CLOSED, State.DELIVERING, State.DELIVERED, State.PARKED])
def test_the_first_close_wins(state: State) -> None:
    sale = closed(state=state)
    for digest, verdict in (("d1", Verdict.DUPLICATE), ("d2", Verdict.DIFFERENT)):
        step = take(sale, close_asked(digest=digest, raw=b"other"))
        assert (step.sale, step.verdict, step.work) == (sale, verdict, ())


# sending


def test_what_is_sent_is_stored_before_with_a_key_of_its_order_form_and_attempt() -> None:
    pieces = (make_piece(),)
    step = take(closed(attempt=1), sent(sold=pieces, now=later(seconds=1)))
    delivery = step.sale.delivery
    assert delivery is not None
    assert (step.verdict, step.sale.state, step.sale.form, step.sale.sold) == (
        Verdict.CALL, State.DELIVERING, Form.QUOTED, pieces
    )  # fmt: skip
    assert delivery.key == str(call_key("receipt-1", "sale:quoted", 1))
    assert (delivery.body, delivery.copies, delivery.last_sent) == (b"sale", 1, later(seconds=1))
    assert (delivery.order_id, delivery.points, delivery.total) == ("receipt-1", 50, Decimal("60.10"))


def test_a_repeat_sends_the_stored_bytes_with_the_stored_key() -> None:
    again = sent(body=b"other", points=Decimal(1), sold=(make_piece(9),), now=later(seconds=4))
    step = take(under_way(), again)
    assert step.sale.delivery == replace(make_delivery(), copies=2, last_sent=later(seconds=4), previous_sent=AT)
    assert step.sale.sold == ()


def test_forms_and_generations_have_keys_of_their_own() -> None:
    keys = {
        take(closed(generation=generation), sent(form)).sale.delivery.key  # type: ignore[union-attr]
        for generation in (0, 1)
        for form in Form
    }
    assert len(keys) == 8


def test_an_alert_is_raised_once() -> None:
    sale = closed(alerts=(Alert.TOTAL_DIFFERS,))
    assert take(sale, sent(Form.REPRICED, alert=Alert.TOTAL_DIFFERS)).sale.alerts == (Alert.TOTAL_DIFFERS,)
    both = take(sale, sent(Form.WITHOUT_POINTS, alert=Alert.POINTS_OWED)).sale.alerts
    assert both == (Alert.TOTAL_DIFFERS, Alert.POINTS_OWED)


# the server answers


def test_success_delivers_under_the_order_of_its_generation() -> None:
    sale = replace(under_way(), generation=2)
    step = take(sale, delivery_answer(make_accepted(), now=later(seconds=3)))
    assert (step.verdict, step.sale.state) == (Verdict.DONE, State.DELIVERED)
    assert (step.sale.delivered_order, step.sale.delivered_at) == ("receipt-1~2", later(seconds=3))
    assert (step.sale.outcome, step.sale.delivery) == (make_accepted(), None)
    assert [work.id for work in step.finished] == ["deliver:receipt-1"]


def test_no_answer_changes_nothing() -> None:
    step = take(under_way(), delivery_answer(NoAnswer()))
    assert (step.sale, step.verdict) == (under_way(), Verdict.UNAVAILABLE)


@pytest.mark.parametrize("answer", [Accepted(), NEVER, AlreadyProcessed()])
def test_an_answer_to_an_earlier_send_changes_nothing(answer: Answer) -> None:
    step = take(under_way(copies=2), delivery_answer(answer, copies=1))
    assert (step.sale, step.verdict) == (under_way(copies=2), Verdict.STALE)
    between = make_sale(state=State.DELIVERING, close=WITHOUT, form=Form.REPRICED)
    assert take(between, delivery_answer(answer)).verdict is Verdict.STALE


def test_a_key_burnt_by_something_else_is_replaced_and_the_bytes_stay() -> None:
    step = take(under_way(), delivery_answer(AlreadyProcessed()))
    delivery = step.sale.delivery
    assert delivery is not None
    assert (step.verdict, step.sale.state, step.sale.attempt) == (Verdict.WAIT, State.DELIVERING, 1)
    assert (delivery.key, delivery.copies) == (str(call_key("receipt-1", "sale:quoted", 1)), 0)
    assert (delivery.body, step.sale.form) == (make_delivery().body, Form.QUOTED)


@pytest.mark.parametrize("answer", [NO_POINTS, OTHER_PRICE, NEVER, NOT_FOUND])
def test_a_refusal_while_an_older_copy_may_be_under_way_is_waited_out(answer: Answer) -> None:
    sale = under_way(copies=2, gap=60)
    step = take(sale, delivery_answer(answer, copies=2))
    assert (step.sale, step.verdict) == (sale, Verdict.WAIT)
    settled = take(under_way(copies=2, gap=61), delivery_answer(answer, copies=2))
    assert settled.sale.delivery is None


NEXT = [
    (Form.QUOTED, True, NO_POINTS, Form.WITHOUT_POINTS),
    (Form.QUOTED, True, OTHER_PRICE, Form.REPRICED),
    (Form.QUOTED, False, OTHER_PRICE, Form.OFFLINE),
    (Form.REPRICED, True, NO_POINTS, Form.WITHOUT_POINTS),
    (Form.REPRICED, True, OTHER_PRICE, Form.REPRICED),
    (Form.WITHOUT_POINTS, True, OTHER_PRICE, Form.WITHOUT_POINTS),
]


@pytest.mark.parametrize(("form", "points", "answer", "expected"), NEXT)
def test_a_settled_refusal_leads_to_the_next_form_with_a_new_key(
    form: Form, answer: Answer, expected: Form, *, points: bool
) -> None:
    step = take(under_way(form, points=points), delivery_answer(answer))
    assert (step.verdict, step.sale.state, step.sale.form) == (Verdict.WAIT, State.DELIVERING, expected)
    assert (step.sale.delivery, step.sale.attempt, step.finished) == (None, 1, ())
    again = take(step.sale, sent(expected)).sale.delivery
    assert again is not None
    assert again.key == str(call_key("receipt-1", f"sale:{expected}", 1))


def test_prices_that_never_agree_are_for_a_person() -> None:
    sale = replace(under_way(Form.REPRICED, points=True), attempt=MOST_ATTEMPTS)
    step = take(sale, delivery_answer(OTHER_PRICE))
    assert (step.verdict, step.sale.state) == (Verdict.REFUSED, State.PARKED)


PARKS = [
    (form, points, answer)
    for form in Form
    for points in (True, False)
    for answer in (NO_POINTS, OTHER_PRICE, NEVER, NOT_FOUND)
    if not any((form, points, answer) == row[:3] for row in NEXT)
]


@pytest.mark.parametrize(("form", "points", "answer"), PARKS)
def test_any_other_settled_refusal_parks_the_sale_with_an_alert(form: Form, answer: Answer, *, points: bool) -> None:
    step = take(under_way(form, points=points), delivery_answer(answer))
    assert (step.verdict, step.sale.state, step.sale.alerts) == (Verdict.REFUSED, State.PARKED, (Alert.REFUSED,))
    assert step.sale.refusal == getattr(answer, "text", "")
    assert [work.id for work in step.finished] == ["deliver:receipt-1"]
    assert step.sale.close is not None


UNPRICED = QuoteRefused(text="нет", now=AT)


@pytest.mark.parametrize("form", [None, Form.QUOTED])
def test_a_receipt_the_server_will_not_price_goes_out_with_the_registers_prices(form: Form | None) -> None:
    step = take(closed(form=form), UNPRICED)
    assert (step.verdict, step.sale.state, step.sale.form) == (Verdict.WAIT, State.CLOSED, Form.OFFLINE)
    assert step.sale.refusal == "нет"


@pytest.mark.parametrize("form", [None, Form.REPRICED, Form.WITHOUT_POINTS])
def test_with_points_it_is_parked_for_no_form_is_true_of_it(form: Form | None) -> None:
    step = take(closed(form=form, close=WITH_POINTS), UNPRICED)
    assert (step.verdict, step.sale.state, step.sale.alerts) == (Verdict.REFUSED, State.PARKED, (Alert.REFUSED,))
    assert [work.id for work in step.finished] == ["deliver:receipt-1"]


def test_it_waits_while_earlier_points_are_on_their_way_back() -> None:
    sale = released(state=None)
    step = take(replace(sale, state=State.CLOSED, close=WITH_POINTS), UNPRICED)
    assert (step.verdict, step.sale.state) == (Verdict.RETURNING, State.CLOSED)


def test_a_refused_price_changes_nothing_about_what_is_on_its_way_already() -> None:
    sale = under_way()
    assert take(sale, UNPRICED).verdict is Verdict.STALE


def test_an_offline_sale_is_a_call_of_its_own() -> None:
    step = take(closed(), sent(Form.OFFLINE, operation=Operation.OFFLINE_SALE))
    assert step.sale.delivery is not None
    assert step.sale.delivery.key == str(call_key("receipt-1", "offline_sale:offline"))


# a person sends it again


def test_a_parked_sale_is_sent_again_from_its_first_form_under_a_new_key() -> None:
    parked = take(under_way(Form.OFFLINE), delivery_answer(NEVER)).sale
    step = take(parked, ResendAsked(now=later(hours=1)))
    assert (step.verdict, step.sale.state, step.sale.form) == (Verdict.DONE, State.CLOSED, None)
    assert [(work.id, work.due) for work in step.work] == [("deliver:receipt-1", later(hours=1))]
    again = take(step.sale, sent()).sale.delivery
    assert again is not None
    assert again.key not in {str(call_key("receipt-1", "sale:quoted", attempt)) for attempt in (0, 1)}
