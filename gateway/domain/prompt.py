"""A prompt: what the cashier should say to this customer now. A popup is how one screen shows it.

OFFERED -> SHOWN -> REPORTED        either may end in EXPIRED when its window closes
        -> LEFT                     the customer had gone: nobody heard it, nothing is reported
"""

from datetime import date, datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from gateway.domain.birthday import days_to_birthday
from gateway.domain.customer import Customer
from gateway.domain.receipt import RegisterRef


class Moment(StrEnum):
    IDENTIFIED = "identified"
    AFTER_SALE = "after_sale"


class PromptRule(Struct, frozen=True, kw_only=True):
    """When to prompt whom with what, as the administrator wrote it.

    `segment` is "segmentation/segment" (external ids) or just the segment's id. `window` is how long after
    the close the popup may be shown and reported.
    """

    name: str
    text: str
    moment: Moment = Moment.AFTER_SALE
    segment: str = ""
    birthday_within_days: int | None = None
    since: date | None = None
    until: date | None = None
    stays: timedelta = timedelta(seconds=60)
    window: timedelta = timedelta(seconds=120)
    action: str = "popup-shown"

    def applies(self, customer: Customer, today: date) -> bool:
        """Whether every condition of the rule holds for this customer on this day."""
        if (self.since and today < self.since) or (self.until and today > self.until):
            return False
        if self.segment and not any(
            self.segment in (row.segment, f"{row.segmentation}/{row.segment}") for row in customer.segments
        ):
            return False
        if self.birthday_within_days is None:
            return True
        days = days_to_birthday(customer.birth_date, today)
        return days is not None and days <= self.birthday_within_days


class PromptState(StrEnum):
    OFFERED = "offered"
    SHOWN = "shown"
    LEFT = "left"
    REPORTED = "reported"
    EXPIRED = "expired"


class Prompt(Struct, frozen=True, kw_only=True):
    """One prompt for one sale and one rule. `deadline`: shown and reported by then, or not at all.

    `buyer` and `sold_at` tell whose it is once the next customer stands at the register; `click_needed`: only a
    click says that it was seen, else also having been in sight for `seen_after`.
    """

    id: str
    sale_id: str
    register: RegisterRef
    rule: str
    text: str
    title: str = ""
    customer_id: str
    buyer: str = ""
    sold_at: datetime | None = None
    action: str
    offered_at: datetime
    stays: timedelta
    click_needed: bool = True
    seen_after: timedelta = timedelta(0)
    deadline: datetime
    version: int = 0
    state: PromptState = PromptState.OFFERED
    shown_at: datetime | None = None
    body: bytes = b""
    key: str = ""

    def __repr__(self) -> str:
        return f"Prompt(id={self.id!r}, rule={self.rule!r}, state={self.state!r})"


FORWARD: dict[PromptState, frozenset[PromptState]] = {
    PromptState.OFFERED: frozenset({PromptState.SHOWN, PromptState.LEFT, PromptState.EXPIRED}),
    PromptState.SHOWN: frozenset({PromptState.REPORTED, PromptState.EXPIRED}),
    PromptState.LEFT: frozenset(),
    PromptState.REPORTED: frozenset(),
    PromptState.EXPIRED: frozenset(),
}


def moved(prompt: Prompt, state: PromptState, **changes: object) -> Prompt:
    """`prompt` in its next state; ValueError when the table above does not know the way."""
    if state not in FORWARD[prompt.state]:
        raise ValueError(f"prompt: {prompt.state} -> {state}")
    return replace(prompt, state=state, **changes)
