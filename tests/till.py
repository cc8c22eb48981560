"""Requests of a Frontol till for tests: defaults plus overrides."""

import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

CUSTOMER = "+79115550123"


def clock(late: timedelta = timedelta(0)) -> str:
    """A till's clock reading: an offset without a colon; `late` for a receipt it has kept."""
    moscow = timezone(timedelta(hours=3))
    return (datetime.now(moscow) - late).strftime("%Y-%m-%dT%H:%M:%S.%f%z")


def braced(uid: str) -> str:
    """A GUID as a till spells it."""
    return "{" + uid.upper() + "}"


def line(index: int, goods: str, price: str, quantity: str = "1.000", total: str | None = None) -> dict[str, Any]:
    return {
        "index": index,
        "id": goods,
        "text": f"Товар {goods}",
        "price": price,
        "minimumPrice": "0.00",
        "quantity": quantity,
        "totalAmount": price if total is None else total,
    }


def document(action: str, *lines: dict[str, Any], uid: str | None = None, **members: Any) -> dict[str, Any]:
    """Any document request; `phone=None` for an anonymous one."""
    phone = members.pop("phone", CUSTOMER)
    return {
        "action": action,
        "type": "receipt",
        "dateTime": clock(),
        "organization": "test",
        "businessUnit": "MAG-3",
        "workPlace": "KASSA-2",
        "cashier": {"code": 1, "name": "Кассир", "text": "Кассир"},
        "uid": braced(uid or str(uuid.uuid4())),
        "number": 7,
        "shift": 3,
        "client": {"mobilePhone": phone} if phone else {},
        "positions": list(lines),
        **members,
    }


def cash(amount: str) -> list[dict[str, str]]:
    return [{"type": "cash", "mode": "fiscal", "amount": amount}]
