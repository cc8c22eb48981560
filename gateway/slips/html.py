"""A slip as a web page: for a marketer's eyes, and for mail."""

from collections.abc import Iterator
from html import escape

import qrcode  # type: ignore[import-untyped]  # ships no types; python-escpos brings it
from barcode import get_barcode_class

from gateway.domain.slip import Code128, Cut, Ean13, Feed, QrCode, Size, Slip
from gateway.domain.slip_layout import Line, Piece, lay_out

STYLE = """\
body { background: #e2e2e2; margin: 2em }
.paper { background: #fff; border: 1px solid #bebebe; width: max-content; margin: 0 auto 2em; padding: 1.5em }
pre { font: 16px/1.25 "DejaVu Sans Mono", "Liberation Mono", Consolas, monospace; margin: 0 }
.large { font-size: 200% } .small { font-size: 75% } .bold { font-weight: bold }
svg { display: block; margin: 0.5em auto }
.code { text-align: center }
"""
QR_SIDE, BARS_HEIGHT, BARS_MODULE = 180, 60, 2  # pixels


def page(slip: Slip, *, columns: int, code_page: str = "cp866", title: str = "") -> str:
    """One HTML document, with nothing to be fetched from elsewhere; a sheet of paper for each cut."""
    pieces = lay_out(slip, columns=columns, code_page=code_page).pieces
    papers = "".join(_papers(pieces))
    return (
        f'<!doctype html>\n<html lang="ru"><meta charset="utf-8"><title>{escape(title)}</title>\n'
        f"<style>\n{STYLE}</style>\n{papers}</html>\n"
    )


def _papers(pieces: tuple[Piece, ...]) -> Iterator[str]:
    paper = ""
    for piece in (*pieces, Cut()):
        if not isinstance(piece, Cut):
            paper += _element(piece)
        elif paper:
            yield f'<div class="paper">\n{paper}</div>\n'
            paper = ""


def _element(piece: Line | Feed | QrCode | Ean13 | Code128) -> str:
    match piece:
        case Line():
            return f'<pre class="{piece.size}{" bold" if piece.bold else ""}">{escape(piece.text) or " "}</pre>\n'
        case Feed():
            return f'<pre class="{Size.NORMAL}">{" " + chr(10) * piece.lines}</pre>\n'
        case QrCode():
            return _squares(piece.data)
        case Ean13():
            return _bars("ean13", piece.data)
        case Code128():
            return _bars("code128", piece.data)


def _squares(data: str) -> str:
    code = qrcode.QRCode(border=4)
    code.add_data(data.encode())
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return f'<svg width="{QR_SIDE}" viewBox="0 0 {len(rows)} {len(rows)}"><path d="{path}"/></svg>\n'


def _bars(kind: str, data: str) -> str:
    (modules,) = get_barcode_class(kind)(data).build()
    path = "".join(f"M{x} 0h1v1h-1z" for x, module in enumerate(modules) if module == "1")
    size = f'width="{len(modules) * BARS_MODULE}" height="{BARS_HEIGHT}"'
    box = f'viewBox="0 0 {len(modules)} 1" preserveAspectRatio="none"'
    return f'<svg {size} {box}><path d="{path}"/></svg>\n<pre class="code">{escape(data)}</pre>\n'
