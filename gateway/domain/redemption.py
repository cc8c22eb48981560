"""Points spent while the receipt is open: holding them, giving them up, getting them back.

A redemption has a generation. Giving it up (undo, timer, doubt) adds a `Release` for that generation and
opens the next one, whose order id at the server is another; a given-up order id is never used again. That
removes every race between a release and a late close.
"""

from datetime import datetime

from msgspec.structs import replace

from gateway.domain.call import Accepted, AlreadyProcessed, NoAnswer, Operation, RefusalReason, Refused
from gateway.domain.ids import call_key
from gateway.domain.sale_events import (
    HoldAnswered,
    HoldDropped,
    HoldSent,
    Idle,
    RedeemAsked,
    ReleaseAnswered,
    Step,
    UndoAsked,
    Verdict,
    stay,
)
from gateway.domain.sale_record import Alert, Hold, Release, ReleaseState, Sale, State, Terms, is_settled
from gateway.domain.work import Work, WorkKind


def begin_hold(sale: Sale, event: RedeemAsked, terms: Terms) -> Step:
    """The intent is stored before the call: a time-out is not a "no"."""
    if sale.awaits_release or sale.release_parked:
        return stay(sale, Verdict.RETURNING)
    if event.body is None:
        return stay(sale, Verdict.RECALCULATE)
    hold = Hold(
        points=event.points,
        total=event.total,
        body=event.body,
        key=call_key(sale.order_id, Operation.HOLD, sale.attempt),
        copies=1,
        last_sent=event.now,
    )
    begun = replace(sale, state=State.REDEEMING, hold=hold, priced=event.priced, seen_at=event.now)
    return Step(sale=begun, verdict=Verdict.CALL, work=(watch(sale, event.now + terms.request_life),))


def hold_again(sale: Sale, event: RedeemAsked, terms: Terms) -> Step:
    """The same points once more: the stored bytes with the same key, or nothing when they are held."""
    hold = sale.hold
    if hold is None or event.points != hold.points:
        return give_up(sale, event.now, terms, Verdict.RETURNING)
    if hold.held:
        return stay(replace(sale, seen_at=event.now), Verdict.DONE)
    again = replace(sale, hold=_sent_again(hold, event.now), seen_at=event.now)
    return Step(sale=again, verdict=Verdict.CALL, work=(watch(sale, event.now + terms.request_life),))


def resolve_hold(sale: Sale, event: HoldSent, _terms: Terms) -> Step:
    """A closed receipt first learns what became of its hold; else an old copy could undo the final call."""
    if sale.hold is None or sale.hold.held:
        return stay(sale, Verdict.STALE)
    return stay(replace(sale, hold=_sent_again(sale.hold, event.now)), Verdict.CALL)


def _sent_again(hold: Hold, now: datetime) -> Hold:
    return replace(hold, copies=hold.copies + 1, previous_sent=hold.last_sent, last_sent=now)


def hold_answered(sale: Sale, event: HoldAnswered, terms: Terms) -> Step:
    """An answer counts only for the generation and the send it belongs to."""
    hold = sale.hold
    if hold is None or (event.generation, event.copies) != (sale.generation, hold.copies):
        return stay(sale, Verdict.STALE)
    match event.answer:
        case Accepted(spent=spent) if spent is None or spent == hold.points:
            return _held(sale, hold, event.now, terms)
        case Accepted():  # other points than asked were spent: the till must not believe it
            return give_up(replace(sale, hold=replace(hold, held=True)), event.now, terms, Verdict.REFUSED)
        case Refused() if is_settled(hold, terms):
            state = sale.state if sale.is_closed else State.OPEN
            refused = replace(sale, state=state, hold=None, attempt=sale.attempt + 1)
            return Step(sale=refused, verdict=Verdict.REFUSED, finished=(watch(sale, event.now),))
        case Refused():
            return give_up(sale, event.now, terms, Verdict.REFUSED)
    return stay(sale, Verdict.UNAVAILABLE)


def _held(sale: Sale, hold: Hold, now: datetime, terms: Terms) -> Step:
    held = replace(sale, hold=replace(hold, held=True, copies=0))
    if sale.is_closed:
        return stay(held, Verdict.DONE)
    work = (watch(sale, now + terms.release_after),)
    return Step(sale=replace(held, state=State.REDEEMED), verdict=Verdict.DONE, work=work)


def undo(sale: Sale, event: UndoAsked, terms: Terms) -> Step:
    return give_up(sale, event.now, terms, Verdict.DONE)


def nothing_to_undo(sale: Sale, _event: UndoAsked, _terms: Terms) -> Step:
    return stay(sale, Verdict.DONE)


