"""What an HTTP status and a body of Mindbox mean for a change or a question (developers docs, "error processing")."""

from collections.abc import Callable
from typing import TypeVar

from adapters.loyalty.mindbox import mapping
from adapters.loyalty.mindbox.settings import MindboxSettings
from adapters.loyalty.mindbox.wire import Envelope, decode
from adapters.loyalty.transport import Reply
from gateway.domain.call import Accepted, AlreadyProcessed, Answer, Call, Operation, RefusalReason, Refused
from gateway.errors import LoyaltyProtocolError, LoyaltyRejected, LoyaltyUnavailable, OutcomeUnknown, TooManyCalls

OK, BAD_REQUEST, TOO_MANY = 200, 400, 429
USUAL_WAIT, LONGEST_WAIT = 30, 300
"""Seconds. A wait beyond the longest would leave sales lying over a server's slip of the pen."""

NOT_ALLOWED = {401: "the secret key is missing", 403: "the secret key is wrong", 404: "the address is wrong"}
SAVED = {"Processed", "Created", "Updated", ""}
"""`order.processingStatus` of a saved order: the docs name all of them."""


E = TypeVar("E", bound=Envelope)


def question(reply: Reply, read: Callable[[bytes], E]) -> E:
    """The answer to a question. Raises `LoyaltyError`; there is no outcome to wonder about."""
    try:
        return told(reply, read)
    except OutcomeUnknown as error:
        raise LoyaltyUnavailable(str(error), retry_after=error.retry_after) from error


def told(reply: Reply, read: Callable[[bytes], E]) -> E:
    """The answer to a question or to a change of a person. Raises `LoyaltyError`.

    `LoyaltyRejected` carries words for the cashier: the server's own where they are meant for him (a refusal with
    HTTP 200); what it says of a wrong request is for those who set it up, and stands in its own log.
    """
    _check_status(reply)
    if reply.status == BAD_REQUEST:
        raise LoyaltyRejected("Сервер лояльности не принял запрос, сообщите администратору")
    answer = read(reply.body)
    if answer.status == "ValidationError":
        raise LoyaltyRejected(answer.said)
    if answer.status != "Success":
        raise LoyaltyProtocolError(f"the loyalty server answered {answer.status[:40]!r}")
    return answer


def change(call: Call, reply: Reply, settings: MindboxSettings) -> Answer:
    """The answer to a change. Raises `OutcomeUnknown` where it may have been made all the same."""
    _check_status(reply)
    try:
        answer = decode(reply.body)
    except LoyaltyProtocolError as error:
        raise OutcomeUnknown("the loyalty server's answer could not be read") from error
    if reply.status == BAD_REQUEST:
        return _protocol_error(call, answer)
    if answer.status == "TransactionAlreadyProcessed":
        return AlreadyProcessed()
    if answer.status == "ValidationError":
        return Refused(reason=_reason(call, answer), text=answer.said)
    if answer.status != "Success":
        raise OutcomeUnknown(f"the loyalty server answered {answer.status[:40]!r}")
    return _saved(call, answer, settings)


def _check_status(reply: Reply) -> None:
    """401, 403 and 404 are ours to mend: nothing is refused for good because a key was typed wrong."""
    status = reply.status
    if status in (OK, BAD_REQUEST):
        return
    if status in NOT_ALLOWED:
        raise LoyaltyUnavailable(f"HTTP {status}: {NOT_ALLOWED[status]}")
    wait = wanted_wait(reply.retry_after)
    if status == TOO_MANY:
        raise TooManyCalls("HTTP 429: too many requests", retry_after=wait or USUAL_WAIT)
    raise OutcomeUnknown(f"HTTP {status}", retry_after=wait)


def wanted_wait(retry_after: str) -> float | None:
    """The server's own wait in seconds; None when it names none, or a date."""
    return min(max(int(retry_after[:9]), 1), LONGEST_WAIT) if retry_after.isdecimal() else None


def _protocol_error(call: Call, answer: Envelope) -> Refused:
    """400 on a status or a return is the way the server says that it does not know the order."""
    about_an_order = call.operation in (Operation.CANCEL, Operation.PAID, Operation.REFUND)
    reason = RefusalReason.NOT_FOUND if about_an_order else RefusalReason.OTHER
    return Refused(reason=reason, text=answer.said)


def _reason(call: Call, answer: Envelope) -> RefusalReason:
    """By the field the server names; without one, an order with points was refused for its points.

    Texts are for people and change: they are not read. Taking points for the cause errs on the side of the
    sale, which is then delivered without them instead of being parked.
    """
    places = [message.location.lower() for message in answer.validation_messages if message.location]
    if any("bonus" in place for place in places):
        return RefusalReason.POINTS
    return RefusalReason.POINTS if not places and b'"bonusPoints"' in call.body else RefusalReason.OTHER


def _saved(call: Call, answer: Envelope, settings: MindboxSettings) -> Answer:
    if call.operation is Operation.REFUND:  # coupons and texts, where the project's operation returns them
        return mapping.accepted(answer, settings)
    if call.operation not in (Operation.HOLD, Operation.SALE):
        return Accepted()
    order = answer.order
    if order is not None and order.processing_status == "PriceHasBeenChanged":
        return Refused(reason=RefusalReason.PRICE, text=order.status_description or "", total=order.total_price)
    if order is not None and order.processing_status not in SAVED:
        return Refused(text=order.status_description or order.processing_status)
    return mapping.accepted(answer, settings)
