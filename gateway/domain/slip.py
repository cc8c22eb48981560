"""A slip: what is printed beside the fiscal receipt, as elements that no printer model has shaped yet."""

from enum import StrEnum

from msgspec import Struct


class Align(StrEnum):
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Size(StrEnum):
    SMALL = "small"
    NORMAL = "normal"
    LARGE = "large"  # double width and height: half as many columns


class Text(Struct, frozen=True, kw_only=True, tag=True):
    """One paragraph; the printer's width decides where it wraps."""

    text: str
    align: Align = Align.LEFT
    size: Size = Size.NORMAL
    bold: bool = False


class Pair(Struct, frozen=True, kw_only=True, tag=True):
    """Two columns: `left` wraps, `right` never does and stands on the last line."""

    left: str
    right: str
    fill: str = " "
    bold: bool = False


class Rule(Struct, frozen=True, kw_only=True, tag=True):
    """A line across the paper made of one character."""

    symbol: str = "-"


class Feed(Struct, frozen=True, kw_only=True, tag=True):
    """Empty lines."""

    lines: int = 1


class QrCode(Struct, frozen=True, kw_only=True, tag=True):
    data: str


class Ean13(Struct, frozen=True, kw_only=True, tag=True):
    """12 digits (the printer adds the check digit) or 13 with a right one."""

    data: str


class Code128(Struct, frozen=True, kw_only=True, tag=True):
    data: str


class Cut(Struct, frozen=True, kw_only=True, tag=True):
    """Paper is cut here; what follows is a slip of its own."""


Element = Text | Pair | Rule | Feed | QrCode | Ean13 | Code128 | Cut
Slip = tuple[Element, ...]
