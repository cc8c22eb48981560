"""What is durable about a sale: one frozen record, its redemption, its releases, its close, its delivery."""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from gateway.domain.call import Accepted, Operation
from gateway.domain.ids import order_id
from gateway.domain.quote import Piece, Quote
from gateway.domain.receipt import Receipt, RegisterRef


class State(StrEnum):
    OPEN = "open"
    REDEEMING = "redeeming"  # the points were asked for, the answer is not known
    REDEEMED = "redeemed"  # the points are spent at the server
    CLOSED = "closed"  # the receipt is fiscal: the point of no return
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    PARKED = "parked"  # refused for good: kept, counted, shown, resendable


BEFORE_CLOSE = (State.OPEN, State.REDEEMING, State.REDEEMED)


class Priced(Struct, frozen=True, kw_only=True):
    """An open receipt, before any of the server's discounts, and what its register was told it costs."""

    receipt: Receipt
    quote: Quote


class Hold(Struct, frozen=True, kw_only=True):
    """The call that spends the points while the receipt is open.

    `copies` counts sends of this key that no answer accounts for; `held` is True once it surely succeeded.
    """

    points: Decimal
    total: Decimal
    body: bytes
    key: str
    copies: int = 0
    last_sent: datetime | None = None
    previous_sent: datetime | None = None
    held: bool = False


class ReleaseState(StrEnum):
    DUE = "due"
    AGAIN = "again"  # cancelled once, but an older copy of the hold may still arrive
    RELEASED = "released"
    PARKED = "parked"


class Release(Struct, frozen=True, kw_only=True):
    """The points of one given-up generation on their way back to the customer."""

    generation: int
    state: ReleaseState = ReleaseState.DUE
    was_held: bool
    copies_until: datetime  # no copy of the hold can arrive later than this

    @property
    def is_over(self) -> bool:
        return self.state in (ReleaseState.RELEASED, ReleaseState.PARKED)


class Close(Struct, frozen=True, kw_only=True):
    """The closed receipt: what was sold, its digest, and the document as it came.

    `quote` is the one whose prices the receipt carries, None when its totals are the register's own; `coupons` are
    those it was made with: not every register repeats them in every request. `quoted` is the receipt as it was last
    priced: its lines do not carry the discounts yet. `at` is when the receipt was closed by our clock, `taken_at`
    when we took it (later for one that its register has kept), `told_at` what the loyalty server is told; None when
    the same.
    """

    receipt: Receipt
    digest: str
    raw: bytes
    at: datetime
    taken_at: datetime | None = None
    told_at: datetime | None = None
    coupons: tuple[str, ...] = ()
    quote: Quote | None = None
    quoted: Receipt | None = None

    @property
    def sold_at(self) -> datetime:
        """The time of the sale as the loyalty server is told."""
        return self.told_at or self.at


class Form(StrEnum):
    """How a closed receipt is told (design, sale protocol section 4)."""

    QUOTED = "quoted"  # F1: the server's own prices
    OFFLINE = "offline"  # F2: the register's prices, no points spent
    REPRICED = "repriced"  # F3: the server's prices of today with the points; totals differ
    WITHOUT_POINTS = "without_points"  # F4: the server refused the points the customer has used


class Delivery(Struct, frozen=True, kw_only=True):
    """The call that delivers the receipt. Same bytes and key until it is settled.

    `points` and `total` say what the order must show when the server only answers that it knows the key.
    """

    operation: Operation
    order_id: str
    points: Decimal
    total: Decimal
    body: bytes
    key: str
    copies: int = 0
    last_sent: datetime | None = None
    previous_sent: datetime | None = None


class Alert(StrEnum):
    TOTAL_DIFFERS = "total_differs"
    POINTS_OWED = "points_owed"
    REFUSED = "refused"
    RELEASE_REFUSED = "release_refused"


