"""Points as payment: how many may be redeemed on an order, and how they spread over its pieces."""

from collections.abc import Callable, Sequence
from decimal import ROUND_FLOOR, Decimal

from msgspec import Struct
from msgspec.structs import replace

from adapters.loyalty.programme.basket import BasketLine
from adapters.loyalty.programme.pieces import Piece
from gateway.domain.money import KOPECK, ZERO, spread

HUNDRED = Decimal(100)
ONE = Decimal(1)


class RedemptionTerms(Struct, frozen=True, kw_only=True):
    """What bounds a redemption: the customer's points, a share of the receipt, a cap; `step` is 1 or 0.01."""

    balance: Decimal
    percent: Decimal
    cap: Decimal | None
    step: Decimal
    payable: Callable[[BasketLine], bool]

    def redeemable(self, pieces: Sequence[Piece]) -> Decimal:
        """The most points that may be redeemed on these pieces."""
        goods = sum((piece.price for piece in pieces if self.payable(piece.line)), ZERO)
        bounds = [self.balance, goods * self.percent / HUNDRED, sum(self._rooms(pieces), ZERO)]
        if self.cap is not None:
            bounds.append(self.cap)
        return max(down_to(min(bounds), self.step), ZERO)

    def redeem(self, points: Decimal, pieces: Sequence[Piece]) -> list[Piece]:
        """`pieces` with `points` spread over them, not more than `redeemable`.

        Points never split a piece: on several equal goods they are lowered to a multiple of their number, and
        what is left over goes where it fits, so that less than asked for may be redeemed in the end.
        """
        rooms = self._rooms(pieces)
        wanted = min(down_to(points, self.step), sum(rooms, ZERO))
        parts = spread_by(self.step, wanted, [piece.price for piece in pieces], rooms)
        parts = [down_to(part, self._multiple(piece)) for part, piece in zip(parts, pieces, strict=True)]
        left = wanted - sum(parts, ZERO)
        for place, piece in enumerate(pieces):
            more = down_to(min(left, rooms[place] - parts[place]), self._multiple(piece))
            parts[place] += more
            left -= more
        return [replace(piece, redeemed=part) for piece, part in zip(pieces, parts, strict=True)]

    def _rooms(self, pieces: Sequence[Piece]) -> list[Decimal]:
        return [
            down_to(max(piece.price - piece.floor, ZERO), self._multiple(piece)) if self.payable(piece.line) else ZERO
            for piece in pieces
        ]

    def _multiple(self, piece: Piece) -> Decimal:
        return self.step * (piece.quantity if piece.line.is_counted else ONE)


def down_to(amount: Decimal, step: Decimal) -> Decimal:
    """`amount` lowered to a multiple of `step`."""
    return (amount / step).to_integral_value(ROUND_FLOOR) * step


def spread_by(step: Decimal, amount: Decimal, weights: Sequence[Decimal], limits: Sequence[Decimal]) -> list[Decimal]:
    """As `spread`, in multiples of `step` instead of kopecks; what the limits cannot take is left out."""
    scale = KOPECK / step
    lowered = [down_to(limit, step) * scale for limit in limits]
    parts = spread(min(amount * scale, sum(lowered, ZERO)), weights, lowered) or [ZERO] * len(weights)
    return [part / scale for part in parts]
