"""What a register's own report says of its receipts, to be held against what the gateway was told."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from gateway.domain.receipt import Receipt, RegisterRef


class Reported(Struct, frozen=True, kw_only=True):
    """A receipt or a refund of the report. `receipt.id` is made of its place in the report, `receipt.at` its closing.

    `doubt` says what in its rows does not agree or is not understood; empty for one that may be sent on.
    """

    receipt: Receipt
    is_refund: bool = False
    doubt: str = ""


class Unread(Struct, frozen=True, kw_only=True):
    """A line of the report that nobody understands; `line` counts from 1."""

    line: int
    reason: str


class DifferenceKind(StrEnum):
    MISSING = "missing"  # never told to the gateway, with a card: sent late
    ANONYMOUS = "anonymous"  # never told, without a card: nobody to give points to
    TOTAL = "total"  # told, with another sum
    UNCERTAIN = "uncertain"  # may be one that was told, or does not agree in itself: a person decides
    REFUND = "refund"  # a refund that was never told
    UNREPORTED = "unreported"  # told, but the report does not have it


class Difference(Struct, frozen=True, kw_only=True):
    """One receipt that the report and the gateway do not agree on; `told` is the sum the gateway was told."""

    kind: DifferenceKind
    register: RegisterRef
    shift: str
    number: str
    at: datetime | None
    total: Decimal
    told: Decimal | None = None
    why: str = ""


class Reconciled(Struct, frozen=True, kw_only=True):
    """What came of one report: `agreed` receipts need nothing, `sent` were never told and go to the server now."""

    receipts: int = 0
    agreed: int = 0
    sent: int = 0
    differences: tuple[Difference, ...] = ()
    unread: tuple[Unread, ...] = ()
