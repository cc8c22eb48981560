"""The store at a glance, for its administrator: nothing of a customer stands here."""

from datetime import datetime

from msgspec import Struct

from gateway.domain.printer_state import PrinterState


class LoyaltyState(Struct, frozen=True, kw_only=True):
    """`breakers` by kind of operation: closed (all is well), half_open, open. Latencies in seconds; None: unasked."""

    breakers: dict[str, str]
    median: float | None
    p99: float | None
    in_flight: int
    last_success: datetime | None
    last_failure: datetime | None


class RegisterState(Struct, frozen=True, kw_only=True):
    """Since the start of the process. `screens`: connected now; `screen_missing`: in use, and no screen has asked."""

    name: str
    last_seen: datetime | None
    calls: int
    errors: int
    screens: int
    screen_missing: bool


class ParkedRecord(Struct, frozen=True, kw_only=True):
    """What waits for a person. `why` in the words of whoever refused it."""

    id: str
    kind: str
    at: datetime | None
    why: str
    can_retry: bool


class OutboxState(Struct, frozen=True, kw_only=True):
    """`oldest_seconds`: how long the oldest work is overdue. None as a whole: the store cannot be read."""

    pending: int
    oldest_seconds: float
    parked: tuple[ParkedRecord, ...]
    parked_count: int


class PopupCounts(Struct, frozen=True, kw_only=True):
    """Since the start of the process."""

    raised: int
    shown: int
    left: int
    reported: int
    expired: int


class Minute(Struct, frozen=True, kw_only=True):
    """One minute of the last hour; `p99` in seconds, None where nobody asked; `pending` as it was at its end."""

    at: datetime
    calls: int
    errors: int
    p99: float | None
    pending: int | None


class Overview(Struct, frozen=True, kw_only=True):
    """`limited`: reasons and since when; empty while sales go on as usual."""

    outlet: str
    version: str
    now: datetime
    started: datetime
    limited: dict[str, datetime]
    limited_by_hand: bool
    loyalty: LoyaltyState
    registers: tuple[RegisterState, ...]
    outbox: OutboxState | None
    popups: PopupCounts
    printers: tuple[PrinterState, ...]
    hour: tuple[Minute, ...]
