"""A slip as a picture of its paper (PNG): what stands where, in the dots of a real printer."""

from collections.abc import Iterator
from io import BytesIO

from barcode import get_barcode_class
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from adapters.printers.escpos.codes import EAN13_MODULE_DOTS, qr_picture
from adapters.printers.ink import BLACK, CELLS, WHITE, Ink
from gateway.domain.barcode import CODE128_MODULE_DOTS, DOTS_PER_COLUMN
from gateway.domain.slip import Code128, Cut, Ean13, Feed, QrCode, Size, Slip
from gateway.domain.slip_layout import Line, Piece, lay_out

LINE_DOTS = 30  # ESC/POS's usual distance from line to line
BARS_DOTS = 80
MARGIN, GAP = 24, 28
TABLE, EDGE = 226, 190  # greys: what the paper lies on, and its edge
TOOTH = 8  # where the paper was cut


def picture(slip: Slip, *, columns: int, code_page: str = "cp866", note: str = "") -> bytes:
    """The PNG of `slip`, a sheet of paper for each cut; `note` is kept inside the file.

    Raises ConfigError when there is no font to draw with.
    """
    ink = Ink()
    sheets = [
        _sheet(papers, columns, ink) for papers in _papers(lay_out(slip, columns=columns, code_page=code_page).pieces)
    ]
    table = _laid_out(sheets, columns * DOTS_PER_COLUMN + 4 * MARGIN)
    about = PngInfo()
    about.add_text("Comment", note)
    out = BytesIO()
    table.quantize(16).save(out, "PNG", optimize=True, pnginfo=about)
    return out.getvalue()


def _papers(pieces: tuple[Piece, ...]) -> Iterator[list[Piece]]:
    """What stands between two cuts."""
    paper: list[Piece] = []
    for piece in pieces:
        if not isinstance(piece, Cut):
            paper.append(piece)
        elif paper:
            yield paper
            paper = []
    if paper:
        yield paper


def _sheet(pieces: list[Piece], columns: int, ink: Ink) -> Image.Image:
    """White paper with everything on it."""
    width = columns * DOTS_PER_COLUMN
    strips = [strip for piece in pieces for strip in _strips(piece, width, columns, ink)]
    sheet = Image.new("L", (width + 2 * MARGIN, sum(strip.height for strip in strips) + 2 * MARGIN), WHITE)
    down = MARGIN
    for strip in strips:
        sheet.paste(strip, (MARGIN, down))
        down += strip.height
    return sheet


def _strips(piece: Piece, width: int, columns: int, ink: Ink) -> Iterator[Image.Image]:
    match piece:
        case Line():
            yield _spaced(ink.line(piece, width))
        case Feed():
            yield Image.new("L", (width, LINE_DOTS * piece.lines), WHITE)
        case QrCode():
            yield _centred(qr_picture(piece.data, columns=columns), width)
        case Ean13():
            yield _centred(_bars("ean13", piece.data, EAN13_MODULE_DOTS), width)
            yield _digits(piece.data, columns, width, ink)
        case Code128():
            yield _centred(_bars("code128", piece.data, CODE128_MODULE_DOTS), width)
            yield _digits(piece.data, columns, width, ink)


def _spaced(strip: Image.Image) -> Image.Image:
    """With the air that a printer leaves below a line."""
    height = max(LINE_DOTS, strip.height + LINE_DOTS - CELLS[Size.NORMAL][1])
    spaced = Image.new("L", (strip.width, height), WHITE)
    spaced.paste(strip, (0, 0))
    return spaced


def _centred(drawn: Image.Image, width: int) -> Image.Image:
    strip = Image.new("L", (width, drawn.height), WHITE)
    strip.paste(drawn, ((width - drawn.width) // 2, 0))
    return strip


def _bars(kind: str, data: str, dots: int) -> Image.Image:
    (modules,) = get_barcode_class(kind)(data).build()
    bars = Image.new("L", (len(modules) * dots, BARS_DOTS), WHITE)
    pen = ImageDraw.Draw(bars)
    for place, module in enumerate(modules):
        if module == "1":
            pen.rectangle((place * dots, 0, (place + 1) * dots - 1, BARS_DOTS), fill=BLACK)
    return bars


def _digits(data: str, columns: int, width: int, ink: Ink) -> Image.Image:
    return _spaced(ink.line(Line(text=data.center(columns).rstrip()), width))


def _laid_out(sheets: list[Image.Image], width: int) -> Image.Image:
    """The sheets on a table, torn at the knife."""
    table = Image.new("L", (width, sum(sheet.height + TOOTH + GAP for sheet in sheets) + GAP), TABLE)
    pen = ImageDraw.Draw(table)
    down = GAP
    for sheet in sheets:
        left, right, bottom = MARGIN, MARGIN + sheet.width, down + sheet.height
        pen.rectangle((left - 1, down - 1, right, bottom), fill=EDGE)
        table.paste(sheet, (left, down))
        teeth = [(left + TOOTH * n, bottom + (TOOTH if n % 2 else 0)) for n in range(sheet.width // TOOTH + 1)]
        pen.polygon([(left, bottom), *teeth, (right - 1, bottom)], fill=WHITE)
        pen.line(teeth, fill=EDGE)
        down = bottom + TOOTH + GAP
    return table
