"""A slip in a terminal: what stands where on paper. What a printer makes of it, only the printer shows."""

import qrcode  # type: ignore[import-untyped]  # ships no types; python-escpos brings it

from gateway.domain.slip import Code128, Cut, Ean13, Feed, QrCode, Size, Slip
from gateway.domain.slip_layout import Layout, Line, Piece, lay_out

HALF_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
CUT_MARK = "- - - 8< - - -"


def preview(slip: Slip, *, columns: int, code_page: str = "cp866") -> str:
    """`slip` as text in a box; large letters stand apart, since they take two columns each."""
    layout: Layout = lay_out(slip, columns=columns, code_page=code_page)
    rows = [row for piece in layout.pieces for row in _rows(piece, columns)]
    width = max([columns, *(len(row) for row in rows)])
    body = [f"│{row.ljust(width)}│" for row in rows]
    return "\n".join([f"┌{'─' * width}┐", *body, f"└{'─' * width}┘"])


def _rows(piece: Piece, columns: int) -> list[str]:
    match piece:
        case Line(size=Size.LARGE):
            return ["".join(f"{character} " for character in piece.text)]
        case Line():
            return [piece.text]
        case Feed():
            return [""] * piece.lines
        case QrCode():
            return [row.center(columns) for row in half_blocks(piece.data)]
        case Ean13() | Code128():
            return ["║│║││║│║║│║".center(columns), piece.data.center(columns)]
        case Cut():
            return [CUT_MARK.center(columns)]


def half_blocks(data: str) -> list[str]:
    """The QR code of `data`, two rows of modules on each line of text."""
    code = qrcode.QRCode(border=1)
    code.add_data(data)
    modules: list[list[bool]] = code.get_matrix()
    if len(modules) % 2:
        modules.append([False] * len(modules))
    pairs = zip(modules[::2], modules[1::2], strict=True)
    return ["".join(HALF_BLOCKS[pair] for pair in zip(top, bottom, strict=True)) for top, bottom in pairs]
