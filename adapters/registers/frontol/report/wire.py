"""Rows of a sales report in ATOL's exchange format (Frontol reference, 3.4): text in, values out; nothing is guessed.

Line 1 is `#` or `@`, line 2 the database, line 3 the report's number; then one transaction a line, fields parted by
semicolons, one more semicolon at the end.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import IntEnum

from msgspec import Struct

from gateway.domain.money import ZERO
from gateway.domain.till_report import Unread
from gateway.errors import MalformedRequest

NEW, READ = "#", "@"
HEADER = 3
LOST = "\ufffd"
"""What stands where bytes were no text in the report's encoding."""


class Type(IntEnum):
    """Field 4, as far as a receipt is rebuilt from it (Frontol reference, 3.5)."""

    GOODS_FREE = 1
    STORNO_FREE = 2
    GOODS = 11
    STORNO = 12
    POINTS = 32
    POINTS_BACK = 33
    PREPAYMENT = 34
    OTHER_PAYMENT = 36
    ROUNDING = 38
    PAYMENT = 40
    PAYMENT_PLAIN = 41
    OPENED = 42
    CLOSED = 55
    CANCELLED = 56
    SHIFT_CLOSED = 61


class Layout(Struct, frozen=True, kw_only=True):
    """Where a version of Frontol puts what; fields count from 1. `lengths` empty: rows of any length."""

    lengths: tuple[int, ...]
    paid: int
    line_total: int


LAYOUTS = {
    6: Layout(lengths=(36, 44), paid=12, line_total=16),
    5: Layout(lengths=(), paid=10, line_total=12),  # uncertain: a receipt whose sums do not agree is only listed
}
SHORTEST = 20


class Row(Struct, frozen=True, kw_only=True):
    """One transaction. `fields` as they came; `field(n)` counts from 1 as the manual does."""

    line: int
    id: str
    at: datetime
    type: int
    till: str
    document: str
    operation: int
    shift: str
    fields: tuple[str, ...]

    def field(self, number: int) -> str:
        """Empty for a field that the row does not have: absent and empty mean the same."""
        return self.fields[number - 1].strip() if number <= len(self.fields) else ""

    def amount(self, number: int) -> Decimal:
        """A number with a decimal comma. Raises `ValueError` naming the field."""
        text = self.field(number)
        try:
            value = Decimal(text.replace(",", ".").replace("\u00a0", "").replace(" ", "") or "0")
        except InvalidOperation:
            raise ValueError(f"поле {number}: не число") from None
        if not value.is_finite():
            raise ValueError(f"поле {number}: не число")
        return value or ZERO


def header(lines: Iterator[str]) -> str:
    """The database id, from the first three lines. Raises `MalformedRequest` for what is no report."""
    first = [next(lines, "").strip() for _ in range(HEADER)]
    if first[0].lstrip("\ufeff") not in (NEW, READ):
        raise MalformedRequest("первая строка не «#» и не «@»: это не отчёт Frontol в формате АТОЛ")
    return first[1]


def rows(lines: Iterable[str], layout: Layout) -> Iterator[Row | Unread]:
    """The transactions after the header, each with its line number."""
    for number, text in enumerate(lines, HEADER + 1):
        if not text.strip():
            continue
        try:
            yield row(number, text, layout)
        except ValueError as error:
            yield Unread(line=number, reason=str(error))


def row(number: int, text: str, layout: Layout) -> Row:
    """Raises `ValueError` with the reason in Russian."""
    if LOST in text:
        raise ValueError("не та кодировка")
    if not text.rstrip("\r\n").endswith(";"):
        raise ValueError("строка оборвана: нет «;» в конце")
    fields = tuple(text.rstrip("\r\n")[:-1].split(";"))
    if layout.lengths and len(fields) not in layout.lengths:
        known = " или ".join(map(str, layout.lengths))
        raise ValueError(f"полей {len(fields)}, ожидалось {known}: другая версия Frontol?")
    if len(fields) < SHORTEST:
        raise ValueError(f"полей {len(fields)}: строка оборвана")
    return Row(
        line=number,
        id=fields[0].strip(),
        at=moment(fields[1], fields[2]),
        type=whole(fields[3], 4),
        till=fields[4].strip(),
        document=fields[5].strip(),
        operation=whole(fields[12] or "0", 13),
        shift=fields[13].strip(),
        fields=fields,
    )


def whole(text: str, number: int) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"поле {number}: не целое число") from None


def moment(day: str, time: str) -> datetime:
    """`05.03.2025` and `8:56:44`, by the register's clock: without a zone."""
    try:
        date, month, year = map(int, day.split("."))
        hour, minute, second = map(int, time.split(":"))
        return datetime(year, month, date, hour, minute, second)  # noqa: DTZ001 - the register's own, zoned by the outlet
    except ValueError:
        raise ValueError("поля 2 и 3: не дата и время") from None
