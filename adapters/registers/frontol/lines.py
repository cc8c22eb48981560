"""Lines of a till's document as lines of a receipt. Pure."""

from collections.abc import Sequence

from adapters.registers.frontol.wire import Position, number, roubles
from gateway.domain.money import ZERO, kopecks
from gateway.domain.receipt import LineItem
from gateway.errors import MalformedRequest

NOTHING = kopecks(ZERO)


def lines(rows: Sequence[Position]) -> tuple[LineItem, ...]:
    """Lines of nothing are left out. Raises `MalformedRequest` naming the member that cannot be understood."""
    try:
        return tuple([line for line in map(_line, rows) if line.quantity])
    except ValueError:
        raise MalformedRequest(next(filter(None, map(_wrong, range(1, len(rows) + 1), rows)))) from None


def _line(row: Position) -> LineItem:
    """Raises `ValueError` for what no till can mean."""
    price, quantity = number(row.price or "0"), number(row.quantity or "1")
    if quantity < ZERO:
        raise ValueError
    return LineItem(
        index=row.index,
        sku=row.id,
        name=row.text,
        quantity=quantity,
        unit_price=price,
        minimum_price=number(row.minimum_price or "0"),
        total=roubles(row.total_amount) if row.total_amount else kopecks(price * quantity),
        discarded=roubles(row.discarded_amount) if row.discarded_amount else NOTHING,
        coupons=tuple(filter(None, row.coupons)) if row.coupons else (),
        original_index=row.reference_index,
    )


def _wrong(place: int, row: Position) -> str:
    """The first member of a line that no till can mean, and why; empty when there is none."""
    amounts = {
        "price": row.price,
        "quantity": row.quantity,
        "minimumPrice": row.minimum_price,
        "totalAmount": row.total_amount,
        "discardedAmount": row.discarded_amount,
    }
    for member, text in amounts.items():
        try:
            found = number(text or "0")
        except ValueError:
            return f"positions[{place}].{member}: не число"
        if member == "quantity" and found < ZERO:
            return f"positions[{place}].quantity: меньше нуля"
    return ""
