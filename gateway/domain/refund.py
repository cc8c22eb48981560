"""A refund on its way: it waits for its sale, is sent once under its own key, and is believed when seen.

WAIT -> SENT -> CHECKING -> DONE | PARKED
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from gateway.domain.call import ReturnedPiece
from gateway.domain.money import ZERO, kopecks
from gateway.domain.quote import Piece
from gateway.domain.receipt import LineItem, Refund, RegisterRef


class RefundState(StrEnum):
    WAIT = "wait"  # for its sale to be delivered
    SENT = "sent"  # its outcome is unknown
    CHECKING = "checking"  # queued at the server; done once the order shows it
    DONE = "done"
    PARKED = "parked"


class RefundRecord(Struct, frozen=True, kw_only=True):
    """Everything durable about one refund document; `id` is the document's own identity."""

    id: str
    sale_id: str
    register: RegisterRef
    refund: Refund
    digest: str
    raw: bytes
    at: datetime
    version: int = 0
    state: RefundState = RefundState.WAIT
    order_id: str = ""
    pieces: tuple[ReturnedPiece, ...] = ()
    body: bytes = b""
    key: str = ""
    sent_at: datetime | None = None
    refusal: str = ""
    stripped: bool = False
    dropped: str = ""

    @property
    def is_over(self) -> bool:
        """Nothing more will happen by itself: done, or put aside by a person."""
        return self.state is RefundState.DONE or (self.state is RefundState.PARKED and self.dropped != "")

    @property
    def shift(self) -> str:
        """The register's number of the shift it was made in; empty where the register does not tell."""
        return self.refund.document.shift


FORWARD: dict[RefundState, frozenset[RefundState]] = {
    RefundState.WAIT: frozenset({RefundState.SENT, RefundState.PARKED}),
    RefundState.SENT: frozenset({RefundState.SENT, RefundState.CHECKING, RefundState.PARKED}),
    RefundState.CHECKING: frozenset({RefundState.SENT, RefundState.DONE}),
    RefundState.DONE: frozenset(),
    RefundState.PARKED: frozenset({RefundState.WAIT}),
}


def moved(refund: RefundRecord, state: RefundState, **changes: object) -> RefundRecord:
    """`refund` in its next state; ValueError when the table above does not know the way."""
    if state not in FORWARD[refund.state]:
        raise ValueError(f"refund: {refund.state} -> {state}")
    return replace(refund, state=state, **changes)


Lines = tuple[LineItem, ...]


def split(lines: Lines, sold: Lines, earlier: Lines) -> tuple[Lines, Lines]:
    """What may come back, and what is more than was sold, line by line, all refunds of the sale together.

    `sold` are the sale's lines, `earlier` the lines of its other refunds. A line that the sale does not have is
    all too much.
    """
    left = {line.index: line.quantity for line in sold}
    for line in earlier:
        _take(left, line)
    within: list[LineItem] = []
    beyond: list[LineItem] = []
    for line in lines:
        quantity = _take(left, line)
        if quantity > ZERO:
            within.append(_part(line, quantity))
        if quantity < line.quantity:
            beyond.append(_part(line, line.quantity - quantity))
    return tuple(within), tuple(beyond)


def covered(
    record: RefundRecord, sold: Lines, earlier: Sequence[RefundRecord]
) -> tuple[RefundRecord, RefundRecord | None]:
    """The refund as far as its sale covers it, and what is above that, parked, as a record of its own.

    A refund that its sale does not cover at all is parked as it is.
    """
    counted = (row for row in earlier if row.state is not RefundState.PARKED)
    lines = tuple(line for row in counted for line in row.refund.document.lines)
    within, beyond = split(record.refund.document.lines, sold, lines)
    if not beyond:
        return record, None
    too_much = moved(record, RefundState.PARKED, refusal="возвращается больше, чем продано")
    if not within:
        return too_much, None
    return _of_lines(record, record.id, within), replace(_of_lines(too_much, f"{record.id}+", beyond), version=0)


def _of_lines(record: RefundRecord, new_id: str, lines: Lines) -> RefundRecord:
    document = replace(record.refund.document, lines=lines)
    return replace(record, id=new_id, refund=replace(record.refund, document=document))


def _take(left: dict[int, Decimal], line: LineItem) -> Decimal:
    """As much of the line as is still there."""
    index = -1 if line.original_index is None else line.original_index
    taken = max(ZERO, min(line.quantity, left.get(index, ZERO)))
    left[index] = left.get(index, ZERO) - taken
    return taken


def _part(line: LineItem, quantity: Decimal) -> LineItem:
    if quantity == line.quantity:
        return line
    return replace(line, quantity=quantity, total=kopecks(line.total * quantity / line.quantity))


def returned_pieces(
    lines: tuple[LineItem, ...], sold: tuple[Piece, ...], earlier: tuple[ReturnedPiece, ...]
) -> tuple[ReturnedPiece, ...]:
    """Which of the server's pieces a refund gives back; the dearest pieces of a split line come last.

    A customer who returns one of a split line gets back what that piece cost, so the order has to be the
    same every time: by the server's line number.
    """
    left = {piece.number: piece.quantity for piece in sold}
    for gone in earlier:
        left[gone.number] = left.get(gone.number, ZERO) - gone.quantity
    taken: list[ReturnedPiece] = []
    for line in lines:
        wanted = line.quantity
        for piece in sorted((p for p in sold if p.index == line.original_index), key=lambda p: p.number):
            part = min(wanted, left[piece.number])
            if part > ZERO:
                taken.append(ReturnedPiece(number=piece.number, quantity=part))
                left[piece.number] -= part
                wanted -= part
    return tuple(taken)
