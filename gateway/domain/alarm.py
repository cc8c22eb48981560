"""What the administrator is told of: a cause that holds, and how far the telling has come."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

AT_MOST_EVERY = timedelta(hours=1)
"""Of one cause: a fault that comes and goes does not fill a mailbox."""


class Cause(StrEnum):
    LOYALTY_AWAY = "loyalty_away"
    OUTBOX_OLD = "outbox_old"
    PARKED = "parked"
    STORE = "store"
    DISK = "disk"
    PRINTER = "printer"
    POPUP_LATE = "popup_late"
    REGISTER_SILENT = "register_silent"
    NO_SCREEN = "no_screen"


class News(StrEnum):
    BEGAN = "began"
    OVER = "over"


class Alarm(Struct, frozen=True, kw_only=True):
    """One cause. `since`: it holds since then, None: it does not hold. `said`: what exactly.

    `told_since`: the administrator believes that it holds since then. `mailed_at`: the last mail that it began.
    """

    cause: Cause
    since: datetime | None = None
    said: str = ""
    told_since: datetime | None = None
    mailed_at: datetime | None = None

    def seen(self, said: str, now: datetime) -> "Alarm":
        """As looked at now; `said` is empty when it does not hold."""
        if not said:
            return replace(self, since=None)
        return replace(self, since=self.since or now, said=said)

    def due(self, now: datetime) -> News | None:
        """What has to be told now."""
        if self.since is None:
            return News.OVER if self.told_since is not None else None
        if self.told_since is not None or (self.mailed_at and now - self.mailed_at < AT_MOST_EVERY):
            return None
        return News.BEGAN

    def told(self, news: News, now: datetime) -> "Alarm":
        if news is News.OVER:
            return replace(self, told_since=None)
        return replace(self, told_since=self.since, mailed_at=now)
