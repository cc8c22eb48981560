"""Rows of the exchange report become receipts, or are named; nothing is guessed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from till_report import ReportBook

from adapters.registers.frontol.report import FrontolReport
from adapters.registers.frontol.report.mapping import Reading
from adapters.registers.frontol.report.wire import LAYOUTS
from gateway.domain.customer import CustomerKey, KeyKind
from gateway.domain.identification import Identification
from gateway.domain.receipt import RegisterRef, TenderKind
from gateway.domain.till_report import Reported
from gateway.errors import MalformedRequest, RegisterError

KASSA = RegisterRef(outlet="MAG-3", register="KASSA-2")
CLOSED = datetime(2026, 3, 14, 8, 56, 44)  # noqa: DTZ001 - a till's clock has no zone
LATER = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
OWN_EXAMPLE = (
    "900;05.03.2025;10:00:00;42;2;17;1;1000000000017;;;2;228;0;5;0;228;0;;;240;1;0;1;0;;2/5/17;1;0;;;;;;;;;0;0;;;;;;;"
)


def reading(version: int = 6) -> Reading:
    return Reading(layout=LAYOUTS[version], goods="code", registers={"2": KASSA}, scanned=Identification().scanned)


def report(path: Path, version: int = 6) -> FrontolReport:
    return FrontolReport(path, reading(version), UTC)


def read(path: Path, version: int = 6) -> tuple[list[Reported], list[str]]:
    found = report(path, version)
    receipts = list(found.receipts(LATER))
    return receipts, [f"{row.line}: {row.reason}" for row in found.unread]


@pytest.fixture
def book() -> ReportBook:
    return ReportBook(CLOSED)


def test_a_sale_is_read_with_its_card_lines_and_payment(book: ReportBook, tmp_path: Path) -> None:
    book.sale("17", ("20417", "389,90", "2"), ("1033", "849,00", "0,342"), card="2900004455")
    book.close_shift()
    ((sale,), unread) = read(book.write(tmp_path / "r.txt"))
    receipt = sale.receipt
    assert (receipt.number, receipt.shift, receipt.register, unread) == ("17", "3", KASSA, [])
    assert receipt.customer == CustomerKey(KeyKind.CARD, "2900004455")
    assert [(row.sku, row.quantity, row.total) for row in receipt.lines] == [
        ("20417", Decimal(2), Decimal("779.80")),
        ("1033", Decimal("0.342"), Decimal("290.36")),
    ]
    assert [(row.kind, row.amount) for row in receipt.tenders] == [(TenderKind.CASH, Decimal("1070.16"))]
    assert receipt.at == CLOSED.replace(tzinfo=UTC)


def test_the_references_own_row_is_read(tmp_path: Path) -> None:
    rows = ["#", "1", "9", OWN_EXAMPLE, "901;05.03.2025;8:05:00;61;2;0;1;;;;;;10;5;" + ";" * 30]
    path = tmp_path / "r.txt"
    path.write_bytes("\r\n".join(rows).encode("cp1251"))
    _, unread = read(path)
    assert unread == ["4: чек 17 без конца, не учтён"]


def test_a_storno_takes_its_goods_off(book: ReportBook, tmp_path: Path) -> None:
    book.row(42, "17", {12: "10,00"})
    for kind, quantity in ((11, "3"), (12, "-2")):
        book.row(kind, "17", {8: "5", 10: "10,00", 11: quantity, 16: f"{int(quantity) * 10},00"})
    book.row(55, "17", {12: "10,00"})
    book.close_shift()
    ((sale,), _) = read(book.write(tmp_path / "r.txt"))
    assert [(row.quantity, row.total, sale.doubt) for row in sale.receipt.lines] == [(Decimal(1), Decimal(10), "")]


def test_a_refund_is_positive(book: ReportBook, tmp_path: Path) -> None:
    book.row(42, "18", {12: "-10,00"}, operation=1)
    book.row(11, "18", {8: "5", 10: "10,00", 11: "-1", 16: "-10,00"}, operation=1)
    book.row(55, "18", {12: "-10,00"}, operation=1)
    book.close_shift()
    ((back,), _) = read(book.write(tmp_path / "r.txt"))
    assert (back.is_refund, back.receipt.total, back.doubt) == (True, Decimal(10), "")


def test_an_open_shift_is_not_taken(book: ReportBook, tmp_path: Path) -> None:
    book.sale("17", ("5", "10,00", "1"))
    assert read(book.write(tmp_path / "r.txt")) == ([], [])


def test_a_shift_closed_a_moment_ago_is_not_taken(book: ReportBook, tmp_path: Path) -> None:
    book.sale("17", ("5", "10,00", "1"))
    book.close_shift()
    found = report(book.write(tmp_path / "r.txt"))
    assert list(found.receipts(CLOSED.replace(tzinfo=UTC) - timedelta(minutes=1))) == []


def test_rows_that_repeat_count_once(book: ReportBook, tmp_path: Path) -> None:
    book.sale("17", ("5", "10,00", "1"))
    book.rows = [row for row in book.rows for _ in range(2)] + book.rows
    book.close_shift()
    (sales, _) = read(book.write(tmp_path / "r.txt"))
    assert [row.receipt.total for row in sales] == [Decimal(10)]


def test_a_cancelled_receipt_is_none(book: ReportBook, tmp_path: Path) -> None:
    book.row(42, "17", {12: "10,00"})
    book.row(56, "17", {12: "-10,00"})
    book.close_shift()
    assert read(book.write(tmp_path / "r.txt")) == ([], [])


def test_another_till_is_nobodys(tmp_path: Path) -> None:
    book = ReportBook(CLOSED, till="9")
    book.sale("17", ("5", "10,00", "1"))
    book.close_shift()
    assert read(book.write(tmp_path / "r.txt")) == ([], [])


def test_a_report_cut_in_a_line_gives_what_is_whole(book: ReportBook, tmp_path: Path) -> None:
    book.sale("17", ("5", "10,00", "1"))
    book.close_shift()
    book.sale("18", ("5", "10,00", "1"))
    path = book.write(tmp_path / "r.txt")
    path.write_bytes(path.read_bytes()[:-70])
    sales, unread = read(path)
    assert [row.receipt.number for row in sales] == ["17"]
    assert unread == ["14: строка оборвана: нет «;» в конце", "13: чек 18 без конца, не учтён"]


def test_a_line_nobody_understands_puts_its_receipt_in_doubt(book: ReportBook, tmp_path: Path) -> None:
    book.sale("17", ("5", "10,00", "1"))
    book.close_shift()
    book.rows[1] = book.rows[1].replace(";11;2;", ";eleven;2;")
    ((sale,), unread) = read(book.write(tmp_path / "r.txt"))
    assert sale.doubt == "строка 5 отчёта не прочитана"
    assert unread == ["5: поле 4: не целое число"]


def test_sums_that_do_not_agree_are_a_doubt(book: ReportBook, tmp_path: Path) -> None:
    book.sale("17", ("5", "10,00", "1"), paid="9,00")
    book.close_shift()
    ((sale,), _) = read(book.write(tmp_path / "r.txt"))
    assert sale.doubt == "оплачено 9.00, а итог 10.00"


def test_rows_of_another_version_are_named(tmp_path: Path) -> None:
    path = tmp_path / "r.txt"
    path.write_bytes(b"#\r\n1\r\n9\r\n900;05.03.2025;10:00:00;42;2;17;" + b";" * 34 + b"\r\n")
    assert read(path) == ([], ["4: полей 40, ожидалось 36 или 44: другая версия Frontol?"])


def rows_of_5(total: str, *payments: tuple[int, str]) -> list[str]:
    """A sale as Frontol 5 tells it: shorter rows, what was paid in field 10, a payment without the client's sum."""
    at = f"{CLOSED:%d.%m.%Y};{CLOSED.hour}:{CLOSED:%M:%S}"
    fields = [
        (42, ["2900004455", "", "", "", "", "0", "3"]),
        (11, ["20417", "", "389,90", "2", "779,80", "0", "3"]),
        *((kind, ["", "1", paid, "", "", "0", "3"]) for kind, paid in payments),
        (55, ["2900004455", "", "", "", total, "0", "3"]),
        (61, ["", "", "", "", "", "10", "3"]),
    ]
    rows = [[str(900 + place), at, str(kind), "2", "17", "1", *rest] for place, (kind, rest) in enumerate(fields)]
    return [";".join(row) + ";" * 13 for row in rows]


