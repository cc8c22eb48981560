"""Requests of 1C in every spelling of the reference (sections 1.4 and 1.5), and answers as 1C can read them."""

import json
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from builders import REGISTER

from adapters.registers.onec_retail import mapping, wire
from adapters.registers.onec_retail.mapping import Style
from adapters.registers.onec_retail.printing import printed
from adapters.registers.onec_retail.spelling import day, flag, moment, number
from gateway.domain.customer import Balance, Customer, CustomerKey, KeyKind
from gateway.domain.enrolment_form import Form, FormField
from gateway.domain.identification import Identification
from gateway.domain.receipt import TenderKind
from gateway.domain.slip import Code128, Cut, Ean13, Feed, Pair, QrCode, Size, Text
from gateway.domain.told import Identified, Quoted, Redeemed
from gateway.errors import MalformedRequest

NBSP, NARROW = "\u00a0", "\u202f"
UUID = "6f1c2a90-3b7e-4d15-8e0a-51b7c9d2e834"
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def body(**members: Any) -> bytes:
    return json.dumps({"document": UUID, **members}, ensure_ascii=False).encode()


def read(raw: bytes) -> wire.Request:
    return wire.read(wire.decode(raw))


@pytest.mark.parametrize(
    "spelt",
    [
        1234.5,
        "1234.5",
        "1234,5",
        f"1{NBSP}234,5",
        f"1{NARROW}234,50",
        "1 234,5",
        " 1234.500000000000000000000000000 ",
    ],
)
def test_a_number_is_read_in_every_spelling(spelt: Any) -> None:
    raw = body(points=spelt)
    assert read(raw).points == Decimal("1234.5")


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_number_is_none(empty: Any) -> None:
    assert number(empty, "points") is None


@pytest.mark.parametrize("wrong", ["сто", True, "1,2,3", "NaN", "Infinity", [1], "9" * 30])
def test_what_is_no_number_is_named(wrong: Any) -> None:
    with pytest.raises(MalformedRequest, match=r"^points: не число$"):
        number(wrong, "points")


@pytest.mark.parametrize(
    ("spelt", "said"),
    [
        (True, True), (False, False), ("true", True), ("false", False), (1, True), (0, False), ("1", True),
        ("0", False),
        ("Да", True), ("Нет", False), ("Истина", True), ("ложь", False), (None, False), ("", False),
    ],
)  # fmt: skip
def test_a_boolean_is_read_in_every_spelling(spelt: Any, said: bool) -> None:  # noqa: FBT001 - what was said
    assert flag(spelt, "agrees") is said


def test_what_is_no_boolean_is_named() -> None:
    with pytest.raises(MalformedRequest, match="agrees: не да и не нет"):
        flag("может быть", "agrees")


@pytest.mark.parametrize(
    "spelt", ["2024-03-04T05:06:07", "2024-03-04 05:06:07", "04.03.2024 5:06:07", "04.03.2024 05:06:07"]
)
def test_a_moment_without_a_zone_is_the_outlets(spelt: str) -> None:
    assert moment(spelt) == datetime(2024, 3, 4, 5, 6, 7)  # noqa: DTZ001 - without a zone on purpose


@pytest.mark.parametrize("spelt", ["2024-03-04T05:06:07Z", "2024-03-04T05:06:07+00:00"])
def test_a_moment_with_a_zone_keeps_it(spelt: str) -> None:
    found = moment(spelt)
    assert found is not None
    assert found.utcoffset() is not None


@pytest.mark.parametrize("spelt", ["0001-01-01T00:00:00", "", None, "вчера", "32.13.2024 5:06:07"])
def test_an_empty_or_unreadable_moment_is_absent(spelt: Any) -> None:
    assert moment(spelt) is None


@pytest.mark.parametrize("spelt", ["1991-04-02", "1991-04-02T00:00:00", "02.04.1991", "2.4.1991 0:00:00"])
def test_a_birth_date_has_no_time(spelt: str) -> None:
    assert day(spelt) == date(1991, 4, 2)


