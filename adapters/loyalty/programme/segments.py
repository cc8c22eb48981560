"""Segments: the level, the transition to a new one, and those the seed gives.

How a transition works: the paying sale that lifts the level opens one; the customer enters its segment some
seconds later, leaves it when a popup is reported as shown, and gets a promo code if that came within a window
counted from the sale.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from adapters.loyalty.programme.seed import CustomerSeed, Level, TransitionTerms
from gateway.domain.customer import SegmentMembership

LEVEL = "Level"


class Transition(Struct, kw_only=True):
    """The customer has risen to `level`; a member of `segment` from `enters_at` until the popup was shown."""

    segment: str
    name: str
    level: str
    enters_at: datetime
    code_until: datetime
    is_left: bool = False

    def holds(self, now: datetime) -> bool:
        return not self.is_left and self.enters_at <= now


def rise(
    old: Level, new: Level, *, sold_at: datetime, now: datetime, terms: TransitionTerms, speed: float
) -> Transition:
    """The transition from `old` to `new`; `sold_at` is the register's moment, `now` ours."""
    return Transition(
        segment=f"{old.id}To{new.id}",
        name=f"{old.name} → {new.name}",
        level=new.id,
        enters_at=now + timedelta(seconds=terms.enter_after_seconds / speed),
        code_until=min(sold_at, now) + timedelta(seconds=terms.window_seconds / speed),
    )


def leave(transitions: Sequence[Transition], now: datetime) -> int:
    """Ends the memberships that hold; says how many of them were seen in time for a promo code."""
    held = [transition for transition in transitions if transition.holds(now)]
    for transition in held:
        transition.is_left = True
    return sum(1 for transition in held if now <= transition.code_until)


def memberships(
    profile: CustomerSeed,
    level: Level,
    transitions: Sequence[Transition],
    *,
    terms: TransitionTerms,
    now: datetime,
) -> tuple[SegmentMembership, ...]:
    """All segments the customer is in now."""
    of_level = SegmentMembership(segmentation=LEVEL, segment=level.id, name=level.name)
    given = [
        SegmentMembership(segmentation=one.segmentation, segment=one.segment, name=one.name)
        for one in profile.segments
    ]
    risen = [
        SegmentMembership(segmentation=terms.segmentation, segment=one.segment, name=one.name)
        for one in transitions
        if one.holds(now)
    ]
    return (of_level, *given, *risen)
