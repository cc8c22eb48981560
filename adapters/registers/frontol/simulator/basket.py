"""The till's own arithmetic: lines, the server's discounts and the points on them, to the kopeck. Pure."""

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal

from msgspec import Struct
from msgspec.structs import replace

from adapters.registers.frontol.simulator.answers import Answer, AnswerNotUnderstood
from gateway.domain.money import ZERO, kopecks, spread

ROUBLE = Decimal(1)


class BasketLine(Struct, frozen=True, kw_only=True):
    """Sums in roubles. `own_discount` is the till's, `discount` the server's (both for the whole line).

    `paid` is what points pay of it.
    """

    index: int
    sku: str
    name: str
    price: Decimal
    quantity: Decimal = Decimal(1)
    minimum_price: Decimal = ZERO
    own_discount: Decimal = ZERO
    discount: Decimal = ZERO
    paid: Decimal = ZERO

    @property
    def before(self) -> Decimal:
        """After the till's own discounts, before the server's."""
        return kopecks(self.price * self.quantity) - self.own_discount

    @property
    def after(self) -> Decimal:
        """After all discounts, before points."""
        return self.before - self.discount

    @property
    def due(self) -> Decimal:
        """What is left to pay with money."""
        return self.after - self.paid


class Basket(Struct, frozen=True):
    """The open receipt; every change gives a new one."""

    lines: tuple[BasketLine, ...] = ()

    def scan(
        self,
        sku: str,
        name: str,
        price: str,
        quantity: str = "1",
        *,
        minimum_price: str = "0",
        own_discount: str = "0",
    ) -> "Basket":
        """One more line. The discounts so far were computed without it and fall away."""
        line = BasketLine(
            index=len(self.lines) + 1,
            sku=sku,
            name=name,
            price=Decimal(price),
            quantity=Decimal(quantity),
            minimum_price=Decimal(minimum_price),
            own_discount=Decimal(own_discount),
        )
        return self.discounted({}).with_line(line)

    def with_line(self, line: BasketLine) -> "Basket":
        return Basket((*self.lines, line))

    @property
    def before(self) -> Decimal:
        return sum((line.before for line in self.lines), ZERO)

    @property
    def discount(self) -> Decimal:
        return sum((line.discount for line in self.lines), ZERO)

    @property
    def after(self) -> Decimal:
        return sum((line.after for line in self.lines), ZERO)

    @property
    def points(self) -> Decimal:
        return sum((line.paid for line in self.lines), ZERO)

    @property
    def due(self) -> Decimal:
        return sum((line.due for line in self.lines), ZERO)

    @property
    def dropped(self) -> Decimal:
        """Kopecks a till drops when it sells for whole roubles."""
        return self.due - self.due.quantize(ROUBLE, ROUND_DOWN)

    def discounted(self, discounts: Mapping[int, Decimal]) -> "Basket":
        """The server's discounts in place of the earlier ones. Raises `AnswerNotUnderstood`."""
        self._known(discounts)
        lines = tuple(replace(line, discount=discounts.get(line.index, ZERO), paid=ZERO) for line in self.lines)
        for line in lines:
            if line.after < kopecks(line.minimum_price * line.quantity):
                raise AnswerNotUnderstood(f"строка {line.index}: {line.after} ниже минимальной цены")
        return Basket(lines)

    def paid_with_points(self, amount: Decimal, answer: Answer) -> "Basket":
        """`amount` paid with points, divided as the answer says or, when it does not, by the till itself.

        Raises `AnswerNotUnderstood` when the parts are not the payment.
        """
        parts = answer.paid or self._divided(amount)
        self._known(parts)
        if sum(parts.values(), ZERO) != amount:
            raise AnswerNotUnderstood(f"оплачено баллами {amount}, по строкам {sum(parts.values(), ZERO)}")
        lines = tuple(replace(line, paid=parts.get(line.index, ZERO)) for line in self.lines)
        if any(line.due < ZERO for line in lines):
            raise AnswerNotUnderstood("баллами оплачено больше, чем стоит строка")
        return Basket(lines)

    def without_points(self) -> "Basket":
        """The payment with points has been taken back."""
        return Basket(tuple(replace(line, paid=ZERO) for line in self.lines))

    def _divided(self, amount: Decimal) -> dict[int, Decimal]:
        """In proportion to the lines' sums."""
        sums = [line.after for line in self.lines]
        parts = spread(amount, sums, sums)
        if parts is None:
            raise AnswerNotUnderstood(f"баллами оплачено {amount}, чек стоит {self.after}")
        return {line.index: part for line, part in zip(self.lines, parts, strict=True)}

    def _known(self, by_line: Mapping[int, Decimal]) -> None:
        strange = set(by_line) - {line.index for line in self.lines}
        if strange:
            raise AnswerNotUnderstood(f"в чеке нет строк {sorted(strange)}")
