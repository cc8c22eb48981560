"""What became of one print job; decides whether it may be tried again without printing a coupon twice."""

from enum import StrEnum

from msgspec import Struct


class PrintState(StrEnum):
    BLOCKED = "blocked"  # nothing was sent: try again freely
    DONE = "done"  # the printer said that it worked through the whole job
    SENT = "sent"  # all was handed over; this printer cannot confirm
    UNKNOWN = "unknown"  # it broke after the first byte: a part, or all, may be on paper


class Trouble(StrEnum):
    """Why, in words fit for a metric's label."""

    NONE = ""
    OFFLINE = "offline"  # cannot be reached, or says that it is off line
    SILENT = "silent"  # reached, but does not answer though it is set up as one that does
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    FAULT = "fault"  # cutter, head, or another error the printer reports
    BUSY = "busy"  # earlier jobs took all the time
    TIMEOUT = "timeout"  # it stopped taking bytes, or did not confirm in time
    BROKEN_OFF = "broken_off"  # the connection ended in the middle of the job


class Composed(Struct, frozen=True):
    """A slip as the bytes of one printer; `lost` counts characters it cannot show (printed as question marks)."""

    data: bytes
    lost: int = 0


class PrintOutcome(Struct, frozen=True, kw_only=True):
    state: PrintState
    reason: Trouble = Trouble.NONE

    @property
    def may_repeat(self) -> bool:
        """Nothing can be on paper yet."""
        return self.state is PrintState.BLOCKED


def blocked(reason: Trouble) -> PrintOutcome:
    return PrintOutcome(state=PrintState.BLOCKED, reason=reason)


def unknown(reason: Trouble) -> PrintOutcome:
    return PrintOutcome(state=PrintState.UNKNOWN, reason=reason)
