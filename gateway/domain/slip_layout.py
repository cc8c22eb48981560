"""A slip on paper of so many columns: wrapped, aligned lines in the characters of one code page.

It lives in the domain because both the preview and every printer adapter must break lines in the same places.
"""

from collections.abc import Iterator

from msgspec import Struct

from gateway.domain.barcode import ean13, fits_code128, fits_qr
from gateway.domain.slip import (
    Align,
    Code128,
    Cut,
    Ean13,
    Element,
    Feed,
    Pair,
    QrCode,
    Rule,
    Size,
    Slip,
    Text,
)
from gateway.domain.slip_charset import Folded, Holds, fold, printable
from gateway.domain.wrapping import wrap

MAX_FEED = 20


class Line(Struct, frozen=True, kw_only=True):
    """One line as it stands on paper, padded on the left; never wider than `columns_of(size, columns)`."""

    text: str
    size: Size = Size.NORMAL
    bold: bool = False


Piece = Line | Feed | QrCode | Ean13 | Code128 | Cut


class Layout(Struct, frozen=True):
    """`lost` counts characters the code page could not show."""

    pieces: tuple[Piece, ...]
    lost: int = 0


def columns_of(size: Size, columns: int) -> int:
    """Characters of `size` on a line of `columns` normal ones (small is font B: 9 dots wide instead of 12)."""
    return {Size.SMALL: columns * 4 // 3, Size.NORMAL: columns, Size.LARGE: columns // 2}[size]


def lay_out(slip: Slip, *, columns: int, code_page: str | Holds = "cp866") -> Layout:
    """`slip` on paper `columns` wide. A code that bars or QR cannot hold is printed in the next best form."""
    typesetter = _Typesetter(columns, code_page)
    pieces = tuple(piece for element in slip for piece in typesetter.place(element))
    return Layout(pieces, typesetter.lost)


class _Typesetter:
    """Places the elements one after another, counting what the code page lost."""

    def __init__(self, columns: int, code_page: str | Holds) -> None:
        self.columns = columns
        self.code_page = code_page
        self.lost = 0

    def place(self, element: Element) -> Iterator[Piece]:
        match element:
            case Text():
                yield from self._text(element)
            case Pair():
                yield from self._pair(element)
            case Rule():
                yield Line(text=self._one(element.symbol, "-") * self.columns)
            case Feed():
                yield Feed(lines=max(1, min(element.lines, MAX_FEED)))
            case Cut():
                yield element
            case Ean13() | Code128() | QrCode():
                yield from self._code(element)

    def _fold(self, text: str) -> str:
        folded: Folded = fold(text, self.code_page)
        self.lost += folded.lost
        return folded.text

    def _one(self, symbol: str, default: str) -> str:
        return self._fold(symbol)[:1] or default

    def _text(self, element: Text) -> Iterator[Line]:
        width = columns_of(element.size, self.columns)
        for line in wrap(self._fold(element.text), width):
            placed = _aligned(printable(line), element.align, width)
            yield Line(text=placed, size=element.size, bold=element.bold)

    def _pair(self, element: Pair) -> Iterator[Line]:
        """The right side never wraps; only one wider than the paper is cut into lines of its own."""
        right = self._fold(element.right).strip(" ")
        fill = self._one(element.fill, " ")
        room = self.columns - len(right) - 1
        left = self._fold(element.left)
        lines = wrap(left, self.columns)
        if len(lines[-1]) > room:
            last = wrap(lines[-1], room) if room >= self.columns // 3 else [lines[-1], ""]
            lines[-1:] = last
        for line in lines[:-1]:
            yield Line(text=printable(line), bold=element.bold)
        yield from self._last_of_pair(lines[-1], right, fill, bold=element.bold)

    def _last_of_pair(self, left: str, right: str, fill: str, *, bold: bool) -> Iterator[Line]:
        if len(right) > self.columns:
            for line in wrap(right, self.columns):
                yield Line(text=_aligned(printable(line), Align.RIGHT, self.columns), bold=bold)
            return
        gap = fill * (self.columns - len(left) - len(right))
        yield Line(text=printable(left + gap + right).rstrip(" "), bold=bold)

    def _code(self, element: Ean13 | Code128 | QrCode) -> Iterator[Piece]:
        match element:
            case Ean13() if digits := ean13(element.data):
                yield Ean13(data=digits)
            case Code128() if fits_code128(element.data, self.columns):
                yield element
            case QrCode() if fits_qr(element.data):
                yield element
            case Ean13() | Code128() if fits_qr(element.data):
                yield QrCode(data=element.data)
                yield from self._text(Text(text=element.data, align=Align.CENTER))
            case _:
                yield from self._text(Text(text=element.data, align=Align.CENTER))


def _aligned(line: str, align: Align, width: int) -> str:
    match align:
        case Align.CENTER:
            return " " * ((width - len(line)) // 2) + line
        case Align.RIGHT:
            return line.rjust(width)
        case Align.LEFT:
            return line
