"""Lines of a till's document as lines of a receipt. Pure."""

from collections.abc import Iterable
from decimal import Decimal

from adapters.registers.frontol.wire import LARGEST, Position, number
from gateway.domain.money import ZERO, kopecks
from gateway.domain.receipt import LineItem
from gateway.errors import MalformedRequest

ONE, NOTHING = Decimal(1), kopecks(ZERO)
HIGHEST = int(LARGEST)
"""Of an index."""


def lines(rows: Iterable[Position]) -> tuple[LineItem, ...]:
    """Lines of nothing are left out. Raises `MalformedRequest` naming the member that cannot be understood."""
    found = []
    for place, row in enumerate(rows, 1):
        try:
            line = _line(row)
        except ValueError:
            raise MalformedRequest(f"positions[{place}].{_wrong(row)}") from None
        if line.quantity:
            found.append(line)
    return tuple(found)


def _line(row: Position) -> LineItem:
    """Raises `ValueError` for what no till can mean."""
    price = number(row.price) if row.price else ZERO
    quantity = number(row.quantity) if row.quantity else ONE
    if quantity < ZERO or abs(row.index) > HIGHEST or abs(row.reference_index or 0) > HIGHEST:
        raise ValueError
    return LineItem(
        index=row.index,
        sku=row.id,
        name=row.text,
        quantity=quantity,
        unit_price=price,
        minimum_price=number(row.minimum_price) if row.minimum_price else ZERO,
        total=kopecks(number(row.total_amount) if row.total_amount else price * quantity),
        discarded=kopecks(number(row.discarded_amount)) if row.discarded_amount else NOTHING,
        coupons=tuple(filter(None, row.coupons)) if row.coupons else (),
        original_index=row.reference_index,
    )


def _wrong(row: Position) -> str:
    """The first member of a line that no till can mean, and why."""
    amounts = {
        "price": row.price,
        "quantity": row.quantity,
        "minimumPrice": row.minimum_price,
        "totalAmount": row.total_amount,
        "discardedAmount": row.discarded_amount,
    }
    for member, text in amounts.items():
        try:
            number(text or "0")
        except ValueError:
            return f"{member}: не число"
    if max(abs(row.index), abs(row.reference_index or 0)) > HIGHEST:
        return "index: не число"
    return "quantity: меньше нуля"
