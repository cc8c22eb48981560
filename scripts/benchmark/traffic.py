"""What tills send and what the stub of the loyalty server answers: receipts of ten lines, ten per cent off each."""

import hashlib
import json
from typing import Any

from msgspec import Struct

ACCESS_KEY = "bench-access-key"
PHONE = 79_000_000_000
"""Of receipt 0; every receipt has a customer of its own, or the gateway would ask about all of them at once."""

LINES = range(1, 11)
PRICE, DISCOUNTED = "100.00", "90.00"
TOTAL = "900.00"


def uid(number: int) -> str:
    """A GUID that is the same in every process: the close of a receipt names the one that was calculated."""
    return f"00000000-0000-4000-8000-{number:012x}"


def _line(number: int, index: int, total: str) -> dict[str, Any]:
    """Every receipt has goods of its own, as in a shop."""
    return {
        "index": index,
        "id": f"goods-{number}-{index}",
        "text": f"Товар номер {index}, артикул {1000 + index}",
        "price": PRICE,
        "minimumPrice": "0.00",
        "quantity": "1.000",
        "totalAmount": total,
    }


def document(action: str, number: int, register: int) -> dict[str, Any]:
    body: dict[str, Any] = {
        "action": action,
        "type": "receipt",
        "dateTime": "2026-11-21T18:05:09.250+0300",
        "organization": "bench",
        "businessUnit": "MAG-1",
        "workPlace": f"KASSA-{register}",
        "cashier": {"code": 1, "name": "Кассир", "text": "Кассир"},
        "uid": f"{{{uid(number).upper()}}}",
        "number": number,
        "shift": 3,
        "client": {"mobilePhone": f"+{PHONE + number}"},
    }
    if action == "client":
        return body
    total = PRICE if action == "calculate" else DISCOUNTED  # a till has applied the discounts by then
    body["positions"] = [_line(number, index, total) for index in LINES]
    if action == "confirm":
        body["payments"] = [{"type": "cash", "mode": "fiscal", "amount": TOTAL}]
    if action == "payByBonus":
        body["payment"] = {"mode": "nonFiscal", "amount": "10.00"}
    return body


def request(action: str, number: int, register: int = 1) -> bytes:
    """The whole HTTP request of a till, signed."""
    body = json.dumps(document(action, number, register), ensure_ascii=False).encode()
    signature = hashlib.md5(ACCESS_KEY.encode() + body, usedforsecurity=False).hexdigest()
    resource = "client" if action == "client" else "document"
    head = (
        f"POST /frontol/{resource}/ HTTP/1.1\r\nHost: gateway\r\nAuthorization: FrontolAuth {signature}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Round(Struct, frozen=True):
    """Which receipt and which action the request at a place of a job is about.

    `apart` receipts are gone through once before any of them comes again, `times` times in all: the gateway never
    has two questions about one receipt at once, as no till asks them.
    """

    actions: list[str]
    first: int
    times: int
    apart: int

    def receipt(self, place: int) -> int:
        return self.first + place // (self.times * self.apart) * self.apart + place % self.apart

    def action(self, place: int) -> int:
        return place // self.apart % self.times % len(self.actions)

    def request(self, place: int, registers: int) -> bytes:
        number = self.receipt(place)
        return request(self.actions[self.action(place)], number, 1 + number % registers)


def _goods(index: int) -> dict[str, Any]:
    return {
        "lineId": str(index),
        "lineNumber": index,
        "quantity": 1,
        "basePricePerItem": 100,
        "discountedPriceOfLine": 90,
        "product": {"ids": {"system1c": f"goods-{index}"}},
        "appliedPromotions": [{"type": "discount", "promotion": {"type": "internal"}, "amount": 10}],
    }


CUSTOMER = {
    "processingStatus": "Found",
    "ids": {"mindboxId": 80015},
    "firstName": "Анна",
    "lastName": "Светлова",
    "mobilePhone": str(PHONE),
}
SEGMENT = {
    "segmentation": {"ids": {"externalId": "Level"}},
    "segment": {"ids": {"externalId": "Gold"}, "name": "Золото"},
}
POINTS = {"balanceType": {"ids": {"systemName": "Main"}}}

ANSWERS: dict[str, dict[str, Any]] = {
    "GetCustomerInfo": {
        "status": "Success",
        "customer": CUSTOMER,
        "balances": [{**POINTS, "available": 640, "blocked": 0}],
        "customerSegmentations": [SEGMENT],
    },
    "Preorder": {
        "status": "Success",
        "customer": CUSTOMER,
        "order": {
            "processingStatus": "Calculated",
            "totalPrice": 900,
            "lines": [_goods(index) for index in LINES],
            "bonusPointsInfo": [{**POINTS, "availableAmountForCurrentOrder": 180}],
            "bonusPointsChanges": [{**POINTS, "earnedAmount": 45}],
        },
    },
    "Order": {
        "status": "Success",
        "order": {
            "ids": {"mindboxId": 1},
            "processingStatus": "Created",
            "totalPrice": 900,
            "bonusPointsChanges": [{**POINTS, "earnedAmount": 45, "spentAmount": 0}],
        },
    },
    "ChangeStatus": {"status": "Success"},
}
