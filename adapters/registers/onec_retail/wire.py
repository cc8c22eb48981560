"""Requests of the 1C extension as bytes and values: JSON, read as tolerantly as careless 1C code demands.

Member names are Latin identifiers in both directions: 1C reads a JSON object into a structure, and a key that is no
identifier would raise an error there (1C:Retail reference, 1.4).
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from msgspec import Struct

from adapters.registers.onec_retail.spelling import day, flag, moment, number, text
from gateway.errors import MalformedRequest

BOM = b"\xef\xbb\xbf"
ZERO = Decimal(0)
Fields = Mapping[str, Any]


class Client(Struct, frozen=True, kw_only=True):
    """How the customer is named: a phone in any spelling, or the text of a card or a code on his screen."""

    phone: str = ""
    card: str = ""


class Line(Struct, frozen=True, kw_only=True):
    """A row of the receipt. `key` is the row's own in 1C and comes back in answers; `sum` after all discounts so far,
    `discount` is what of them came from us (a calculation begins anew without it).

    `sale_key` of a refund is the key of the row that was sold; `gift_card` the number of the gift card the row sells.
    """

    key: str
    code: str
    name: str
    quantity: Decimal
    price: Decimal
    minimum_price: Decimal
    sum: Decimal
    discount: Decimal
    sale_key: str
    gift_card: str


class Payment(Struct, frozen=True, kw_only=True):
    """`kind`: cash, card, points, gift_card or anything else; `gift_card` is the number of the gift card."""

    kind: str
    sum: Decimal
    gift_card: str


class Request(Struct, frozen=True, kw_only=True):
    """Any request; what an operation does not need is empty. `document` is the UUID of the 1C document."""

    document: str
    sale: str
    number: str
    shift: str
    at: datetime | None
    client: Client
    lines: tuple[Line, ...]
    payments: tuple[Payment, ...]
    coupons: tuple[str, ...]
    points: Decimal | None
    code: str
    application: "Applicant | None"


class Applicant(Struct, frozen=True, kw_only=True):
    """What a new customer says of himself: `values` by the names of the form's fields; `agrees` to the rules."""

    phone: str
    card: str
    agrees: bool
    values: dict[str, str]

    def __repr__(self) -> str:
        return "Applicant()"


_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=Decimal)


def decode(body: bytes) -> Fields:
    """The JSON object of a body, with or without a BOM. Raises `MalformedRequest` when there is none."""
    try:
        fields = _decoder.decode(body.removeprefix(BOM))
    except (msgspec.DecodeError, UnicodeDecodeError, InvalidOperation, RecursionError):
        raise MalformedRequest("тело не является JSON в UTF-8") from None
    if not isinstance(fields, dict):
        raise MalformedRequest("тело не является объектом JSON")
    return fields


def read(fields: Fields) -> Request:
    """All we need of a request. Raises `MalformedRequest` naming the member that cannot be understood."""
    found = fields.get("application")
    return Request(
        document=text(fields.get("document")),
        sale=text(fields.get("sale")),
        number=text(fields.get("number")),
        shift=text(fields.get("shift")),
        at=moment(fields.get("at")),
        client=_client(fields.get("client")),
        lines=_lines(_rows(fields, "lines")),
        payments=tuple(_payment(row, place) for place, row in enumerate(_rows(fields, "payments"), 1)),
        coupons=tuple(filter(None, map(text, _list(fields, "coupons")))),
        points=number(fields.get("points"), "points"),
        code=text(fields.get("code")),
        application=_applicant(found) if isinstance(found, dict) else None,
    )


def _client(value: object) -> Client:
    """Absent, null, an empty text: all mean nobody."""
    if not isinstance(value, dict):
        return Client(card=text(value))
    return Client(phone=text(value.get("phone")), card=text(value.get("card")))


def _lines(rows: list[Fields]) -> tuple[Line, ...]:
    """Keys that are no numbers, or repeat, could not be told apart in an answer. Raises `MalformedRequest`."""
    lines = tuple(_line(row, place) for place, row in enumerate(rows, 1))
    keys = [row.key for row in lines]
    if len(set(keys)) < len(keys):
        raise MalformedRequest("lines: ключи строк повторяются")
    if not all(map(str.isdecimal, keys)) and any(map(str.isdecimal, keys)):
        raise MalformedRequest("lines: ключи строк — то числа, то нет")
    return lines


def _line(row: Fields, place: int) -> Line:
    where = f"lines[{place}]"
    quantity = number(row.get("quantity"), f"{where}.quantity")
    price = number(row.get("price"), f"{where}.price") or ZERO
    total = number(row.get("sum"), f"{where}.sum")
    quantity = Decimal(1) if quantity is None else quantity
    if quantity < ZERO:
        raise MalformedRequest(f"{where}.quantity: меньше нуля")
    return Line(
        key=text(row.get("key")) or str(place),
        code=text(row.get("code")),
        name=text(row.get("name")),
        quantity=quantity,
        price=price,
        minimum_price=number(row.get("minimum_price"), f"{where}.minimum_price") or ZERO,
        sum=price * quantity if total is None else total,
        discount=number(row.get("discount"), f"{where}.discount") or ZERO,
        sale_key=text(row.get("sale_key")),
        gift_card=text(row.get("gift_card")),
    )


def _payment(row: Fields, place: int) -> Payment:
    where = f"payments[{place}].sum"
    amount = number(row.get("sum"), where)
    if amount is None:
        raise MalformedRequest(f"{where}: не указано")
    return Payment(kind=text(row.get("kind")).lower(), sum=amount, gift_card=text(row.get("gift_card")))


OWN = frozenset({"phone", "card", "agrees"})


def _applicant(row: Fields) -> Applicant:
    """A birth date may come as a moment: its day is meant, as a cashier would type it."""
    values = {name: text(value) for name, value in row.items() if name not in OWN}
    if (born := day(row.get("birth_date"))) is not None:
        values["birth_date"] = born.strftime("%d.%m.%Y")
    return Applicant(
        phone=text(row.get("phone")),
        card=text(row.get("card")),
        agrees=flag(row.get("agrees"), "application.agrees"),
        values=values,
    )


def _list(fields: Fields, name: str) -> list[Any]:
    value = fields.get(name) or []
    if not isinstance(value, list):
        raise MalformedRequest(f"{name}: ожидается массив")
    return value


def _rows(fields: Fields, name: str) -> list[Fields]:
    rows = _list(fields, name)
    if not all(isinstance(row, dict) for row in rows):
        raise MalformedRequest(f"{name}: ожидается массив структур")
    return rows