class Sale(Struct, frozen=True, kw_only=True):
    """Everything durable about one receipt. `id` is also the order id of generation 0.

    `priced` is what the points were spent on: a close after a restart is priced by it. `sold` are the pieces as they
    were delivered: a refund names them. `stripped`: nothing in it tells of the customer any longer. `dropped` is why
    a person put a parked sale aside; it stays in the store all the same.
    """

    id: str
    register: RegisterRef
    version: int = 0
    state: State = State.OPEN
    generation: int = 0
    attempt: int = 0
    priced: Priced | None = None
    hold: Hold | None = None
    releases: tuple[Release, ...] = ()
    close: Close | None = None
    form: Form | None = None
    delivery: Delivery | None = None
    sold: tuple[Piece, ...] = ()
    delivered_order: str = ""
    delivered_at: datetime | None = None
    outcome: Accepted | None = None
    alerts: tuple[Alert, ...] = ()
    refusal: str = ""
    seen_at: datetime | None = None
    stripped: bool = False
    dropped: str = ""

    @property
    def changed_at(self) -> datetime | None:
        """The latest moment the record knows of: how old it is when it is only kept for reference."""
        known = (self.seen_at, self.close.at if self.close else None, self.delivered_at)
        return max((at for at in known if at is not None), default=None)

    @property
    def shift(self) -> str:
        """The register's number of the shift it was closed in; empty before, and where the register does not tell."""
        return self.close.receipt.shift if self.close else ""

    @property
    def order_id(self) -> str:
        return order_id(self.id, self.generation)

    @property
    def is_closed(self) -> bool:
        return self.state not in BEFORE_CLOSE

    @property
    def is_over(self) -> bool:
        """Nothing more will happen by itself: delivered, put aside by a person, or never closed."""
        if self.state is State.PARKED:
            return self.dropped != ""
        return self.state in (State.DELIVERED, State.OPEN) and not self.awaits_release

    @property
    def awaits_release(self) -> bool:
        return any(release.state in (ReleaseState.DUE, ReleaseState.AGAIN) for release in self.releases)

    @property
    def release_parked(self) -> bool:
        return any(release.state is ReleaseState.PARKED for release in self.releases)

    @property
    def open_generation(self) -> int:
        """What the next order of an open receipt is named by; 0 once it is closed."""
        return self.generation if self.close is None else 0

    def release_of(self, generation: int) -> Release | None:
        return next((row for row in self.releases if row.generation == generation), None)

    def with_release(self, changed: Release) -> "Sale":
        rows = (changed if row.generation == changed.generation else row for row in self.releases)
        return replace(self, releases=tuple(rows))

    def with_alert(self, alert: Alert | None) -> "Sale":
        return self if alert is None or alert in self.alerts else replace(self, alerts=(*self.alerts, alert))


class Profile(Struct, frozen=True, kw_only=True):
    """How a loyalty server spends and gives back points (sale protocol, sections 3 and 9).

    `updates_held`: the closed receipt may update the order that holds its points, also to none. `cancel_settles`: a
    cancel that found its order is final, since a cancelled order refuses late holds.
    `pays_apart`: the sale is only placed, a call of its own says that it is paid.
    """

    name: str
    updates_held: bool
    cancel_settles: bool
    pays_apart: bool = False


CREATE_THEN_CANCEL = Profile(name="create_then_cancel", updates_held=True, cancel_settles=False)
TWO_PHASE = Profile(name="two_phase", updates_held=False, cancel_settles=True)


class Terms(Struct, frozen=True, kw_only=True):
    """The protocol's profile and its times.

    `request_life`: the longest life of a request; `queue_life`: how long a queued call is looked for before it is
    sent again; `release_after`: how long points wait for a close; `first_try`: how long the first try of a delivery
    or a release has before the outbox takes over.
    """

    request_life: timedelta = timedelta(seconds=60)
    queue_life: timedelta = timedelta(seconds=60)
    release_after: timedelta = timedelta(minutes=15)
    first_try: timedelta = timedelta(seconds=5)
    profile: Profile = CREATE_THEN_CANCEL


def is_settled(call: Hold | Delivery, terms: Terms) -> bool:
    """Whether a refusal is final: no older copy of the call can still be under way."""
    if call.copies <= 1 or call.last_sent is None or call.previous_sent is None:
        return True
    return call.last_sent - call.previous_sent > terms.request_life
