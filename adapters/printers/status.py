"""What a printer says of itself, and what to make of it (Epson ESC/POS, DLE EOT n and GS r n)."""

from collections.abc import Iterable

from gateway.domain.print_outcome import Trouble

ASKED = (1, 2, 4)  # printer, cause of being off line, paper
FIXED_BITS, FIXED_VALUE = 0x93, 0x12  # every DLE EOT answer: bits 0 and 7 clear, 1 and 4 set
OFFLINE = 0x08  # n = 1
COVER_OPEN, STOPPED_BY_PAPER, ERROR = 0x04, 0x20, 0x40  # n = 2
PAPER_END = 0x60  # n = 4; 0x0c is "near end": it still prints

ASK_PAPER_IN_TURN = b"\x1dr\x01"  # GS r 1: answered when all before it is worked through
UNASKED_VALUE, UNASKED_LENGTH = 0x10, 4  # GS a (ASB): four bytes, the first told by bits 0, 1, 4 and 7
IN_TURN_CLEAR_BITS = 0x90  # a GS r answer has bits 4 and 7 clear: neither DLE EOT nor XON/XOFF


def ask(number: int) -> bytes:
    """DLE EOT n, answered at once, even off line on a serial line."""
    return bytes((0x10, 0x04, number))


def answer_in(said: Iterable[int]) -> int | None:
    """The first byte that can be a DLE EOT answer; None when what was `said` is something else.

    Unasked status (ASB) and flow control bytes may stand before it.
    """
    return next((byte for byte in said if byte & FIXED_BITS == FIXED_VALUE), None)


def confirms(said: bytes) -> bool:
    """Whether an answer to GS r stands in all that was `said` since it was asked."""
    place = 0
    while place < len(said):
        if said[place] & FIXED_BITS == UNASKED_VALUE:
            place += UNASKED_LENGTH
        elif said[place] & IN_TURN_CLEAR_BITS == 0:
            return True
        else:
            place += 1
    return False


def trouble(answers: dict[int, int]) -> Trouble:
    """Why the printer cannot print, by its answers to DLE EOT n; the cause before the consequence."""
    if answers.get(4, 0) & PAPER_END or answers.get(2, 0) & STOPPED_BY_PAPER:
        return Trouble.PAPER_OUT
    if answers.get(2, 0) & COVER_OPEN:
        return Trouble.COVER_OPEN
    if answers.get(2, 0) & ERROR:
        return Trouble.FAULT
    return Trouble.OFFLINE if answers.get(1, 0) & OFFLINE else Trouble.NONE
