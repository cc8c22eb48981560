"""What may happen to a sale, and what may come of it."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from gateway.domain.call import Answer, Operation
from gateway.domain.quote import Piece
from gateway.domain.sale_record import Alert, Close, Form, Priced, Sale
from gateway.domain.work import Work


class RedeemAsked(Struct, frozen=True, kw_only=True):
    """The register pays with points. `body` is None when no quote of this very basket was told."""

    points: Decimal
    total: Decimal
    body: bytes | None
    now: datetime
    priced: Priced | None = None


class UndoAsked(Struct, frozen=True, kw_only=True):
    now: datetime


class HoldSent(Struct, frozen=True, kw_only=True):
    """The worker is about to repeat a hold whose outcome is unknown: the receipt was closed meanwhile."""

    now: datetime


class HoldAnswered(Struct, frozen=True, kw_only=True):
    generation: int
    copies: int
    answer: Answer
    now: datetime


class Idle(Struct, frozen=True, kw_only=True):
    """The release timer looks whether a redemption has been forgotten. `seen_at`: last asked about, in any way."""

    now: datetime
    seen_at: datetime | None = None


class HoldDropped(Struct, frozen=True, kw_only=True):
    """The closed receipt needs an unused order id, so the points held under this one are given up."""

    now: datetime


class ReleaseAnswered(Struct, frozen=True, kw_only=True):
    generation: int
    answer: Answer
    now: datetime


class ResendAsked(Struct, frozen=True, kw_only=True):
    """A person has mended what the server refused: try the parked sale again."""

    now: datetime


class CloseAsked(Struct, frozen=True, kw_only=True):
    close: Close


class DeliverySent(Struct, frozen=True, kw_only=True):
    """About to send; `form` and the call are new or the stored ones."""

    form: Form
    operation: Operation
    points: Decimal
    total: Decimal
    sold: tuple[Piece, ...]
    body: bytes
    now: datetime
    alert: Alert | None = None


class QuoteRefused(Struct, frozen=True, kw_only=True):
    """The server will not price the closed receipt, and says why in `text`."""

    text: str
    now: datetime


class DeliveryAnswered(Struct, frozen=True, kw_only=True):
    copies: int
    answer: Answer
    now: datetime


Event = (
    RedeemAsked | UndoAsked | HoldSent | HoldAnswered | Idle | HoldDropped | ReleaseAnswered
    | CloseAsked | QuoteRefused | DeliverySent | DeliveryAnswered | ResendAsked
)  # fmt: skip


class Verdict(StrEnum):
    DONE = "done"
    CALL = "call"  # the bytes are stored: send them
    WAIT = "wait"  # nothing to do yet
    STALE = "stale"  # answers a send that is no longer the current one
    DUPLICATE = "duplicate"
    DIFFERENT = "different"  # another content under a known id
    RECALCULATE = "recalculate"
    RETURNING = "returning"  # earlier points are on their way back
    TOO_LATE = "too_late"  # the receipt is closed
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"


class Step(Struct, frozen=True, kw_only=True):
    sale: Sale
    verdict: Verdict
    work: tuple[Work, ...] = ()
    finished: tuple[Work, ...] = ()


def stay(sale: Sale, verdict: Verdict) -> Step:
    """Nothing new to enqueue; `sale` may differ in what is not its state."""
    return Step(sale=sale, verdict=verdict)
