"""Sums in roubles and points, to the kopeck; never through binary floating point."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal

KOPECK = Decimal("0.01")
ZERO = Decimal(0)

_ROUNDING = Context(rounding=ROUND_HALF_UP)


def kopecks(amount: Decimal) -> Decimal:
    """`amount` rounded to the kopeck, halves away from zero as on a fiscal receipt."""
    return amount if amount.same_quantum(KOPECK) else amount.quantize(KOPECK, None, _ROUNDING)


def spread(amount: Decimal, weights: Sequence[Decimal], limits: Sequence[Decimal]) -> list[Decimal] | None:
    """Split `amount` over places in proportion to `weights`, none above its limit; None when it cannot fit.

    The parts are whole kopecks and add up to `amount`, so a limit counts as far as it holds whole kopecks. What
    a full place cannot take goes to the others.
    """
    limits = [max(limit.quantize(KOPECK, ROUND_FLOOR), ZERO) for limit in limits]
    if amount > sum(limits, ZERO):
        return None
    parts = [ZERO] * len(weights)
    left = amount
    while left > ZERO:
        open_places = [place for place, limit in enumerate(limits) if parts[place] < limit]
        weight = sum((weights[place] for place in open_places), ZERO)
        before = left
        for place in open_places:
            share = before * weights[place] / weight if weight else before
            part = min(max(kopecks(share), KOPECK), limits[place] - parts[place], left)
            parts[place] += part
            left -= part
    return parts
