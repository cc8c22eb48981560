"""What three witnesses say of the same sales: the tills, the loyalty server, and the gateway's store."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

ZERO = Decimal(0)


class ToldClose(Struct, kw_only=True):
    """A receipt as its till closed it: `total` is the money paid, `points` what the customer paid besides.

    `acknowledged` once an answer said so; one that was sent and never answered may be at the server or not.
    """

    uid: str
    customer: str = ""
    total: Decimal = ZERO
    points: Decimal = ZERO
    acknowledged: bool = False


class ToldRefund(Struct, kw_only=True):
    """Pieces given back of the sale `of`."""

    uid: str
    of: str
    quantity: Decimal
    acknowledged: bool = False


class Tills(Struct, kw_only=True):
    """`opened` are all receipts a till ever began, closed or not; `shown` the popups a cashier confirmed."""

    opened: set[str] = set()
    closes: dict[str, ToldClose] = {}
    refunds: dict[str, ToldRefund] = {}
    shown: set[str] = set()


class ServerOrder(Struct, frozen=True, kw_only=True):
    """`total` is what was sold, whatever came back later; `spent` and `earned` as they stand now."""

    id: str
    status: str
    total: Decimal = ZERO
    spent: Decimal = ZERO
    earned: Decimal = ZERO
    customer: str = ""
    returned: Decimal = ZERO
    created_times: int = 1


class ServerCustomer(Struct, frozen=True, kw_only=True):
    """`reported` are the receipts whose popup the server was told was shown, as often as it was told."""

    id: str
    began_with: Decimal
    has: Decimal
    reported: tuple[str, ...] = ()


class Server(Struct, frozen=True, kw_only=True):
    """`dropped` are the keys of calls that it has taken into its queue and lost there, telling nobody."""

    orders: tuple[ServerOrder, ...] = ()
    customers: tuple[ServerCustomer, ...] = ()
    dropped: frozenset[str] = frozenset()


class StoredRelease(Struct, frozen=True, kw_only=True):
    generation: int
    state: str
    copies_until: datetime | None = None


class StoredSale(Struct, frozen=True, kw_only=True):
    id: str
    state: str
    delivered_order: str = ""
    alerts: tuple[str, ...] = ()
    releases: tuple[StoredRelease, ...] = ()


class StoredRefund(Struct, frozen=True, kw_only=True):
    id: str
    sale_id: str
    state: str


class StoredPrompt(Struct, frozen=True, kw_only=True):
    """`key` is that of the call by which the server was told that it was shown."""

    id: str
    sale_id: str
    state: str
    key: str = ""


class Store(Struct, frozen=True, kw_only=True):
    """`work` are the outbox rows that are left."""

    sales: tuple[StoredSale, ...] = ()
    refunds: tuple[StoredRefund, ...] = ()
    prompts: tuple[StoredPrompt, ...] = ()
    documents: int = 0
    work: tuple[str, ...] = ()
