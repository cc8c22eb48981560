"""Which form a closed receipt is told in: the first one that is true of it (sale protocol, section 4)."""

from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from gateway.domain.call import Intent, MarkPaid, Operation, PlaceOfflineOrder, PlaceOrder
from gateway.domain.deadline import Deadline
from gateway.domain.money import ZERO
from gateway.domain.quote import Piece, Quote, carries
from gateway.domain.receipt import LineItem, Receipt, TenderKind, before_points
from gateway.domain.sale_record import Alert, Close, Form, Sale
from gateway.ports import LoyaltyProgram


class Plan(Struct, frozen=True, kw_only=True):
    """What to send, and what the order must show afterwards."""

    form: Form
    operation: Operation
    intent: Intent
    points: Decimal
    total: Decimal
    sold: tuple[Piece, ...]
    alert: Alert | None = None


class Planning:
    def __init__(self, program: LoyaltyProgram) -> None:
        self._program = program

    def at_once(self, sale: Sale, close: Close) -> Plan | None:
        """The plan that needs no question and waits for nothing: of most receipts, as they are closed."""
        if sale.hold is not None or sale.releases or close.quote is None:
            return None
        return _quoted(sale, close, close.quote, Form.QUOTED, close.receipt.points)

    async def plan(self, sale: Sale, close: Close, form: Form | None, deadline: Deadline) -> Plan:
        """The `form` decided before, else the first that fits. Raises `LoyaltyError` when it must ask first."""
        receipt = close.receipt
        if form is Form.OFFLINE:
            return _offline(sale, close)
        if close.quote is not None and form in (None, Form.QUOTED):
            return _quoted(sale, close, close.quote, Form.QUOTED, receipt.points)
        base = close.quoted or before_points(receipt)
        asked = replace(base, customer=receipt.customer, coupons=close.coupons)  # as the order itself will be placed
        fresh = await self._program.quote(asked, sale.order_id, close.sold_at, deadline=deadline)
        if form in (None, Form.QUOTED) and carries(receipt, base, fresh):
            return _quoted(sale, close, fresh, Form.QUOTED, receipt.points)
        nobody = receipt.points > ZERO and (receipt.customer is None or fresh.stranger)
        if form is Form.WITHOUT_POINTS or nobody:
            return _quoted(sale, close, fresh, Form.WITHOUT_POINTS, ZERO)
        if receipt.points > ZERO:
            return _quoted(sale, close, fresh, Form.REPRICED, receipt.points)
        return _offline(sale, close, stranger=fresh.stranger)


ALERTS = {Form.REPRICED: Alert.TOTAL_DIFFERS, Form.WITHOUT_POINTS: Alert.POINTS_OWED}


def _quoted(sale: Sale, close: Close, quote: Quote, form: Form, points: Decimal) -> Plan:
    """The server's own prices, so that it computes the same total again."""
    receipt = close.receipt
    total = quote.total - points
    intent = PlaceOrder(
        order_id=sale.order_id,
        register=receipt.register,
        customer=None if quote.stranger else receipt.customer,
        pieces=quote.pieces,
        coupons=quote.usable(close.coupons),
        tenders=receipt.tenders,
        points=points,
        total=total,
        at=close.sold_at,
        paid=True,
    )
    return Plan(
        form=form,
        operation=Operation.SALE,
        intent=intent,
        points=points,
        total=total,
        sold=quote.pieces,
        alert=ALERTS.get(form),
    )


def _offline(sale: Sale, close: Close, *, stranger: bool = False) -> Plan:
    """The register's own prices: the server can only take note of them."""
    receipt = close.receipt
    total = _paid(receipt)
    intent = PlaceOfflineOrder(
        order_id=sale.order_id,
        register=receipt.register,
        customer=None if stranger else receipt.customer,
        lines=receipt.lines,
        tenders=receipt.tenders,
        total=total,
        at=close.sold_at,
    )
    return Plan(
        form=Form.OFFLINE,
        operation=Operation.OFFLINE_SALE,
        intent=intent,
        points=ZERO,
        total=total,
        sold=tuple(_piece(line) for line in receipt.lines),
    )


def paid_apart(sale: Sale, close: Close) -> Plan:
    """The order is placed as planned before; now it becomes a sale."""
    return Plan(
        form=sale.form or Form.QUOTED,
        operation=Operation.PAID,
        intent=MarkPaid(order_id=sale.order_id, at=close.sold_at),
        points=ZERO,
        total=ZERO,
        sold=sale.sold,
    )


def _paid(receipt: Receipt) -> Decimal:
    """What was paid in money; the lines' sum for a receipt without payments."""
    money = [tender.amount for tender in receipt.tenders if tender.kind is not TenderKind.POINTS]
    return sum(money, ZERO) if money else receipt.total


def _piece(line: LineItem) -> Piece:
    return Piece(
        number=line.index,
        index=line.index,
        sku=line.sku,
        quantity=line.quantity,
        unit_price=line.unit_price,
        total=line.total,
    )
