"""Events of a sale for tests, and a way to take several."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from builders import AT, later, make_close, make_hold, make_sale
from msgspec.structs import replace

from gateway.domain.call import Accepted, Answer, Operation, RefusalReason, Refused
from gateway.domain.sale import advance
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
)
from gateway.domain.sale_record import Form, Hold, Release, ReleaseState, Sale, State, Terms

TERMS = Terms(request_life=timedelta(seconds=60), release_after=timedelta(minutes=15), first_try=timedelta(seconds=5))
FIFTY = Decimal(50)
NOT_FOUND = Refused(reason=RefusalReason.NOT_FOUND)
NO_POINTS = Refused(reason=RefusalReason.POINTS, text="мало баллов")
OTHER_PRICE = Refused(reason=RefusalReason.PRICE)
NEVER = Refused(reason=RefusalReason.OTHER, text="нет")


def asked(points: Decimal = FIFTY, body: bytes | None = b"bytes", now: datetime = AT) -> RedeemAsked:
    return RedeemAsked(points=points, total=Decimal("60.10"), body=body, now=now)


def hold_answer(answer: Answer, now: datetime = AT, *, generation: int = 0, copies: int = 1) -> HoldAnswered:
    return HoldAnswered(generation=generation, copies=copies, answer=answer, now=now)


def release_answer(answer: Answer, now: datetime = AT, generation: int = 0) -> ReleaseAnswered:
    return ReleaseAnswered(generation=generation, answer=answer, now=now)


def sent(form: Form = Form.QUOTED, now: datetime = AT, **overrides: Any) -> DeliverySent:
    values = {"operation": Operation.SALE, "points": FIFTY, "total": Decimal("60.10"), "sold": (), "body": b"sale"}
    return DeliverySent(form=form, now=now, **values | overrides)


def delivery_answer(answer: Answer, copies: int = 1, now: datetime = AT) -> DeliveryAnswered:
    return DeliveryAnswered(copies=copies, answer=answer, now=now)


def close_asked(**overrides: Any) -> CloseAsked:
    return CloseAsked(close=make_close(**overrides))


def one_of_each(now: datetime = AT) -> list[Event]:
    """An event of every kind."""
    return [
        asked(now=now),
        UndoAsked(now=now),
        HoldSent(now=now),
        hold_answer(Accepted(), now),
        Idle(now=now),
        HoldDropped(now=now),
        release_answer(Accepted(), now),
        close_asked(),
        sent(now=now),
        delivery_answer(Accepted(), now=now),
        ResendAsked(now=now),
        QuoteRefused(text="нет", now=now),
    ]


def take(sale: Sale, *events: Event) -> Step:
    """The last step of several."""
    step = advance(sale, events[0], TERMS)
    for event in events[1:]:
        step = advance(step.sale, event, TERMS)
    return step


def unknown(**overrides: Any) -> Sale:
    """The points were asked for, nobody answered; sent once, at `AT`."""
    return make_sale(state=State.REDEEMING, hold=make_hold(**overrides))


def held(**overrides: Any) -> Sale:
    return make_sale(state=State.REDEEMED, hold=made_held(), **overrides)


def made_held() -> Hold:
    return make_hold(held=True, copies=0)


def sent_twice(gap: float = 1) -> Sale:
    """`gap` seconds between the two sends."""
    return unknown(copies=2, previous_sent=AT, last_sent=later(seconds=gap))


def released(state: ReleaseState | None = None, *, was_held: bool = False, **overrides: Any) -> Sale:
    """Generation 0 was given up at `AT`."""
    row = Release(generation=0, was_held=was_held, copies_until=later(seconds=60))
    if state is not None:
        row = replace(row, state=state)
    return make_sale(generation=1, releases=(row,), **overrides)
