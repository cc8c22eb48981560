"""Work that must be done later, whatever happens meanwhile: one row of the outbox."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct


class WorkKind(StrEnum):
    DELIVER = "deliver"  # a closed sale to the loyalty server
    RELEASE = "release"  # the points of a given-up redemption back to the customer
    WATCH = "watch"  # a redemption that may have been forgotten
    REFUND = "refund"
    POLL = "poll"  # ask for the customer's segments after the sale
    REPORT = "report"  # tell that the popup was shown; has a deadline


class Lane(StrEnum):
    """Lanes do not wait for each other: a popup report never stands behind a thousand sales."""

    SALES = "sales"
    POPUPS = "popups"
    REPORTS = "reports"  # that a popup was shown: no question that hangs may take its seconds


LANES = {
    WorkKind.DELIVER: Lane.SALES,
    WorkKind.RELEASE: Lane.SALES,
    WorkKind.WATCH: Lane.SALES,
    WorkKind.REFUND: Lane.SALES,
    WorkKind.POLL: Lane.POPUPS,
    WorkKind.REPORT: Lane.REPORTS,
}


SOON = timedelta(seconds=1)
"""A lane looks at least so often: nobody need be called for work that is due later."""


class Work(Struct, frozen=True, kw_only=True):
    """`subject` names the record the work is about; the same kind and subject is the same piece of work.

    `lease` is the generation under which a store handed it out, 0 for work that nobody has leased yet. Whoever
    works under an older lease may no longer settle the row: it belongs to somebody else.
    """

    kind: WorkKind
    subject: str
    due: datetime
    tries: int = 0
    lease: int = 0

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.subject}"

    @property
    def lane(self) -> Lane:
        return LANES[self.kind]


class OutboxRow(Struct, frozen=True, kw_only=True):
    """A row of the outbox as it lies; `leased_until` is None while nobody works on it.

    `since` is when it was first due: `due` moves on with every try that fails.
    """

    work: Work
    since: datetime
    leased_until: datetime | None
