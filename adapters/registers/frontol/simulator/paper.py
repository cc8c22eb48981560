"""`printingInformation` as a slip again: what the till's own printer would draw. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from adapters.registers.frontol.simulator.answers import AnswerNotUnderstood
from gateway.domain.slip import Align, Cut, Ean13, Element, Feed, Pair, QrCode, Rule, Size, Slip, Text

Line = Mapping[str, Any]

SIZES = {"small": Size.SMALL, "large": Size.LARGE, "extralarge": Size.LARGE}


def slip_of(papers: Iterable[Iterable[Line]]) -> Slip:
    """All pieces of paper, each cut off. Raises `AnswerNotUnderstood`."""
    return tuple(element for paper in papers for element in (*map(_element, paper), Cut()))


def _element(line: Line) -> Element:
    try:
        return _known(line)
    except (KeyError, ValueError) as error:
        raise AnswerNotUnderstood(f"строка чека не разобрана: {dict(line)}") from error


def _known(line: Line) -> Element:
    match line["type"]:
        case "text":
            size = SIZES.get(line.get("size", ""), Size.NORMAL)
            return Text(text=line["text"], align=Align(line.get("alignment", "left")), size=size)
        case "pair":
            return Pair(left=line["left"], right=line["right"], fill=line.get("separator", " "))
        case "line":
            return Rule(symbol=line.get("symbol", "-"))
        case "br":
            return Feed()
        case "barcode":
            return Ean13(data=line["data"])
        case "qrcode":
            return QrCode(data=line["data"])
        case other:
            raise ValueError(other)
