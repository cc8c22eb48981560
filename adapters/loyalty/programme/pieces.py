"""A priced piece: what one line becomes, or a part of it where its units cost differently."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from adapters.loyalty.programme.basket import BasketLine
from adapters.loyalty.programme.units import Discount, Unit
from gateway.domain.money import ZERO, kopecks


class Accrual(Struct, frozen=True, kw_only=True):
    """Points a piece earns by a promotion or by the customer's level."""

    promotion: str
    amount: Decimal


class Piece(Struct, frozen=True, kw_only=True):
    """Sums are roubles of the whole piece, `redeemed` points that lower its price one for one."""

    line: BasketLine
    number: int
    quantity: Decimal
    base: Decimal
    floor: Decimal
    discounts: tuple[Discount, ...] = ()
    redeemed: Decimal = ZERO
    accruals: tuple[Accrual, ...] = ()

    @property
    def price(self) -> Decimal:
        """After the discounts, before points."""
        if not self.discounts:
            return self.base
        return self.base - sum((discount.amount for discount in self.discounts), ZERO)

    @property
    def total(self) -> Decimal:
        return self.price - self.redeemed

    @property
    def accrued(self) -> Decimal:
        return sum((accrual.amount for accrual in self.accruals), ZERO)


def gather(units: Sequence[Unit]) -> list[Piece]:
    """Units of one line with the same discounts are one piece; a line that was split is numbered anew."""
    pieces = [
        _piece(list(same))
        for _, of_line in groupby(units, key=lambda unit: unit.line.number)
        for _, same in groupby(of_line, key=lambda unit: unit.discounts)
    ]
    if len({piece.line.number for piece in pieces}) == len(pieces):
        return pieces
    return [replace(piece, number=number) for number, piece in enumerate(pieces, start=1)]


def _piece(units: list[Unit]) -> Piece:
    line = units[0].line
    return Piece(
        line=line,
        number=line.number,
        quantity=sum((unit.quantity for unit in units), ZERO),
        base=sum((unit.base for unit in units), ZERO),
        floor=sum((unit.floor for unit in units), ZERO),
        discounts=_joined([discount for unit in units for discount in (*unit.till, *unit.discounts)]),
    )


def _joined(discounts: Sequence[Discount]) -> tuple[Discount, ...]:
    sums: dict[tuple[str, bool], Decimal] = {}
    for discount in discounts:
        key = (discount.promotion, discount.of_till)
        sums[key] = sums.get(key, ZERO) + discount.amount
    return tuple(
        Discount(promotion=promotion, amount=amount, of_till=of_till) for (promotion, of_till), amount in sums.items()
    )


def divide(piece: Piece, quantity: Decimal) -> tuple[Piece, Piece]:
    """`piece` without `quantity`, and the part of `quantity`; every sum is divided to the kopeck."""
    share = quantity / piece.quantity

    def part(amount: Decimal) -> Decimal:
        return kopecks(amount * share)

    taken = replace(
        piece,
        quantity=quantity,
        base=part(piece.base),
        floor=part(piece.floor),
        discounts=tuple(replace(one, amount=part(one.amount)) for one in piece.discounts),
        redeemed=part(piece.redeemed),
        accruals=tuple(replace(one, amount=part(one.amount)) for one in piece.accruals),
    )
    return _less(piece, taken), taken


def _less(piece: Piece, taken: Piece) -> Piece:
    return replace(
        piece,
        quantity=piece.quantity - taken.quantity,
        base=piece.base - taken.base,
        floor=piece.floor - taken.floor,
        discounts=tuple(
            replace(one, amount=one.amount - gone.amount)
            for one, gone in zip(piece.discounts, taken.discounts, strict=True)
        ),
        redeemed=piece.redeemed - taken.redeemed,
        accruals=tuple(
            replace(one, amount=one.amount - gone.amount)
            for one, gone in zip(piece.accruals, taken.accruals, strict=True)
        ),
    )
