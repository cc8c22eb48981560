"""Requests of the Frontol Priority API as bytes and values: read as leniently as its tills demand.

Amounts come as strings or numbers, with a point or a comma; ids with or without braces; empty members in
every form. Sums are read from their text into Decimal and never pass through binary floating point.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from msgspec import Struct

from gateway.domain.money import kopecks
from gateway.errors import MalformedRequest

BOM = b"\xef\xbb\xbf"
LARGEST, LONGEST = Decimal(10) ** 12, 60
"""Of an amount; characters of one."""
KEPT = 4000
"""Amounts that are remembered."""
ZERO = Decimal(0)
YEARS = range(2000, 2100)
"""A till without a clock sends an empty date: 0001, 1899, 1970."""

Index = Annotated[int, msgspec.Meta(ge=-int(LARGEST), le=int(LARGEST))]
"""Of a line: held to these bounds where the usual spelling is decoded, and as an amount where it is another."""

Fields = Mapping[str, Any]


class Client(Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """The customer as the till knows him; both empty for an anonymous document."""

    mobile_phone: str = ""
    card: str = ""
    validation_code: str = ""


class Position(Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """One line; amounts are texts as `number` reads them, empty where the till says nothing.

    `total_amount` in roubles: before the server's discounts in calculate, after all in confirm.
    """

    index: Index
    id: str = ""
    text: str = ""
    price: str = ""
    minimum_price: str = ""
    quantity: str = ""
    total_amount: str = ""
    discarded_amount: str = ""
    coupons: tuple[str, ...] = ()
    reference_index: Index | None = None


class Payment(Struct, frozen=True, kw_only=True, gc=False):
    type: str = ""
    mode: str = ""
    amount: Decimal


class Request(Struct, frozen=True, kw_only=True, gc=False):
    """Any request; what a resource does not carry is empty. `date_time` is None when it cannot be read."""

    action: str
    type: str
    business_unit: str
    work_place: str
    date_time: datetime | None
    uid: str
    reference_uid: str
    number: str
    shift: str
    client: Client
    coupons: tuple[str, ...]
    positions: tuple[Position, ...]
    payment: Payment | None
    payments: tuple[Payment, ...]


_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=Decimal)


def decode(body: bytes) -> Fields:
    """The JSON object of a body. Raises `MalformedRequest` when there is none."""
    try:
        fields = _decoder.decode(body.removeprefix(BOM))
    except (msgspec.DecodeError, UnicodeDecodeError, InvalidOperation, RecursionError):
        fields = _decode_leniently(body.removeprefix(BOM))
    if not isinstance(fields, dict):
        raise MalformedRequest("тело не является объектом JSON")
    return fields


def _decode_leniently(body: bytes) -> object:
    """What only a stricter reader refuses: half a surrogate in a goods name, text in windows-1251."""
    for encoding in ("utf-8", "cp1251"):
        try:
            return _printable(json.loads(body.decode(encoding), parse_float=Decimal))
        except (ValueError, InvalidOperation, RecursionError):
            continue
    raise MalformedRequest("тело не является JSON")


def _printable(value: Any) -> Any:
    """The same value with every half of a surrogate as a question mark: no store and no server takes them."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_printable(item) for item in value]
    if isinstance(value, dict):
        return {_printable(name): _printable(item) for name, item in value.items()}
    return value


class Heard(Struct, frozen=True, kw_only=True):
    """A request of which only this is known yet: what is asked, and by whom."""

    action: str
    business_unit: str
    work_place: str
    fields: Fields


def heard(fields: Fields) -> Heard:
    return Heard(
        action=text(fields, "action").strip(),
        business_unit=text(fields, "businessUnit").strip(),
        work_place=text(fields, "workPlace").strip(),
        fields=fields,
    )


def read(fields: Fields) -> Request:
    """All we need of a request. Raises `MalformedRequest` naming the member that cannot be understood."""
    payment = fields.get("payment")
    return Request(
        action=text(fields, "action").strip(),
        type=text(fields, "type").strip() or "receipt",
        business_unit=text(fields, "businessUnit").strip(),
        work_place=text(fields, "workPlace").strip(),
        date_time=moment(fields.get("dateTime")),
        uid=text(fields, "uid").strip(),
        reference_uid=text(fields, "referenceUid").strip(),
        number=text(fields, "number"),
        shift=text(fields, "shift"),
        client=client(fields.get("client")),
        coupons=texts(fields, "coupons"),
        positions=_positions(rows(fields, "positions")),
        payment=_payment(payment, "payment") if isinstance(payment, dict) else None,
        payments=tuple(_payment(row, "payments") for row in rows(fields, "payments")),
    )


