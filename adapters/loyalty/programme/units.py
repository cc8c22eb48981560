"""A basket taken apart: every counted piece alone, a weighed line as one; discounts land on pieces."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from msgspec import Struct

from adapters.loyalty.programme.basket import BasketLine
from gateway.domain.money import KOPECK, ZERO, kopecks

# Above this a line is priced as if weighed: nobody reads a thousand pieces with prices of their own.
MOST_UNITS = 1000


class Discount(Struct, frozen=True, kw_only=True):
    """Roubles off, by a promotion of ours or (`of_till`) one the register applied itself."""

    promotion: str
    amount: Decimal
    of_till: bool = False


class Unit(Struct, kw_only=True):
    """One piece of a counted line, or a whole weighed one; sums are roubles of this unit."""

    line: BasketLine
    quantity: Decimal
    base: Decimal
    floor: Decimal
    till: tuple[Discount, ...] = ()
    discounts: tuple[Discount, ...] = ()

    @property
    def net(self) -> Decimal:
        """The price after the discounts so far."""
        if not self.discounts and not self.till:
            return self.base
        return self.base - sum((discount.amount for discount in self.till + self.discounts), ZERO)

    @property
    def room(self) -> Decimal:
        """How much can still come off before the minimum price."""
        return max(self.net - self.floor, ZERO)

    def take(self, promotion: str, amount: Decimal) -> None:
        """Lower the price by `amount`, or by what the minimum price lets."""
        off = min(amount, self.room)
        if off > ZERO:
            self.discounts = (*self.discounts, Discount(promotion=promotion, amount=off))


def even(amount: Decimal, count: int) -> list[Decimal]:
    """`amount` in `count` parts that differ by a kopeck at most; the greater ones come last."""
    whole, rest = divmod(int(kopecks(amount) / KOPECK), count)
    return [whole * KOPECK] * (count - rest) + [(whole + 1) * KOPECK] * rest


def take_apart(lines: Iterable[BasketLine]) -> list[Unit]:
    """All units of a basket, in the order of its lines."""
    return [unit for line in lines for unit in _units(line)]


def _units(line: BasketLine) -> list[Unit]:
    if not line.is_counted or line.quantity > MOST_UNITS:
        till = tuple(_till(discount.promotion, discount.amount) for discount in line.till_discounts)
        floor = kopecks(line.minimum_price * line.quantity)
        return [Unit(line=line, quantity=line.quantity, base=line.base, floor=floor, till=till)]
    count = int(line.quantity)
    parts = [(discount.promotion, even(discount.amount, count)) for discount in line.till_discounts]
    return [
        Unit(
            line=line,
            quantity=Decimal(1),
            base=line.unit_price,
            floor=line.minimum_price,
            till=tuple(_till(promotion, shares[place]) for promotion, shares in parts),
        )
        for place in range(count)
    ]


def _till(promotion: str, amount: Decimal) -> Discount:
    return Discount(promotion=promotion, amount=amount, of_till=True)


def runs(units: Sequence[Unit]) -> Iterator[list[Unit]]:
    """Neighbours that cost the same (to the kopeck of a till's indivisible discount).

    A run does not end where a line ends: the pieces a line was split into, sent back as lines of their own,
    must be priced as the line was.
    """
    run: list[Unit] = []
    for unit in units:
        if run and not _alike(run[0], unit):
            yield run
            run = []
        run.append(unit)
    if run:
        yield run


def _alike(one: Unit, other: Unit) -> bool:
    same = (one.line.sku, one.base, one.floor) == (other.line.sku, other.base, other.floor)
    return same and one.line.is_counted and other.line.is_counted and abs(one.net - other.net) <= KOPECK