@pytest.mark.parametrize(
    ("rows", "paid", "doubt"),
    [
        (rows_of_5("779,80", (41, "500,00"), (40, "279,80")), "779.80", ""),
        (rows_of_5("779,80", (40, "700,00")), "700.00", "оплачено 700.00, а итог 779.80"),
        (rows_of_5("700,00", (40, "700,00")), "700.00", "сумма строк 779.80 не равна итогу 700.00"),
    ],
    ids=["agrees", "payments", "goods"],
)
def test_a_report_of_frontol_5_is_read_and_one_that_does_not_agree_is_in_doubt(
    rows: list[str], paid: str, doubt: str, tmp_path: Path
) -> None:
    path = tmp_path / "r.txt"
    path.write_bytes("\r\n".join(["#", "1", "9", *rows, ""]).encode("cp1251"))
    ((sale,), unread) = read(path, version=5)
    assert (unread, sale.doubt, sale.receipt.number, sale.receipt.shift) == ([], doubt, "17", "3")
    assert sale.receipt.customer == CustomerKey(KeyKind.CARD, "2900004455")
    assert [(row.sku, row.total) for row in sale.receipt.lines] == [("20417", Decimal("779.80"))]
    assert sum(row.amount for row in sale.receipt.tenders) == Decimal(paid)


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8", "utf-8-sig", "utf-16"])
def test_every_encoding_of_a_report_is_found_out(book: ReportBook, encoding: str, tmp_path: Path) -> None:
    book.sale("17", ("молоко", "10,00", "1"))
    book.close_shift()
    ((sale,), _) = read(book.write(tmp_path / "r.txt", encoding))
    assert sale.receipt.lines[0].sku == "молоко"