def drop_hold(sale: Sale, event: HoldDropped, terms: Terms) -> Step:
    return give_up(sale, event.now, terms, Verdict.DONE)


def too_late(sale: Sale, _event: RedeemAsked, _terms: Terms) -> Step:
    return stay(sale, Verdict.TOO_LATE)


def idle(sale: Sale, event: Idle, terms: Terms) -> Step:
    """Give the points back when nothing was heard for long; look again later otherwise."""
    hold = sale.hold
    if hold is None:
        return nothing_idle(sale, event, terms)
    seen = max((at for at in (sale.seen_at, event.seen_at) if at is not None and at <= event.now), default=event.now)
    sent = min(hold.last_sent or event.now, event.now)
    since, patience = (seen, terms.release_after) if hold.held else (sent, terms.request_life)
    if event.now >= since + patience:
        return give_up(sale, event.now, terms, Verdict.DONE)
    work = (watch(sale, since + patience),)
    return Step(sale=_by_a_right_clock(sale, hold, event.now), verdict=Verdict.WAIT, work=work)


def _by_a_right_clock(sale: Sale, hold: Hold, now: datetime) -> Sale:
    """Times that lie in the future are of a clock that was set back since: what they tell of is over by now."""
    if max(sale.seen_at or now, hold.last_sent or now) <= now:
        return sale
    seen, sent = min(sale.seen_at or now, now), min(hold.last_sent or now, now)
    return replace(sale, seen_at=seen, hold=replace(hold, last_sent=sent))


def nothing_idle(sale: Sale, event: Idle, _terms: Terms) -> Step:
    return Step(sale=sale, verdict=Verdict.DONE, finished=(watch(sale, event.now),))


def give_up(sale: Sale, now: datetime, terms: Terms, verdict: Verdict) -> Step:
    """Open the next generation; the points of this one go back, past the last copy of their hold.

    Whoever gave it up may try the release at once; the outbox takes over after `first_try`.
    """
    hold = sale.hold
    if hold is None:
        return stay(sale, verdict)
    release = Release(
        generation=sale.generation,
        was_held=hold.held,
        copies_until=(hold.last_sent or now) + terms.request_life,
    )
    given_up = replace(
        sale,
        state=sale.state if sale.is_closed else State.OPEN,
        generation=sale.generation + 1,
        hold=None,
        releases=(*sale.releases, release),
        seen_at=now,
    )
    work = (release_work(sale, release.generation, now + terms.first_try),)
    return Step(sale=given_up, verdict=verdict, work=work, finished=(watch(sale, now),))


def watch(sale: Sale, due: datetime) -> Work:
    """Look at a redemption that may have been forgotten."""
    return Work(kind=WorkKind.WATCH, subject=sale.id, due=due)


def release_work(sale: Sale, generation: int, due: datetime) -> Work:
    return Work(kind=WorkKind.RELEASE, subject=f"{sale.id}~{generation}", due=due)


def release_answered(sale: Sale, event: ReleaseAnswered, terms: Terms) -> Step:
    """A row per generation, whatever the sale itself is doing meanwhile."""
    release = sale.release_of(event.generation)
    if release is None or release.is_over:
        return stay(sale, Verdict.STALE)
    latest = event.now + terms.request_life  # later, it is of a clock that was set back since
    release = replace(release, copies_until=min(release.copies_until, latest))
    state = _release_state(release, event, terms)
    if state is None:
        return stay(sale, Verdict.UNAVAILABLE)
    changed = sale.with_release(replace(release, state=state))
    work = release_work(sale, event.generation, release.copies_until)
    if state is ReleaseState.AGAIN:
        return Step(sale=changed, verdict=Verdict.WAIT, work=(work,))
    if state is ReleaseState.PARKED:
        return Step(sale=changed.with_alert(Alert.RELEASE_REFUSED), verdict=Verdict.REFUSED, finished=(work,))
    return Step(sale=changed, verdict=Verdict.DONE, finished=(work,))


def _release_state(release: Release, event: ReleaseAnswered, terms: Terms) -> ReleaseState | None:
    """None while nothing is known. "Not found" proves nothing while a copy of the hold may still arrive."""
    match event.answer:
        case NoAnswer() | AlreadyProcessed():
            return None
        case Accepted() if release.was_held or terms.profile.cancel_settles:
            return ReleaseState.RELEASED
        case Accepted() | Refused(reason=RefusalReason.NOT_FOUND):
            past_copies = event.now >= release.copies_until
            return ReleaseState.RELEASED if past_copies else ReleaseState.AGAIN
    return ReleaseState.PARKED
