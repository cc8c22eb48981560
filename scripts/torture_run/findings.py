"""What a check can find, and the witnesses it asks, indexed by receipt. Pure."""

from collections import defaultdict
from enum import StrEnum

from msgspec import Struct

from torture_run.histories import Server, ServerOrder, Store, Tills

SOLD = {"Paid", "PartlyReturned", "Returned"}


class Fault(StrEnum):
    LOST = "lost"
    DOUBLED = "doubled"
    WRONG = "wrong"  # there, but for another sum, other points, or other pieces returned
    HANGING = "hanging"
    STRAY = "stray"  # at the server, and nobody sold it


class Violation(Struct, frozen=True):
    fault: Fault
    subject: str
    what: str


class Findings(Struct, frozen=True, kw_only=True):
    """The figures of the last line, and what is wrong."""

    acknowledged: int
    delivered: int
    released: int
    violations: tuple[Violation, ...]

    def number(self, fault: Fault) -> int:
        """Of receipts, not of complaints about them."""
        return len({one.subject for one in self.violations if one.fault is fault})


class Evidence:
    """The three witnesses, indexed by receipt."""

    def __init__(self, tills: Tills, server: Server, store: Store) -> None:
        self.tills, self.server, self.store = tills, server, store
        self.sales = {sale.id: sale for sale in store.sales}
        self.orders: dict[str, list[ServerOrder]] = defaultdict(list)
        for order in server.orders:
            self.orders[receipt_of(order.id)].append(order)

    def sold(self, uid: str) -> list[ServerOrder]:
        return [order for order in self.orders[uid] if order.status in SOLD]


def receipt_of(order_id: str) -> str:
    """Generations of a redemption are orders of one receipt: `<receipt>~1`."""
    return order_id.partition("~")[0]