@pytest.mark.parametrize("spelt", ["89115550123", "+79115550123", "79115550123", "9115550123", "+7 (911) 555-01-23"])
def test_a_phone_is_one_customer_in_every_spelling(spelt: str) -> None:
    request = read(body(client={"phone": spelt, "card": "2900004417"}))
    assert mapping.customer_key(request.client, Identification()) == CustomerKey(KeyKind.PHONE, "79115550123")


@pytest.mark.parametrize("nobody", [None, "", {}, {"phone": "", "card": ""}, {"phone": None}, []])
def test_every_form_of_nobody_is_nobody(nobody: Any) -> None:
    assert mapping.customer_key(read(body(client=nobody)).client, Identification()) is None


@pytest.mark.parametrize("text", ["QR:79115550123:4831", "2900004417"])
def test_a_scanned_text_may_stand_alone(text: str) -> None:
    assert mapping.customer_key(read(body(client=text)).client, Identification()) == Identification().scanned(text)


def test_a_bom_is_no_part_of_the_body() -> None:
    assert read(b"\xef\xbb\xbf" + body()).document == UUID


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"{", '{"a":1}'.encode("utf-16"), b'{"a":"\xcf\xf0"}'])
def test_what_is_no_json_object_in_utf_8_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedRequest, match="тело не является"):
        read(raw)


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"lines": {"1": 1}}, "lines: ожидается массив"),
        ({"lines": [1]}, "lines: ожидается массив структур"),
        ({"lines": [{"quantity": "-1"}]}, "lines[1].quantity: меньше нуля"),
        ({"lines": [{"sum": "x"}]}, "lines[1].sum: не число"),
        ({"payments": [{"kind": "cash"}]}, "payments[1].sum: не указано"),
        ({"lines": [{"key": "2"}, {}]}, "lines: ключи строк повторяются"),
        ({"lines": [{"key": "a-1"}, {"key": "2"}]}, "lines: ключи строк — то числа, то нет"),
    ],
)
def test_a_wrong_member_is_named(members: dict[str, Any], named: str) -> None:
    with pytest.raises(MalformedRequest) as refused:
        read(body(**members))
    assert str(refused.value) == named


def test_a_receipt_is_read_whole() -> None:
    rows = [
        {
            "key": "7",
            "code": "00-0417",
            "name": "Кофе",
            "quantity": "2,000",
            "price": f"389,90{NBSP}",
            "sum": 779.8,
        },
        {"key": "9", "code": "00-0000982", "quantity": 0, "price": 1, "sum": 0},
    ]
    payments = [{"kind": "Points", "sum": "50"}, {"kind": "cash", "sum": "729,80"}, {"kind": "СБП", "sum": 0}]
    request = read(body(number="ЧК-0001", shift=12, at="2024-03-04T05:06:07", lines=rows, payments=payments))
    receipt = mapping.receipt(request, REGISTER, Identification())
    (line,) = receipt.lines
    assert (receipt.id, receipt.number, receipt.shift, receipt.total) == (UUID, "ЧК-0001", "12", Decimal("779.80"))
    assert (line.index, line.sku, line.quantity, line.unit_price) == (7, "00-0417", Decimal(2), Decimal("389.90"))
    assert [(row.kind, row.fiscal) for row in receipt.tenders] == [
        (TenderKind.POINTS, False),
        (TenderKind.CASH, True),
        (TenderKind.OTHER, True),
    ]


def test_gift_cards_are_named_where_they_pay_and_where_they_are_sold() -> None:
    rows = [{"key": "1", "code": "gift", "price": 1000, "gift_card": 7700000003}]
    payments = [
        {"kind": "gift_card", "sum": 400, "gift_card": "7700000001"},
        {"kind": "cash", "sum": 600, "gift_card": "not one"},
    ]
    receipt = mapping.receipt(read(body(lines=rows, payments=payments)), REGISTER, Identification())
    assert receipt.lines[0].gift_card == "7700000003"
    assert [(row.kind, row.gift_card) for row in receipt.tenders] == [
        (TenderKind.GIFT_CARD, "7700000001"),
        (TenderKind.CASH, ""),
    ]


def test_a_document_without_its_uuid_is_refused() -> None:
    with pytest.raises(MalformedRequest, match="document: не указан"):
        mapping.receipt(read(b"{}"), REGISTER, Identification())


