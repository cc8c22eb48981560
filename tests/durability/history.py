"""The checker: what the loyalty server and the store hold in the end, against what registers were told."""

from decimal import Decimal

from durability.stage import Stage
from durability.till import Till

from adapters.loyalty.programme import LineStatus, Order
from gateway.domain.receipt import content_digest
from gateway.domain.refund import RefundState
from gateway.domain.sale_record import Alert, Form, Sale, State

SOLD = ("Paid", "PartlyReturned", "Returned")


async def check(stage: Stage, tills: list[Till]) -> None:
    """Everything has settled; every promise is kept, and nothing hangs."""
    stage.program.catch_up()
    assert (await stage.store.counts()).pending == 0, "something still waits"
    held = [order.id for order in stage.programme.orders if order.summary == "CheckedOut"]
    assert held == [], f"held for ever: {held}"
    is_short = any(till.refunds for till in tills)
    for till in tills:
        await _check_sale(stage, till, is_short=is_short)


async def _check_sale(stage: Stage, till: Till, *, is_short: bool) -> None:
    sale = await stage.store.sale(till.receipt.id)
    orders = [order for order in stage.programme.orders if _receipt_of(order) == till.receipt.id]
    sold = [order for order in orders if order.summary in SOLD]
    if not till.is_acknowledged:
        assert sold == [], "sold without a receipt"
        assert sale is None or (sale.state is State.OPEN and not sale.awaits_release)
        return
    assert sale is not None, "an acknowledged close is lost"
    assert sale.state is State.DELIVERED, f"{sale.state}: {sale.refusal} {sale.alerts}"
    await _check_first_close(stage, sale, till)
    assert [order.id for order in sold] == [sale.delivered_order], "not exactly one sale"
    assert not sale.awaits_release
    _check_money(sale, sold[0], till, is_short=is_short)
    await _check_refunds(stage, till, sold[0])


async def _check_first_close(stage: Stage, sale: Sale, till: Till) -> None:
    """It stands as it was, and another one under its id lies there for a person."""
    assert till.closing is not None
    assert sale.close is not None
    assert sale.close.digest == content_digest(till.closing), "another close took the place of the first"
    kept = [row for row in await stage.store.documents() if till.receipt.id.encode() in row.raw]
    assert len(kept) >= till.is_contradicted, "the other content is not kept"


def _receipt_of(order: Order) -> str:
    return order.id.partition(" (")[0].partition("~")[0]


def _check_money(sale: Sale, order: Order, till: Till, *, is_short: bool) -> None:
    """By form: the receipt's own total and points, or an alert that says what differs.

    `is_short`: goods came back, and with them went points they had earned; where those were spent already, the server
    takes points that were promised.
    """
    assert till.closing is not None
    spent = sum((line.piece.redeemed for line in order.lines), Decimal(0))
    points = till.closing.points
    match sale.form:
        case Form.WITHOUT_POINTS:
            assert (spent, Alert.POINTS_OWED in sale.alerts) == (0, True)
            assert not till.is_promised or is_short, "the points were promised"
        case Form.REPRICED:
            assert (spent, Alert.TOTAL_DIFFERS in sale.alerts) == (points, True)
        case _:
            fiscal = till.closing.total - points
            assert (sale.form, spent, order.total) == (sale.form, points, fiscal)


async def _check_refunds(stage: Stage, till: Till, order: Order) -> None:
    """Told to the piece, never more than was sold; what is above that lies parked."""
    returned = sum((line.piece.quantity for line in order.lines if line.status is LineStatus.RETURNED), Decimal(0))
    records = await stage.store.refunds_of(till.receipt.id)
    done = [row for row in records if row.state is RefundState.DONE]
    assert all(row.state in (RefundState.DONE, RefundState.PARKED) for row in records)
    assert returned == sum((_quantity(row.refund.document.lines) for row in done), Decimal(0))
    asked = sum((_quantity(refund.document.lines) for refund, _ in till.refunds.values()), Decimal(0))
    assert asked == sum((_quantity(row.refund.document.lines) for row in records), Decimal(0)), "a refund is lost"
    sold = _quantity(till.receipt.lines)
    assert returned == min(asked, sold), "not as much came back as could"


def _quantity(lines: tuple[object, ...]) -> Decimal:
    return sum((line.quantity for line in lines), Decimal(0))  # type: ignore[attr-defined]
