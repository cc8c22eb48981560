"""What a budget costs at this loyalty server, said from what its answers really took."""

import math
from bisect import bisect_right
from collections.abc import Sequence

from msgspec import Struct

STEP = 0.05
"""Seconds: budgets are advised in round numbers."""

FEWEST = 20
"""Answers below which nothing is said."""


class Advice(Struct, frozen=True, kw_only=True):
    """`missed`: the share of calls that `budget` is too short for, 0 to 1. `fits_1_percent` and
    `fits_1_per_mille`: budgets, in seconds, that would be too short for so few; None when that cannot be
    said: too few answers were measured, or some never came.
    """

    operation: str
    measured: int
    budget: float
    missed: float
    fits_1_percent: float | None
    fits_1_per_mille: float | None


def advise(operation: str, took: Sequence[float], budget: float, reserve: float, longest: float) -> Advice:
    """`took`: seconds of the last calls, shortest first. Of a budget, `reserve` is the gateway's own.

    Nobody waited longer than `longest`: a duration beyond it only says "at least so long".
    """
    return Advice(
        operation=operation,
        measured=len(took),
        budget=budget,
        missed=missed(took, budget - reserve),
        fits_1_percent=_fits(took, 0.01, reserve, longest),
        fits_1_per_mille=_fits(took, 0.001, reserve, longest),
    )


def missed(took: Sequence[float], within: float) -> float:
    """The share that took longer; 0 of nothing."""
    return 1 - bisect_right(took, within) / len(took) if took else 0.0


def _fits(took: Sequence[float], share: float, reserve: float, longest: float) -> float | None:
    if len(took) < max(FEWEST, 1 / share):
        return None
    slowest = took[max(0, math.ceil(len(took) * (1 - share)) - 1)]
    if slowest >= longest:
        return None
    steps = math.ceil(round((slowest + reserve) / STEP, 6))
    return round(steps * STEP, 2)
