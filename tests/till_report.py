"""A register's report for tests, as Frontol writes it: rows of 44 fields, a comma in the decimals, cp1251."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

FIELDS = 44
Fields = dict[int, str]


class ReportBook:
    """Rows in the order of their ids. `closed_at`: when receipts and shift are closed, by the till's clock."""

    def __init__(self, closed_at: datetime, *, till: str = "2", shift: str = "3") -> None:
        self.closed_at = closed_at
        self.till, self.shift = till, shift
        self.rows: list[str] = []
        self._ids = count(900)

    def row(self, kind: int, document: str, fields: Fields, *, operation: int = 0) -> None:
        cells = [""] * FIELDS
        at = self.closed_at
        cells[:6] = [str(next(self._ids)), f"{at:%d.%m.%Y}", f"{at.hour}:{at:%M:%S}", str(kind), self.till, document]
        cells[12], cells[13] = str(operation), self.shift
        for number, value in fields.items():
            cells[number - 1] = value
        self.rows.append(";".join(cells) + ";")

    def sale(
        self, number: str, *goods: tuple[str, str, str], card: str = "", paid: str = "", operation: int = 0
    ) -> None:
        """`goods` are code, price and quantity; all of it paid in cash, or as `paid` says."""
        total = sum(_cents(price) * float(quantity.replace(",", ".")) for _, price, quantity in goods)
        sum_ = _money(total)
        self.row(42, number, {8: card, 12: sum_}, operation=operation)
        for code, price, quantity in goods:
            line = _money(_cents(price) * float(quantity.replace(",", ".")))
            self.row(
                11, number, {8: code, 10: price, 11: quantity, 12: line, 15: price, 16: line}, operation=operation
            )
        self.row(40, number, {10: "0", 12: paid or sum_}, operation=operation)
        self.row(45, number, {12: sum_}, operation=operation)
        self.row(55, number, {8: card, 12: sum_}, operation=operation)

    def close_shift(self) -> None:
        self.row(61, "0", {}, operation=10)

    def text(self, sign: str = "#") -> str:
        return "\r\n".join([sign, "1", "17", *self.rows, ""])

    def write(self, path: Path, encoding: str = "cp1251") -> Path:
        path.write_bytes(self.text().encode(encoding))
        return path


def _cents(price: str) -> float:
    return round(float(price.replace(",", ".")) * 100)


def _money(cents: float) -> str:
    return f"{round(cents) / 100:.2f}".replace(".", ",")


def long_report(receipts: int, at: datetime) -> Iterator[str]:
    """Lines of a report of that many receipts of a card, a hundred a shift; about ten rows each."""
    yield from ("#", "1", "17")
    ids = count(1)
    for number in range(receipts):
        book = ReportBook(at + timedelta(seconds=number), shift=str(1 + number // 100))
        book._ids = ids
        book.sale(str(number + 1), *[(str(code), "10,00", "1") for code in range(6)], card="2900004455")
        if number % 100 == 99:
            book.close_shift()
        yield from book.rows


def lines_of(rows: Iterable[str]) -> bytes:
    return "\r\n".join(rows).encode("cp1251") + b"\r\n"
