"""Answers that are errors: HTTP code and envelope (Mindbox developers docs, "error_processing")."""

from typing import Any
from uuid import uuid4

from msgspec import Struct

from adapters.loyalty.programme import (
    AmbiguousKeys,
    CodeRefused,
    GiftCardRefused,
    OrderClosed,
    PointsRefused,
    PriceChanged,
    Refusal,
    UnknownOrder,
    UnsplitLine,
)

Json = dict[str, Any]


class Answer(Struct, frozen=True, kw_only=True):
    """What goes back over HTTP."""

    http: int = 200
    body: Json

    @property
    def status(self) -> str:
        return str(self.body.get("status", ""))

    @property
    def is_done(self) -> bool:
        """Whether the request has had its effect: only then its transaction id is used up."""
        order = self.body.get("order", {})
        return self.status == "Success" and order.get("processingStatus") != "PriceHasBeenChanged"


class BadRequest(Exception):
    """A request of a wrong integration; `http` says how wrong."""

    def __init__(self, message: str, http: int = 400) -> None:
        super().__init__(message)
        self.http = http


class Invalid(Exception):
    """Data of the customer's that cannot be taken: HTTP 200, with words for the cashier and the field's place."""

    def __init__(self, message: str, location: str) -> None:
        super().__init__(message)
        self.location = location


def protocol_error(message: str, http: int = 400) -> Answer:
    return Answer(http=http, body=_failure("ProtocolError", message, http))


def server_error(http: int = 503) -> Answer:
    return Answer(http=http, body=_failure("InternalServerError", "temporarily unavailable", http))


def _failure(status: str, message: str, http: int) -> Json:
    return {"status": status, "errorMessage": message, "errorId": str(uuid4()), "httpStatusCode": http}


def invalid(message: str, location: str) -> Answer:
    body = {"status": "ValidationError", "validationMessages": [{"message": message, "location": location}]}
    return Answer(body=body)


def refused(refusal: Refusal) -> Answer:
    """How the programme's "no" looks on the wire."""
    match refusal:
        case PointsRefused() | CodeRefused() | GiftCardRefused():
            return invalid(*_for_cashier(refusal))
        case PriceChanged():
            return Answer(body=_price_changed(refusal))
        case AmbiguousKeys():
            return Answer(body={"status": "Success", "customer": {"processingStatus": "Ambiguous"}})
        case UnsplitLine():
            return protocol_error("Splitting of lines is required: send the lines of the preorder's answer")
        case UnknownOrder():
            return protocol_error(f"Order not found: {refusal}")
        case OrderClosed():
            return protocol_error("The order is cancelled")
        case _:
            return protocol_error(str(refusal))


def _for_cashier(refusal: PointsRefused | CodeRefused | GiftCardRefused) -> tuple[str, str]:
    """Words, and the place in the request they are about."""
    match refusal:
        case PointsRefused():
            return str(refusal), "/order/bonusPoints"
        case CodeRefused():
            return f"{refusal}: {refusal.code}", "/order/coupons"
        case GiftCardRefused():
            return str(refusal), "/order/payments"


def _price_changed(refusal: PriceChanged) -> Json:
    return {
        "status": "Success",
        "order": {
            "processingStatus": "PriceHasBeenChanged",
            "statusDescription": str(refusal),
            "totalPrice": refusal.total,
        },
    }
