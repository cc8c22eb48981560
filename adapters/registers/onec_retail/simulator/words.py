"""A simulated receipt in 1C's words, and 1C's answers as a till reads them. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from adapters.registers.frontol.simulator import Answer, AnswerNotUnderstood, BasketLine, Document, Payment
from adapters.registers.frontol.wire import Client
from adapters.registers.onec_retail.simulator.quirks import NBSP, Quirk, Quirks
from gateway.domain.money import kopecks

Body = dict[str, Any]
KINDS = {"bonus": "points", "cash": "cash", "creditCard": "card"}
REFUSED = -1

_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=Decimal)


def client(who: Client, quirks: Quirks) -> Body:
    phone = who.mobile_phone
    if Quirk.EIGHT_PHONES in quirks and phone.startswith("+7"):
        phone = f"8{phone[2:]}"
    return {"phone": phone, "card": who.card}


def document(receipt: Document, at: datetime, quirks: Quirks, *, paid: bool = False) -> Body:
    """The receipt; with `paid`, its lines are less what points pay of them, which counts as our discount, too."""
    return {
        "document": str(receipt.uid),
        "number": f"ЧК-{receipt.number:06d}",
        "shift": str(receipt.shift),
        "at": at,
        "client": client(receipt.client, quirks),
        "coupons": list(receipt.coupons),
        "lines": [_line(line, line.due if paid else line.after) for line in receipt.basket.lines],
    }


def _line(line: BasketLine, total: Decimal) -> Body:
    return {
        "key": str(line.index),
        "code": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "price": line.price,
        "minimum_price": line.minimum_price,
        "sum": kopecks(total),
        "discount": kopecks(line.before - total),
    }


def payments(rows: Sequence[Payment]) -> list[Body]:
    return [{"kind": KINDS.get(row.type, "other"), "sum": kopecks(row.amount)} for row in rows]


def heard(raw: bytes) -> Answer:
    """Raises `AnswerNotUnderstood`: no JSON, or cut before its last member."""
    try:
        fields = _decoder.decode(raw)
    except msgspec.DecodeError as error:
        raise AnswerNotUnderstood(f"ответ шлюза не разобран: {error}") from error
    if not isinstance(fields, dict) or "ok" not in fields:
        raise AnswerNotUnderstood("ответ шлюза оборван: в нём нет ok")
    return msgspec.convert(_as_answer(fields), Answer, strict=False)


def reason(raw: bytes) -> str:
    """Why an answer refuses, for a program; empty for one that does not."""
    return str(_decoder.decode(raw).get("reason", ""))


def _as_answer(fields: Mapping[str, Any]) -> Body:
    lines = [_answered(row) for row in fields.get("lines", [])]
    return {
        "code": 0 if fields["ok"] else REFUSED,
        "error": fields.get("error", ""),
        "client": {"availableAmount": fields.get("points_available")},
        "document": {"positions": lines},
        "cashierInformation": [{"text": text} for text in fields.get("notices", [])],
        "printingInformation": _papers(fields.get("print", [])),
    }


def _answered(row: Mapping[str, Any]) -> Body:
    sums = {"discountAmount": row.get("discount"), "paidAmount": row.get("points")}
    return {"index": int(row["key"]), **{name: value for name, value in sums.items() if value is not None}}


def _papers(rows: Sequence[Mapping[str, Any]]) -> list[list[Body]]:
    papers: list[list[Body]] = [[]]
    for row in rows:
        if "cut" in row:
            papers.append([])
        elif "barcode" in row:
            kind = "qrcode" if row["barcode"]["type"] == "QR" else "barcode"
            papers[-1].append({"type": kind, "data": row["barcode"]["value"]})
        else:
            papers[-1].append({"type": "text", "text": row["text"].replace(" ", NBSP)})  # a row is printed as it came
    return [paper for paper in papers if paper]
