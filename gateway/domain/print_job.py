"""A slip on its way to paper, durable with its bytes: printed once, or told to somebody that it was not.

ISSUED -> WAITING -> PRINTING -> done: the record goes
   a job may end as UNKNOWN (it may be on paper) or UNPRINTED (surely not); then a person decides

Names and codes stand in the bytes: they go as soon as nobody prints them any more. Only the codes of coupons stay
with a job that is not surely on paper, for the customer will ask for them.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from gateway.domain.receipt import RegisterRef


class JobState(StrEnum):
    ISSUED = "issued"  # coupons of a sale, stored with its delivery: who prints them is not decided yet
    WAITING = "waiting"  # nothing was sent: it may be tried at any time
    PRINTING = "printing"  # the printer may have its first byte
    UNKNOWN = "unknown"  # it broke in the middle: a part, or all, may be on paper
    UNPRINTED = "unprinted"  # its time is over, nothing is on paper


FORWARD: dict[JobState, frozenset[JobState]] = {
    JobState.ISSUED: frozenset({JobState.WAITING, JobState.UNPRINTED, JobState.UNKNOWN}),
    JobState.WAITING: frozenset({JobState.PRINTING, JobState.UNPRINTED, JobState.UNKNOWN}),
    JobState.PRINTING: frozenset({JobState.WAITING, JobState.UNKNOWN}),
    JobState.UNKNOWN: frozenset({JobState.WAITING}),  # a person said so
    JobState.UNPRINTED: frozenset({JobState.WAITING}),
}


class PrintJob(Struct, frozen=True, kw_only=True):
    """`printer` is the name of the one that prints it, empty while nobody does. `data` are ESC/POS bytes.

    `codes` are the coupons on it. It is worth printing until `expires_at`; `reason` is why it was not printed.
    `doubtful`: an earlier try may have put it on paper, so that it never again counts as surely not printed.
    """

    id: str
    register: RegisterRef
    document: str
    made_at: datetime
    expires_at: datetime
    state: JobState
    printer: str = ""
    data: bytes = b""
    codes: tuple[str, ...] = ()
    reason: str = ""
    doubtful: bool = False
    version: int = 0

    def __repr__(self) -> str:
        return f"PrintJob(id={self.id!r}, document={self.document!r}, state={self.state!r})"


def moved(job: PrintJob, state: JobState, **changes: object) -> PrintJob:
    """`job` in its next state; ValueError when the table above does not know the way."""
    if state not in FORWARD[job.state]:
        raise ValueError(f"print job: {job.state} -> {state}")
    return replace(job, state=state, doubtful=job.doubtful or job.state is JobState.UNKNOWN, **changes)


def given_up(job: PrintJob, **changes: object) -> PrintJob:
    """A WAITING job that nobody prints any more, with its bytes only where a person may print it once more."""
    if job.doubtful:
        return moved(job, JobState.UNKNOWN, **changes)
    return moved(job, JobState.UNPRINTED, data=b"", **changes)
