"""The history checker: what tills were told, held against what the loyalty server and the store hold. Pure.

An acknowledged close has to be at the server exactly once, paid (or returned), for its money and its points;
points are spent with a close or back with their customer; nothing was shown without a popup; nothing hangs.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

from torture_run.findings import SOLD, Evidence, Fault, Findings, Violation, receipt_of
from torture_run.histories import ZERO, Server, ServerOrder, Store, StoredSale, Tills, ToldClose

UNPAID_POINTS, OTHER_PRICE = "points_owed", "total_differs"


def check(tills: Tills, server: Server, store: Store) -> Findings:
    seen = Evidence(tills, server, store)
    rules = (_closes, _orders, _points, _releases, _refunds, _hanging, _popups)
    violations = tuple(violation for rule in rules for violation in rule(seen))
    return Findings(
        acknowledged=sum(close.acknowledged for close in tills.closes.values()),
        delivered=sum(len(seen.sold(close.uid)) == 1 for close in tills.closes.values() if close.acknowledged),
        released=sum(release.state == "released" for sale in store.sales for release in sale.releases),
        violations=violations,
    )


def _closes(seen: Evidence) -> Iterator[Violation]:
    for close in seen.tills.closes.values():
        sold = seen.sold(close.uid)
        stored = seen.sales.get(close.uid)
        if not sold and close.acknowledged:
            yield Violation(Fault.LOST, close.uid, f"acknowledged, not at the server; stored: {_state(stored)}")
        if not sold and stored is not None and stored.state == "delivered":
            yield Violation(Fault.LOST, close.uid, "the store believes that it was delivered")
        if len(sold) > 1:
            yield Violation(Fault.DOUBLED, close.uid, f"paid as {', '.join(order.id for order in sold)}")
        if len(sold) == 1:
            yield from _content(close, sold[0], stored)


def _content(close: ToldClose, order: ServerOrder, stored: StoredSale | None) -> Iterator[Violation]:
    """Total and points, save where an alert tells the shop that they differ."""
    alerts = stored.alerts if stored else ()
    points = ZERO if UNPAID_POINTS in alerts else close.points
    total = close.total + close.points - points
    if order.total != total and OTHER_PRICE not in alerts:
        yield Violation(Fault.WRONG, close.uid, f"sold for {total}, at the server {order.total}")
    came_back = order.status != "Paid"  # the points of what came back are with the customer again
    if order.spent > points or (order.spent != points and not came_back):
        yield Violation(Fault.WRONG, close.uid, f"{points} points, at the server {order.spent}")
    if stored is not None and stored.delivered_order not in ("", order.id):
        yield Violation(Fault.WRONG, close.uid, f"delivered as {stored.delivered_order}, paid as {order.id}")


def _orders(seen: Evidence) -> Iterator[Violation]:
    for order in seen.server.orders:
        uid = receipt_of(order.id)
        if order.created_times > 1:
            yield Violation(Fault.DOUBLED, uid, f"{order.id} came to life {order.created_times} times")
        if order.status in SOLD and uid not in seen.tills.closes:
            yield Violation(Fault.STRAY, uid, f"{order.id} is {order.status}, and no till has closed it")
        if order.status not in SOLD and order.status != "Cancelled":
            yield Violation(Fault.HANGING, uid, f"{order.id} is still {order.status}")


def _points(seen: Evidence) -> Iterator[Violation]:
    """To the kopeck: what a customer began with, less what his receipts have spent, and what they have earned."""
    moved: Counter[str] = Counter()
    for close in seen.tills.closes.values():
        for order in seen.sold(close.uid):
            moved[order.customer] += order.earned - order.spent  # type: ignore[assignment]  # a Counter of sums
    for customer in seen.server.customers:
        ought = customer.began_with + Decimal(moved[customer.id])
        if customer.has != ought:
            yield Violation(Fault.WRONG, customer.id, f"has {customer.has} points, ought to have {ought}")


def _releases(seen: Evidence) -> Iterator[Violation]:
    for sale in seen.store.sales:
        orders = {order.id: order for order in seen.orders[sale.id]}
        for release in sale.releases:
            order = orders.get(f"{sale.id}~{release.generation}" if release.generation else sale.id)
            if order is not None and order.status != "Cancelled":
                yield Violation(Fault.DOUBLED, sale.id, f"{order.id} was given up, and is {order.status}")
            if release.state != "released":
                yield Violation(Fault.HANGING, sale.id, f"release {release.generation} is {release.state}")


def _refunds(seen: Evidence) -> Iterator[Violation]:
    by_sale = defaultdict(list)
    for refund in seen.tills.refunds.values():
        by_sale[refund.of].append(refund)
    for uid, refunds in by_sale.items():
        least = sum((row.quantity for row in refunds if row.acknowledged), ZERO)
        most = sum((row.quantity for row in refunds), ZERO)
        returned = sum((order.returned for order in seen.sold(uid)), ZERO)
        if returned < least:
            yield Violation(Fault.LOST, uid, f"{least} pieces came back, {returned} at the server")
        if returned > most:
            yield Violation(Fault.DOUBLED, uid, f"{most} pieces came back, {returned} at the server")
    for uid in (uid for uid in seen.orders if uid not in by_sale):
        if returned := sum((order.returned for order in seen.sold(uid)), ZERO):
            yield Violation(Fault.STRAY, uid, f"{returned} pieces returned, and no till has taken them")


def _hanging(seen: Evidence) -> Iterator[Violation]:
    """A receipt nobody closed ends open, with nothing held; every other one is delivered."""
    for sale in seen.store.sales:
        if sale.state not in ("open", "delivered"):
            yield Violation(Fault.HANGING, sale.id, f"is {sale.state}")
    for refund in seen.store.refunds:
        if refund.state != "done":
            yield Violation(Fault.HANGING, refund.sale_id, f"refund {refund.id} is {refund.state}")
    for work in seen.store.work:
        yield Violation(Fault.HANGING, work, "is left in the outbox")
    if seen.store.documents:
        yield Violation(Fault.STRAY, "documents", f"{seen.store.documents} parked")


def _popups(seen: Evidence) -> Iterator[Violation]:
    """Reported once, only what a cashier has seen, and only where there was a popup.

    A report that the server queued and then lost is not the gateway's: no question would tell it.
    """
    told = Counter(receipt for customer in seen.server.customers for receipt in customer.reported)
    seen_by_store = {prompt.sale_id: prompt for prompt in seen.store.prompts}
    for receipt, times in told.items():
        prompt = seen_by_store.get(receipt)
        if prompt is None or prompt.id not in seen.tills.shown:
            yield Violation(Fault.STRAY, receipt, "shown was reported, and nobody has seen a popup")
        if times > 1:
            yield Violation(Fault.DOUBLED, receipt, f"shown was reported {times} times")
    for prompt in seen.store.prompts:
        if prompt.state == "reported" and not told[prompt.sale_id] and prompt.key not in seen.server.dropped:
            yield Violation(Fault.LOST, prompt.sale_id, "the store believes that shown was reported")


def _state(stored: StoredSale | None) -> str:
    return "not at all" if stored is None else stored.state