def test_a_wrong_encoding_is_said(book: ReportBook, tmp_path: Path) -> None:
    book.sale("17", ("молоко", "10,00", "1"))
    found = FrontolReport(book.write(tmp_path / "r.txt"), reading(), UTC, "utf-8")
    assert list(found.receipts(LATER)) == []
    assert found.unread[0].reason == "не та кодировка"


@pytest.mark.parametrize("content", [b"", b"no report\r\n1\r\n2\r\n", b"\x00\x01\x02"])
def test_what_is_no_report_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "r.txt"
    path.write_bytes(content)
    with pytest.raises(MalformedRequest, match="не отчёт Frontol"):
        read(path)


def test_a_report_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="не читается"):
        report(tmp_path / "none.txt")


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8-sig", "utf-16"])
def test_a_report_is_marked_as_read_in_place(book: ReportBook, encoding: str, tmp_path: Path) -> None:
    book.sale("17", ("5", "10,00", "1"))
    path = book.write(tmp_path / "r.txt", encoding)
    size = path.stat().st_size
    unread = [row.receipt for row in report(path).receipts(LATER)]
    report(path).mark()
    assert path.stat().st_size == size
    assert path.read_text(encoding.removesuffix("-sig")).lstrip("\ufeff")[0] == "@"
    assert [row.receipt for row in report(path).receipts(LATER)] == unread, "marked, it can be read again"


def test_a_report_says_since_when_it_tells_of_a_register(book: ReportBook, tmp_path: Path) -> None:
    """Its first row of that till, whatever another till has done before."""
    other = ReportBook(CLOSED - timedelta(hours=9), till="9")
    other.sale("1", ("5", "10,00", "1"))
    book.sale("17", ("5", "10,00", "1"))
    book.closed_at += timedelta(hours=1)
    book.close_shift()
    book.rows = [*other.rows, *book.rows]
    found = report(book.write(tmp_path / "r.txt"))
    assert len(list(found.receipts(LATER))) == 1
    assert found.since == {KASSA: CLOSED.replace(tzinfo=UTC)}
