"""A slip as the bytes of one job. Pure: the same slip gives the same bytes, so a retry repeats them.

Text is encoded here and not by python-escpos, which changes code pages in the middle of a word and loses
track of the page after ESC @. Names of commands: Epson's ESC/POS command reference.
"""

from typing import Literal

from msgspec import Struct

from adapters.printers.escpos.codes import code128, ean13, qr_native, qr_raster
from adapters.printers.escpos.strips import strip
from adapters.printers.ink import Ink
from gateway.domain.print_outcome import Composed
from gateway.domain.slip import Code128, Cut, Ean13, Feed, QrCode, Size, Slip
from gateway.domain.slip_layout import Line, Piece, lay_out

INITIALIZE = b"\x1b@"  # ESC @: whatever the last job left behind
NO_KANJI = b"\x1c."  # FS .: Chinese clones take high bytes for halves of hieroglyphs otherwise
CODE_PAGE = b"\x1bt"  # ESC t n
FONT = b"\x1bM"  # ESC M n: 0 is A, 1 the small B
BOLD = b"\x1bE"  # ESC E n
SIZE = b"\x1d!"  # GS ! n: 0x11 is double width and height
ALIGN = b"\x1ba"  # ESC a n: 0 left, 1 centre
FEED = b"\x1bd"  # ESC d n
FEED_AND_CUT = b"\x1dVB\x00"  # GS V 66 0: feed to the knife, then a partial cut
LINES_TO_TEAR = 4  # without a knife: past the edge where paper is torn off


class Composer(Struct, frozen=True, kw_only=True):
    """How one printer wants its slips; `page_number` is what ESC t selects `code_page` by.

    With `ink` text goes as pictures: for a printer whose memory has no Russian letters.
    """

    columns: int = 48
    code_page: str = "cp866"
    page_number: int = 17
    qr: Literal["native", "raster"] = "raster"
    cut: bool = True
    ink: Ink | None = None

    def compose(self, slip: Slip) -> Composed:
        """`slip` as bytes. Nothing in its texts can become a command."""
        holds = self.code_page if self.ink is None else self.ink.holds
        layout = lay_out(slip, columns=self.columns, code_page=holds)
        pen = _Pen(self)
        return Composed(pen.start() + b"".join(pen.piece(piece) for piece in layout.pieces), layout.lost)


class _Pen:
    """Knows which style the printer is in, and sends only what changes it."""

    def __init__(self, composer: Composer) -> None:
        self.composer = composer
        self.size = Size.NORMAL
        self.bold = False

    def start(self) -> bytes:
        return INITIALIZE + NO_KANJI + (self._page() if self.composer.ink is None else b"")

    def piece(self, piece: Piece) -> bytes:
        match piece:
            case Line() if self.composer.ink is not None:
                return strip(piece, self.composer.ink, self.composer.columns)
            case Line():
                return self._style(piece) + piece.text.encode(self.composer.code_page) + b"\n"
            case Feed():
                return FEED + bytes((piece.lines,))
            case Cut():
                return FEED_AND_CUT if self.composer.cut else FEED + bytes((LINES_TO_TEAR,))
            case QrCode():
                qr = qr_native if self.composer.qr == "native" else qr_raster
                return _centred(qr(piece.data, columns=self.composer.columns))
            case Ean13():
                return _centred(ean13(piece.data))
            case Code128():
                return _centred(code128(piece.data))

    def _style(self, line: Line) -> bytes:
        change = b""
        if line.size is not self.size:
            change += self._size(line.size)
        if line.bold is not self.bold:
            change += BOLD + bytes((line.bold,))
        self.size, self.bold = line.size, line.bold
        return change

    def _size(self, size: Size) -> bytes:
        change = SIZE + bytes((0x11 if size is Size.LARGE else 0,))
        if Size.SMALL in {size, self.size}:
            # Some clones forget the code page when the font changes.
            change += FONT + bytes((size is Size.SMALL,)) + self._page()
        return change

    def _page(self) -> bytes:
        return CODE_PAGE + bytes((self.composer.page_number,))


def _centred(code: bytes) -> bytes:
    return ALIGN + b"\x01" + code + ALIGN + b"\x00"
