"""A refund on its way: it waits for its sale, is sent once under its own key, and is believed when seen.

WAIT -> SENT -> CHECKING -> DONE | PARKED
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from gateway.domain.call import ReturnedPiece
from gateway.domain.money import ZERO
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


def exceeds(lines: tuple[LineItem, ...], sold: tuple[LineItem, ...], earlier: tuple[LineItem, ...]) -> bool:
    """Whether more of a line would come back than was sold, all refunds of the sale together."""
    return any(_returned(sold_line.index, (*lines, *earlier)) > sold_line.quantity for sold_line in sold) or any(
        line.original_index not in {item.index for item in sold} for line in lines
    )


def _returned(index: int, lines: tuple[LineItem, ...]) -> Decimal:
    return sum((line.quantity for line in lines if line.original_index == index), ZERO)


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
