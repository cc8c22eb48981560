"""Slips as `printingInformation`: slips of lines (Frontol Priority API, lines for the printer).

Members at their defaults are left out: sizes and alignment depend on the till's own printer.
"""

from typing import Any

from gateway.domain.slip import Align, Code128, Cut, Ean13, Element, Feed, Pair, QrCode, Rule, Size, Slip, Text

Line = dict[str, Any]


def slips(slip: Slip) -> list[list[Line]]:
    """One list of lines for each piece of paper; a slip is never empty."""
    papers: list[list[Line]] = [[]]
    for element in slip:
        if isinstance(element, Cut):
            papers.append([])
        else:
            papers[-1].extend(_lines(element))
    return [paper for paper in papers if any(line["type"] != "br" for line in paper)]


def _lines(element: Element) -> list[Line]:
    match element:
        case Text():
            return [_text(element)]
        case Pair():
            return [_pair(element)]
        case Rule():
            symbol = element.symbol
            return [{"type": "line"} if symbol == "-" else {"type": "line", "symbol": symbol}]
        case Feed(lines=lines):
            return [{"type": "br"}] * lines
        case Ean13(data=data):
            return [{"type": "barcode", "data": data, "printText": "below"}]
        case QrCode(data=data) | Code128(data=data):  # the till has no CODE128: a QR holds any text
            return [{"type": "qrcode", "data": data}]
        case Cut():
            return []


def _pair(element: Pair) -> Line:
    line: Line = {"type": "pair", "left": element.left, "right": element.right}
    if element.fill != " ":
        line["separator"] = element.fill
    return line


def _text(element: Text) -> Line:
    line: Line = {"type": "text", "text": element.text, "wrapping": "wordwrap"}
    if element.align is not Align.LEFT:
        line["alignment"] = element.align
    if element.size is not Size.NORMAL:
        line["size"] = element.size
    return line
