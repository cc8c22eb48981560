"""Where ESC/POS commands end: as much of the language as our jobs use."""

# Lengths of whole commands, Epson's ESC/POS command reference.
FIXED = {
    b"\x10\x04": 3,  # DLE EOT n
    b"\x1b@": 2,  # ESC @
    b"\x1bt": 3,  # ESC t n
    b"\x1bM": 3,  # ESC M n
    b"\x1bE": 3,  # ESC E n
    b"\x1ba": 3,  # ESC a n
    b"\x1bd": 3,  # ESC d n
    b"\x1c.": 2,  # FS .
    b"\x1d!": 3,  # GS ! n
    b"\x1dh": 3,  # GS h n
    b"\x1dw": 3,  # GS w n
    b"\x1dH": 3,  # GS H n
    b"\x1df": 3,  # GS f n
    b"\x1dr": 3,  # GS r n
    b"\x1dV": 4,  # GS V m n
}
LEADS = (0x10, 0x1B, 0x1C, 0x1D)
LONGEST_HEAD = 8


class UnknownCommand(ValueError):
    """Bytes that are no command of ours: garbage on a real printer."""


def commands(stream: bytes) -> tuple[list[bytes], bytes]:
    """The whole commands and characters `stream` begins with, and the rest. Raises UnknownCommand."""
    whole = []
    while stream and (length := _length(stream)) is not None and length <= len(stream):
        whole.append(stream[:length])
        stream = stream[length:]
    return whole, stream


def _length(stream: bytes) -> int | None:
    """None while too little has come to know."""
    if stream[0] not in LEADS:
        return 1
    head = stream[:2]
    if head in FIXED:
        return FIXED[head]
    try:
        return _counted(stream)
    except IndexError:
        if len(stream) >= LONGEST_HEAD:
            raise
        return None


def _counted(stream: bytes) -> int:
    """Commands that say how long they are."""
    match (stream[0], stream[1]):
        case (0x1D, 0x6B):  # GS k m n data
            return 4 + stream[3]
        case (0x1D, 0x28):  # GS ( k pL pH data
            return 5 + stream[3] + 256 * stream[4]
        case (0x1D, 0x76):  # GS v 0 m xL xH yL yH data
            return 8 + (stream[4] + 256 * stream[5]) * (stream[6] + 256 * stream[7])
    raise UnknownCommand(stream[:LONGEST_HEAD].hex(" "))