def test_a_refund_names_its_sale_and_the_rows_that_were_sold() -> None:
    request = read(body(sale=UUID.upper(), lines=[{"key": "1", "sale_key": "7", "code": "5", "price": 10}]))
    refund = mapping.refund(request, REGISTER, Identification(), ())
    assert (refund.original_id, refund.document.lines[0].original_index) == (UUID, 7)


def test_discounts_come_back_by_the_rows_own_keys() -> None:
    request = read(body(lines=[{"key": "a-1", "price": 10}, {"key": "b-7", "price": 10}]))
    told = Quoted(customer=None, discounts={1: Decimal("1.5"), 2: Decimal("-0.10")}, spendable=Decimal(3))
    answer = mapping.quoted(told, request, Style())
    assert answer["lines"] == [
        {"key": "a-1", "discount": Decimal("1.50")},
        {"key": "b-7", "discount": Decimal("-0.10")},
    ]


CUSTOMER = Customer(
    id="1", first_name="Анна", last_name="Светлова", phone="79115550123", birth_date=date(1991, 4, 2),
    balance=Balance(available=Decimal(500)), level="Gold",
)  # fmt: skip


def keys_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for inner in value.values() for key in keys_in(inner))]
    return [key for inner in value for key in keys_in(inner)] if isinstance(value, list | tuple) else []


@pytest.mark.parametrize(
    "answer",
    [
        mapping.identified(Identified(customer=CUSTOMER, known=True), Style(slips=("identify",))),
        mapping.quoted(Quoted(customer=CUSTOMER, spendable=Decimal(3)), read(body()), Style()),
        mapping.redeemed(Redeemed(points=Decimal(3), by_line={1: Decimal(3)}), read(body(lines=[{"key": "x"}]))),
        mapping.refused("unavailable", "нет"),
    ],
)
def test_every_key_is_an_identifier_and_ok_stands_last(answer: dict[str, Any]) -> None:
    assert [key for key in keys_in(answer) if not IDENTIFIER.fullmatch(key)] == []
    assert list(answer)[-1] == "ok"


def test_a_slip_is_cut_to_the_printers_width() -> None:
    slip = (
        Text(text="Спасибо за покупку в нашем магазине на Невском"),
        Pair(left="Баланс", right="500"),
        Feed(lines=2),
        QrCode(data="https://example.test/w"),
        Ean13(data="460000000001"),
        Code128(data="ABC-1"),
        Text(text="Не является фискальным документом", size=Size.SMALL),
        Cut(),
        Text(text="Купон"),
    )
    rows = printed(slip, 32)
    assert all(len(row["text"]) <= 32 for row in rows if "text" in row)
    assert [row["barcode"] for row in rows if "barcode" in row] == [
        {"type": "QR", "value": "https://example.test/w"},
        {"type": "EAN13", "value": "4600000000015"},
        {"type": "QR", "value": "ABC-1"},
    ]
    assert rows[-2:] == [{"cut": True}, {"text": "Купон"}]


def test_a_calculation_begins_without_the_discounts_it_gave_before() -> None:
    rows = [{"key": "1", "price": "389,90", "quantity": 2, "sum": "701,82", "discount": "77,98"}]
    request = mapping.undiscounted(read(body(lines=rows)))
    assert mapping.receipt(request, REGISTER, Identification()).total == Decimal("779.80")


def test_a_sale_key_that_is_no_number_names_no_row() -> None:
    """It would be the row's place in the refund, and so another good of the sale."""
    request = read(body(sale=UUID, lines=[{"key": "1", "sale_key": "a-3", "price": 10}]))
    assert mapping.refund(request, REGISTER, Identification(), ()).document.lines[0].original_index is None


def test_the_extension_answers_by_meaning_whatever_the_shop_calls_its_fields() -> None:
    form = Form(title="", fields=(FormField(name="name", caption="Имя", means="first_name", required=True),))
    assert mapping.answered(form, {"first_name": "Ирина", "agrees": "true"}) == {"name": "Ирина"}
    assert mapping.answered(form, {"name": "Анна", "first_name": "Ирина"}) == {"name": "Анна"}
