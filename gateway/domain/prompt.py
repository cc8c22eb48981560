"""A prompt: what the cashier should say to this customer now. A popup is how one screen shows it.

OFFERED -> SHOWN -> REPORTED        either may end in EXPIRED when its window closes
        -> LEFT                     the customer had gone: nobody heard it, nothing is reported
"""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from gateway.domain.receipt import RegisterRef


class PromptState(StrEnum):
    OFFERED = "offered"
    SHOWN = "shown"
    LEFT = "left"
    REPORTED = "reported"
    EXPIRED = "expired"


A_MOMENT = timedelta(seconds=5)
"""By so much a clock is moved when it is only kept right."""


REPORT_TAKES = timedelta(seconds=2)
"""A report that leaves later than this before the deadline would arrive after it."""

ANSWER_TAKES = timedelta(seconds=1)
"""Till a report leaves: its answer is stored and the queue of reports is rung; with room for a slow disk."""

TO_REPORT = REPORT_TAKES + ANSWER_TAKES
"""The end of a popup's window in which it is shown no more."""


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
    fields: dict[str, str] = {}
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

    @property
    def report_by(self) -> datetime:
        """When its report has to leave at the latest."""
        return self.deadline - REPORT_TAKES

    @property
    def answer_by(self) -> datetime:
        """Until when it may be seen: later than this nobody would hear of it, and the customer got nothing for it."""
        return self.deadline - TO_REPORT

    def waits(self, now: datetime) -> bool:
        """Whether it may still be seen. One from the future is of a clock set back since: nobody knows its age."""
        return self.offered_at - A_MOMENT <= now < self.answer_by

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