def _positions(found: list[Fields]) -> tuple[Position, ...]:
    """Indexes that repeat are counted anew, as no answer could name them."""
    read_ = [_position(row, place) for place, row in enumerate(found, 1)]
    if len({row.index for row in read_}) < len(read_):
        read_ = [msgspec.structs.replace(row, index=place) for place, row in enumerate(read_, 1)]
    return tuple(read_)


def _position(row: Fields, place: int) -> Position:
    where = f"positions[{place}]"
    index = whole(row, "index", where)
    return Position(
        index=place if index is None else index,
        id=text(row, "id"),
        text=text(row, "text"),
        price=spelt(row, "price", where),
        minimum_price=spelt(row, "minimumPrice", where),
        quantity=spelt(row, "quantity", where),
        total_amount=spelt(row, "totalAmount", where),
        discarded_amount=spelt(row, "discardedAmount", where),
        coupons=texts(row, "coupons"),
        reference_index=whole(row, "referenceIndex", where),
    )


def _payment(row: Fields, where: str) -> Payment:
    return Payment(type=text(row, "type"), mode=text(row, "mode"), amount=amount(row, "amount", where))


def client(value: object) -> Client:
    """Absent, null, an empty object, an empty array: all mean nobody."""
    if not isinstance(value, dict):
        return Client()
    return Client(
        mobile_phone=text(value, "mobilePhone").strip(),
        card=text(value, "card").strip(),
        validation_code=text(value, "validationCode").strip(),
    )


def rows(fields: Fields, name: str) -> list[Fields]:
    value = fields.get(name) or []
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise MalformedRequest(f"{name}: ожидается список")
    return value


def text(fields: Fields, name: str) -> str:
    """A string; numbers come as their text, anything else as nothing."""
    value = fields.get(name)
    return str(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else ""


def texts(fields: Fields, name: str) -> tuple[str, ...]:
    value = fields.get(name)
    return tuple(str(item) for item in value if item) if isinstance(value, list) else ()


def spelt(fields: Fields, name: str, where: str) -> str:
    """A sum or a quantity in whatever spelling; empty when the member is missing."""
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise MalformedRequest(f"{where}.{name}: не число")
    return str(value)


@lru_cache(KEPT)
def roubles(text: str) -> Decimal:
    """As `number`, to the kopeck."""
    return kopecks(number(text))


@lru_cache(KEPT)
def number(text: str) -> Decimal:
    """A sum or a quantity: with a point or a comma, spaces wherever. Raises `ValueError` for one no till can mean.

    Remembered: the prices of a shop come again and again.
    """
    if len(text) > LONGEST:
        raise ValueError(text)
    try:
        found = Decimal(text.replace(",", ".").replace("\u00a0", "").replace(" ", ""))
    except InvalidOperation:
        raise ValueError(text) from None
    if not found.is_finite() or abs(found) > LARGEST:
        raise ValueError(text)
    return found


def amount(fields: Fields, name: str, where: str) -> Decimal:
    """One that is needed."""
    text = spelt(fields, name, where)
    if not text:
        raise MalformedRequest(f"{where}.{name}: не указано")
    try:
        return number(text)
    except ValueError:
        raise MalformedRequest(f"{where}.{name}: не число") from None


def whole(fields: Fields, name: str, where: str) -> int | None:
    if not spelt(fields, name, where):
        return None
    found = amount(fields, name, where)
    if found != found.to_integral_value():
        raise MalformedRequest(f"{where}.{name}: не целое число")
    return int(found)


def moment(value: object) -> datetime | None:
    """The till's clock: ISO with an offset without a colon, mostly. Our own clock serves when it is unreadable."""
    if not isinstance(value, str):
        return None
    try:
        read_ = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return read_ if read_.year in YEARS else None
