"""Points an order earns: the level's percent of it, and the promotions of points."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec.structs import replace

from adapters.loyalty.programme.pieces import Accrual, Piece
from adapters.loyalty.programme.promotions import Promotion
from adapters.loyalty.programme.redemption import HUNDRED, ONE, down_to, spread_by
from adapters.loyalty.programme.seed import Level, PointsTerms
from gateway.domain.money import KOPECK, ZERO

# The name under which a level's percent appears among the promotions of a line.
LEVEL_ACCRUAL = "level-accrual"


def accrue(pieces: Sequence[Piece], level: Level, terms: PointsTerms) -> list[Piece]:
    """`pieces` with the level's points: rounded down on the whole order, then spread over it exactly."""
    earning = [_earning(piece, terms) for piece in pieces]
    step = ONE if terms.whole_accrual else KOPECK
    points = down_to(sum(earning, ZERO) * level.accrual_percent / HUNDRED, step)
    parts = spread_by(step, points, earning, [points] * len(earning))
    return [_with(piece, LEVEL_ACCRUAL, part) for piece, part in zip(pieces, parts, strict=True)]


def _earning(piece: Piece, terms: PointsTerms) -> Decimal:
    """Roubles; what is bought with a gift card will earn, not the card."""
    if piece.line.gift_card:
        return ZERO
    return piece.price if terms.redeemed_part_earns else piece.total


def accrue_extra(piece: Piece, promotion: Promotion) -> Piece:
    """`piece` with the points of one promotion that is for it."""
    return _with(piece, promotion.id, promotion.points(piece.quantity))


def _with(piece: Piece, promotion: str, amount: Decimal) -> Piece:
    if amount <= ZERO:
        return piece
    return replace(piece, accruals=(*piece.accruals, Accrual(promotion=promotion, amount=amount)))
