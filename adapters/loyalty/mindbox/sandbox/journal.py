"""What was received, in order, and what went wrong in the queue. Ids and statuses only, nothing personal."""

from collections import deque
from datetime import datetime

import msgspec
from msgspec import Struct

from adapters.loyalty.mindbox.sandbox.mapping import order_id
from adapters.loyalty.mindbox.sandbox.refusals import Answer, Json
from adapters.loyalty.mindbox.sandbox.requests import Ref

# Some days of a busy demo; what is older is forgotten.
KEPT = 20_000


class Entry(Struct, kw_only=True, rename="camel"):
    """`status` is that of the answer's body, empty while there is none; `fault` is what was done to the call."""

    operation: str
    transaction_id: str
    order_id: str
    point_of_contact: str
    cashdesk: str
    at: datetime
    is_async: bool
    status: str = ""
    http_status: int | None = None
    outcome: str = ""
    fault: str = ""

    def answered(self, answer: Answer) -> None:
        """Note the answer; `outcome` is the order's own status inside a success."""
        self.status, self.http_status = answer.status, answer.http
        self.outcome = str(answer.body.get("order", {}).get("processingStatus", ""))


class Journal:
    """Calls and errors of the queue, oldest first."""

    def __init__(self) -> None:
        self.calls: deque[Entry] = deque(maxlen=KEPT)
        self.async_errors: deque[Json] = deque(maxlen=KEPT)

    def receive(self, *, operation: str, transaction_id: str, body: bytes, at: datetime, is_async: bool) -> Entry:
        about = _about(body)
        entry = Entry(
            operation=operation,
            transaction_id=transaction_id,
            order_id=order_id(about.order),
            point_of_contact=about.point_of_contact or "",
            cashdesk=about.order.cashdesk.first,
            at=at,
            is_async=is_async,
        )
        self.calls.append(entry)
        return entry

    def queue_failed(self, entry: Entry, answer: Answer, at: datetime) -> None:
        """A queued call came to nothing; its caller was told "Success" long ago."""
        about = {"operation": entry.operation, "transactionId": entry.transaction_id, "orderId": entry.order_id}
        self.async_errors.append({**about, "at": at, "status": answer.status, "answer": answer.body})


class _Ordered(Ref, frozen=True):
    cashdesk: Ref = msgspec.field(default_factory=Ref)


class _About(Struct, rename="camel"):
    order: _Ordered = msgspec.field(default_factory=_Ordered)
    point_of_contact: str | None = None


def _about(body: bytes) -> _About:
    """Which order, shop and register a body is about, even when the rest of it makes no sense."""
    try:
        return msgspec.json.decode(body, type=_About)
    except msgspec.DecodeError:
        return _About()
