"""How far away a birthday is."""

from datetime import date


def days_to_birthday(born: date | None, today: date) -> int | None:
    """0 on the day itself; None when it is not known. Who was born on 29 February celebrates on 1 March."""
    if born is None:
        return None
    this_year = _anniversary(born, today.year)
    day = this_year if this_year >= today else _anniversary(born, today.year + 1)
    return (day - today).days


def _anniversary(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
