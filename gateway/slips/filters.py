"""Russian forms of sums, points, words after numbers and dates."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

from gateway.domain.money import KOPECK, kopecks
from gateway.domain.slip_charset import NO_BREAK


def money(amount: Decimal) -> str:
    """Roubles: `1 234,50`, always with kopecks."""
    return f"{kopecks(amount):,}".replace(",", NO_BREAK).replace(".", ",")


def points(amount: Decimal) -> str:
    """Points: `150` or `68,18`, without zeros that say nothing."""
    whole = amount == amount.to_integral_value()
    return money(amount).removesuffix(",00") if whole else money(amount).rstrip("0").rstrip(",")


def plural(amount: Decimal | int, one: str, few: str, many: str) -> str:
    """The form of a word after a number: 1 балл, 2 балла, 5 баллов, 11 баллов, 68,18 балла."""
    number = abs(Decimal(amount).quantize(KOPECK))
    if number != number.to_integral_value():
        return few
    tens, units = divmod(int(number) % 100, 10)
    if tens == 1 or units == 0 or units > 4:  # noqa: PLR2004  the grammar's own numbers
        return many
    return one if units == 1 else few


def date(moment: datetime) -> str:
    """`21.11.2025`."""
    return f"{moment.day:02}.{moment.month:02}.{moment.year:04}"


def time(moment: datetime) -> str:
    """`20:15`."""
    return f"{moment.hour:02}:{moment.minute:02}"


FILTERS: Mapping[str, Callable[..., str]] = {
    "money": money,
    "points": points,
    "plural": plural,
    "date": date,
    "time": time,
}
