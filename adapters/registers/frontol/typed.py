"""What tills usually send, decoded in one pass; what is spelt otherwise is left to the lenient reader of `wire.py`.

Both readers come to the same `Request`: `tests/unit/registers/test_frontol_typed.py` holds one against the other.
"""

from decimal import Decimal, InvalidOperation
from functools import lru_cache

import msgspec
from msgspec import Struct

from adapters.registers.frontol.wire import BOM, LARGEST, ZERO, Client, Payment, Position, Request, moment

HIGHEST = int(LARGEST)
"""Of an index."""

LONGEST = 24
"""Characters of an amount."""

KEPT = 4096
"""Amounts that are remembered: the prices of a shop come again and again, and reading one costs as much as finding
four.
"""


class _Position(Struct, rename="camel", gc=False):
    """Amounts are strings, as the protocol says. A line without an index, a price, a quantity or a sum is one for the
    lenient reader.
    """

    index: int
    price: str
    quantity: str
    total_amount: str
    id: str = ""
    text: str = ""
    minimum_price: str = "0"
    discarded_amount: str = "0.00"
    coupons: tuple[str, ...] = ()
    reference_index: int | None = None


class _Payment(Struct, gc=False):
    amount: str
    type: str = ""
    mode: str = ""


class _Request(Struct, rename="camel", gc=False):
    action: str = ""
    type: str = ""
    business_unit: str = ""
    work_place: str = ""
    date_time: str | None = None
    uid: str = ""
    reference_uid: str = ""
    number: str | int = ""
    shift: str | int = ""
    client: Client | None = None
    coupons: tuple[str, ...] = ()
    positions: tuple[_Position, ...] = ()
    payment: _Payment | None = None
    payments: tuple[_Payment, ...] = ()


_decoder = msgspec.json.Decoder(_Request)


class _Unusual(Exception):
    """It can be read, by the other reader, or refused in words."""


def read(body: bytes) -> Request | None:
    """The request; None when any of its members is not spelt as usual, or not in order."""
    try:
        return _request(_decoder.decode(body.removeprefix(BOM)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, _Unusual):
        return None


def _request(found: _Request) -> Request:
    """Each line has an index of its own and is of something; every number is one that a till may mean."""
    if not _are_apart({row.index for row in found.positions}, len(found.positions)):
        raise _Unusual
    return Request(
        action=found.action.strip(),
        type=found.type.strip() or "receipt",
        business_unit=found.business_unit.strip(),
        work_place=found.work_place.strip(),
        date_time=moment(found.date_time),
        uid=found.uid.strip(),
        reference_uid=found.reference_uid.strip(),
        number=str(found.number),
        shift=str(found.shift),
        client=_client(found.client),
        coupons=tuple(filter(None, found.coupons)),
        positions=tuple(map(_position, found.positions)),
        payment=None if found.payment is None else _payment(found.payment),
        payments=tuple(map(_payment, found.payments)),
    )


def _position(row: _Position) -> Position:
    quantity = _amount(row.quantity)
    if quantity <= ZERO or "" in row.coupons:
        raise _Unusual
    if row.reference_index is not None and not _is_index(row.reference_index):
        raise _Unusual
    return Position(
        index=row.index,
        id=row.id,
        text=row.text,
        price=_amount(row.price),
        minimum_price=_amount(row.minimum_price),
        quantity=quantity,
        total_amount=_amount(row.total_amount),
        discarded_amount=_amount(row.discarded_amount),
        coupons=row.coupons,
        reference_index=row.reference_index,
    )


def _are_apart(indexes: set[int], lines: int) -> bool:
    return len(indexes) == lines and (not indexes or (_is_index(min(indexes)) and _is_index(max(indexes))))


def _is_index(number: int) -> bool:
    return -HIGHEST <= number <= HIGHEST


def _payment(found: _Payment) -> Payment:
    return Payment(type=found.type, mode=found.mode, amount=_amount(found.amount))


@lru_cache(KEPT)
def _amount(text: str) -> Decimal:
    """Raises `_Unusual`, and remembers nothing then."""
    if len(text) > LONGEST:
        raise _Unusual
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _Unusual from None
    if not number.is_finite() or abs(number) > LARGEST:
        raise _Unusual
    return number


def _client(found: Client | None) -> Client:
    """Spaces around a phone or a card mean nothing."""
    if found is None:
        return Client()
    return Client(
        mobile_phone=found.mobile_phone.strip(),
        card=found.card.strip(),
        validation_code=found.validation_code.strip(),
    )
