"""Values as 1C and careless 1C code spell them: numbers with NBSP and comma, Да and Нет, dates without a zone.

1C:Retail reference, sections 1.4 and 1.5: `ЗаписьJSON` writes exact decimals and ISO dates without a zone; code that
builds its strings by hand sends what `Строка()` and `Формат()` make of a value in the Russian locale.
"""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from gateway.errors import MalformedRequest

BLANKS = str.maketrans("", "", " \u00a0\u202f\u2009")
LARGEST = Decimal(10) ** 12
LONGEST = 40
YES, NO = frozenset({"true", "1", "да", "истина"}), frozenset({"false", "0", "нет", "ложь", ""})
EMPTY_DATE = "0001-01-01"
RUSSIAN_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T]+(\d{1,2}):(\d{2}):(\d{2}))?")
YEARS = range(2000, 2100)


def text(value: object) -> str:
    """A string; a number as its text; nothing for `null` and for what is no value."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return ""
    return str(value).strip()


def number(value: object, where: str) -> Decimal | None:
    """None for an absent or empty one. Raises `MalformedRequest` naming the member."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise MalformedRequest(f"{where}: не число")
    spelt = str(value).translate(BLANKS).replace(",", ".")
    try:
        found = Decimal(spelt[:LONGEST])
    except InvalidOperation:
        raise MalformedRequest(f"{where}: не число") from None
    if not found.is_finite() or abs(found) > LARGEST:
        raise MalformedRequest(f"{where}: не число")
    return found


def flag(value: object, where: str) -> bool:
    """`true`, 1, «Да», «Истина» and their opposites; absent means no. Raises `MalformedRequest`."""
    if isinstance(value, bool) or value is None:
        return bool(value)
    spelt = str(value).strip().lower()
    if spelt in YES or spelt in NO:
        return spelt in YES
    raise MalformedRequest(f"{where}: не да и не нет")


def moment(value: object) -> datetime | None:
    """Without a zone it is the outlet's own time. The empty date, and what nobody understands, are absent."""
    spelt = text(value)
    if not spelt or spelt.startswith(EMPTY_DATE):
        return None
    russian = RUSSIAN_DATE.fullmatch(spelt)
    try:
        read = _russian(russian) if russian else datetime.fromisoformat(spelt)
    except ValueError:
        return None
    return read if read.year in YEARS else None


def day(value: object) -> date | None:
    """A birth date: any year, as a date or as a moment."""
    spelt = text(value)
    if not spelt or spelt.startswith(EMPTY_DATE):
        return None
    russian = RUSSIAN_DATE.fullmatch(spelt)
    try:
        return _russian(russian).date() if russian else datetime.fromisoformat(spelt).date()
    except ValueError:
        return None


def _russian(found: re.Match[str]) -> datetime:
    date_, month, year, *clock = found.groups()
    hour, minute, second = (int(part or 0) for part in clock)
    return datetime(int(year), int(month), int(date_), hour, minute, second)  # noqa: DTZ001 - the outlet's own time
