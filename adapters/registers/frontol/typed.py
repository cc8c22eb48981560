"""What tills usually send, decoded in one pass; what is spelt otherwise is left to the lenient reader of `wire.py`.

Both readers come to the same receipt: `tests/unit/registers/test_frontol_typed.py` holds one against the other.
"""

from decimal import InvalidOperation
from operator import attrgetter

import msgspec
from msgspec import Struct

from adapters.registers.frontol.wire import BOM, LARGEST, Client, Payment, Position, Request, moment


class _Request(Struct, rename="camel", gc=False):
    """Amounts of lines are strings, as the protocol says; numbers are for the lenient reader."""

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
    positions: tuple[Position, ...] = ()
    payment: Payment | None = None
    payments: tuple[Payment, ...] = ()


_index = attrgetter("index")
_decoder = msgspec.json.Decoder(_Request)


def read(body: bytes) -> Request | None:
    """The request; None when any of its members is not spelt as usual, or not in order."""
    try:
        found = _decoder.decode(body.removeprefix(BOM))
        if not _is_in_order(found):
            return None
    except (msgspec.DecodeError, UnicodeDecodeError, InvalidOperation, RecursionError):
        return None
    return _request(found)


def _is_in_order(found: _Request) -> bool:
    """Each line has an index of its own, every payment is one that a till may mean; amounts of lines: `lines.py`."""
    payments = (*found.payments, found.payment) if found.payment else found.payments
    indexes = set(map(_index, found.positions))
    return len(indexes) == len(found.positions) and all(-LARGEST <= row.amount <= LARGEST for row in payments)


def _request(found: _Request) -> Request:
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
        positions=found.positions,
        payment=found.payment,
        payments=found.payments,
    )


def _client(found: Client | None) -> Client:
    """Spaces around a phone or a card mean nothing."""
    if found is None:
        return Client()
    return Client(
        mobile_phone=found.mobile_phone.strip(),
        card=found.card.strip(),
        validation_code=found.validation_code.strip(),
    )
