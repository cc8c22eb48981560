"""The bodies a till sends (Frontol Priority API, requests). Pure: the moment is an argument.

Amounts are strings, ids are braced GUIDs, empty members are left out, as tills are known to send them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from adapters.registers.frontol.simulator.basket import Basket, BasketLine
from adapters.registers.frontol.wire import Client
from gateway.domain.money import ZERO, kopecks

Body = dict[str, Any]
Stage = Literal["before", "after", "due"]
"""Which sum of a line is its `totalAmount`: before the server's discounts, after them, or less the points too."""

THOUSANDTH = Decimal("0.001")


class Cashier(Struct, frozen=True):
    code: int
    name: str


class Register(Struct, frozen=True, kw_only=True):
    """Who is asking: the till's settings and who sits at it."""

    organization: str
    business_unit: str
    work_place: str
    cashier: Cashier


class Payment(Struct, frozen=True, kw_only=True):
    """`amount` in roubles. Points lower the price: they are no fiscal payment."""

    type: Literal["bonus", "cash", "creditCard", "other"]
    amount: Decimal

    def body(self) -> Body:
        return {
            "type": self.type,
            "mode": "nonFiscal" if self.type == "bonus" else "fiscal",
            "amount": sum_of(self.amount),
        }


class Document(Struct, frozen=True, kw_only=True):
    """One receipt at the till, from the first scan to the close."""

    uid: UUID
    number: int
    shift: int
    client: Client = Client()
    coupons: tuple[str, ...] = ()
    basket: Basket = Basket()


def sum_of(amount: Decimal) -> str:
    return str(kopecks(amount))


def braced(uid: UUID) -> str:
    return f"{{{uid}}}".upper()


def moment(at: datetime) -> str:
    """Local time with milliseconds and an offset without a colon."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}{at:%z}"


def client(register: Register, at: datetime, who: Client) -> Body:
    """`client/`: who is it."""
    return {**_common(register, at), "client": _client(who)}


def registration(register: Register, at: datetime, action: str, who: Client, values: Mapping[str, str]) -> Body:
    """`extra/client/`: the form, then its answers twice."""
    told = [{"name": name, "value": value} for name, value in values.items()]
    return {
        **_common(register, at),
        "action": action,
        "client": _client(who),
        **({} if action == "describe" else {"values": told}),
    }


def calculate(register: Register, at: datetime, document: Document) -> Body:
    return {
        "action": "calculate",
        "type": "receipt",
        **_head(register, at, document),
        **({"coupons": list(document.coupons)} if document.coupons else {}),
        "positions": _positions(document.basket, "before"),
    }


def pay_by_bonus(register: Register, at: datetime, document: Document, amount: Decimal) -> Body:
    """The payment's `type` is left out: it can only be points."""
    return {
        "action": "payByBonus",
        "type": "receipt",
        **_head(register, at, document),
        "payment": {"mode": "nonFiscal", "amount": sum_of(amount)},
        "positions": _positions(document.basket, "after"),
    }


def cancel_bonus_payment(register: Register, at: datetime, document: Document) -> Body:
    bonus = Payment(type="bonus", amount=document.basket.points)
    return {
        "action": "cancelBonusPayment",
        "type": "receipt",
        **_head(register, at, document),
        "payment": {"mode": "nonFiscal", "amount": sum_of(bonus.amount)},
        "positions": _positions(document.basket, "after"),
        "payments": [bonus.body()],
    }


def confirm(
    register: Register, at: datetime, document: Document, payments: Sequence[Payment], *, totals: Stage = "due"
) -> Body:
    """The receipt is closed. No source settles whether `totals` leave the points out: both can be sent."""
    return {
        "action": "confirm",
        "type": "receipt",
        **_head(register, at, document),
        **({"coupons": list(document.coupons)} if document.coupons else {}),
        "positions": _dropping(_positions(document.basket, totals), document.basket.due - _money(payments)),
        "payments": [payment.body() for payment in payments],
    }


def confirm_refund(
    register: Register, at: datetime, document: Document, of: UUID, payments: Sequence[Payment]
) -> Body:
    """A return of lines of the sale `of`; the lines keep their numbers from it. Amounts are positive."""
    positions = _positions(document.basket, "due")
    rows = [{**row, "index": place, "referenceIndex": row["index"]} for place, row in enumerate(positions, 1)]
    return {
        "action": "confirm",
        "type": "refundReceipt",
        **_head(register, at, document),
        "referenceUid": braced(of),
        "positions": _dropping(rows, document.basket.due - _money(payments)),
        "payments": [payment.body() for payment in payments],
    }


def _common(register: Register, at: datetime) -> Body:
    cashier = register.cashier
    return {
        "dateTime": moment(at),
        "organization": register.organization,
        "businessUnit": register.business_unit,
        "workPlace": register.work_place,
        "cashier": {"code": cashier.code, "name": cashier.name, "text": cashier.name},
    }


def _head(register: Register, at: datetime, document: Document) -> Body:
    return {
        **_common(register, at),
        "uid": braced(document.uid),
        "number": document.number,
        "shift": document.shift,
        "client": _client(document.client),
    }


def _client(who: Client) -> Body:
    named = {"mobilePhone": who.mobile_phone, "card": who.card, "validationCode": who.validation_code}
    return {name: value for name, value in named.items() if value}


def _positions(basket: Basket, stage: Stage) -> list[Body]:
    return [_position(line, stage) for line in basket.lines]


def _position(line: BasketLine, stage: Stage) -> Body:
    totals: dict[Stage, Decimal] = {"before": line.before, "after": line.after, "due": line.due}
    return {
        "index": line.index,
        "id": line.sku,
        "text": line.name,
        "price": sum_of(line.price),
        "minimumPrice": sum_of(line.minimum_price),
        "quantity": str(line.quantity.quantize(THOUSANDTH)),
        "totalAmount": sum_of(totals[stage]),
    }


def _dropping(rows: list[Body], dropped: Decimal) -> list[Body]:
    """Kopecks nobody paid, on the last line; the lines' totals stay as they are."""
    if rows and ZERO < dropped < 1:
        rows[-1] = {**rows[-1], "discardedAmount": sum_of(dropped)}
    return rows


def _money(payments: Sequence[Payment]) -> Decimal:
    return sum((payment.amount for payment in payments if payment.type != "bonus"), ZERO)
