"""Lines of text as pictures (GS v 0): letters that the printer's own memory lacks."""

from adapters.printers.ink import Ink
from gateway.domain.barcode import DOTS_PER_COLUMN
from gateway.domain.slip_layout import Line

RASTER = b"\x1dv0\x00"  # GS v 0 m xL xH yL yH data; m = 0: every dot once
LEADING = 6  # dots between lines: 24 and 6 are ESC/POS's usual line of 30
DARK = 128


def strip(line: Line, ink: Ink, columns: int) -> bytes:
    """`line` as a picture no wider than its last dot: an empty right side costs time on a slow line."""
    drawn = ink.line(line, columns * DOTS_PER_COLUMN).point(lambda grey: 255 if grey < DARK else 0, mode="1")
    box = drawn.getbbox()
    across = (box[2] + 7) // 8 if box else 1
    picture = drawn.crop((0, 0, across * 8, drawn.height + LEADING))
    head = across.to_bytes(2, "little") + picture.height.to_bytes(2, "little")
    return RASTER + head + picture.tobytes()
