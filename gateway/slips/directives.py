"""The lines of a rendered template, each one element of a slip.

@title text        large, bold, centred      @line [symbol]   a rule across the paper
@big text          large                     @qr text         QR code
@bold text         bold (columns allowed)    @ean13 digits    bar code, 12 or 13 digits
@center text       centred                   @code128 text    bar code
@right text        at the right edge         @feed [lines]    empty lines, 1 to 20
@small text        small                     @cut             cut the paper
left | right       two columns               @@text           a line that begins with @
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

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
from gateway.domain.slip_layout import MAX_FEED
from gateway.slips.sandbox import restored


class DirectiveError(ValueError):
    """A line that nobody understands; says which and why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


class NothingToEncode(ValueError):
    """A code of blanks: a mistake in a template, nothing to print when data brings it."""


def read(rendered: str) -> Slip:
    """The slip a rendered template describes. Raises DirectiveError with the line of the rendered text."""
    return tuple(_elements(rendered.strip("\n")))


def _elements(rendered: str) -> Iterator[Element]:
    if not rendered.strip():
        return
    for number, line in enumerate(rendered.split("\n"), start=1):
        try:
            yield element(line.strip(" \t\r"))
        except NothingToEncode:
            continue
        except ValueError as error:
            raise DirectiveError(number, str(error)) from error


@lru_cache(maxsize=256)
def element(line: str) -> Element:
    """One line as an element; most lines of a slip are on every slip.

    Raises ValueError when the directive is unknown or its argument is wrong.
    """
    if not line:
        return Feed()
    if line.startswith("@@"):
        return plain(line[1:])
    if not line.startswith("@"):
        return plain(line)
    word, _, argument = line[1:].partition(" ")
    return directive(word)(argument.strip())


def directive(word: str) -> Callable[[str], Element]:
    """What makes the element of `@word`. Raises ValueError with the words there are."""
    if word not in DIRECTIVES:
        raise ValueError(f"нет директивы @{restored(word)}; есть @{', @'.join(DIRECTIVES)}")
    return DIRECTIVES[word]


def plain(line: str, *, bold: bool = False) -> Element:
    """Text, or two columns at the last `|`."""
    left, bar, right = line.rpartition("|")
    if bar:
        return Pair(left=restored(left.strip()), right=restored(right.strip()), bold=bold)
    return Text(text=restored(line), bold=bold)


def _text(align: Align = Align.LEFT, size: Size = Size.NORMAL, *, bold: bool = False) -> Callable[[str], Element]:
    return lambda argument: Text(text=restored(argument), align=align, size=size, bold=bold)


def _code(kind: Callable[..., QrCode | Ean13 | Code128]) -> Callable[[str], Element]:
    def make(argument: str) -> Element:
        if not argument:
            raise NothingToEncode("нечего кодировать")
        return kind(data=restored(argument))

    return make


def _rule(argument: str) -> Element:
    if len(argument) > 1:
        raise ValueError("@line: нужен один знак")
    return Rule(symbol=restored(argument) or "-")


def _feed(argument: str) -> Element:
    lines = argument or "1"
    if not (lines.isascii() and lines.isdigit() and 1 <= int(lines) <= MAX_FEED):
        raise ValueError(f"@feed: нужно число от 1 до {MAX_FEED}")
    return Feed(lines=int(lines))


def _cut(argument: str) -> Element:
    if argument:
        raise ValueError("@cut: после него ничего не пишут")
    return Cut()


DIRECTIVES: Mapping[str, Callable[[str], Element]] = {
    "title": _text(Align.CENTER, Size.LARGE, bold=True),
    "big": _text(size=Size.LARGE),
    "bold": lambda argument: plain(argument, bold=True),
    "center": _text(Align.CENTER),
    "right": _text(Align.RIGHT),
    "small": _text(size=Size.SMALL),
    "line": _rule,
    "qr": _code(QrCode),
    "ean13": _code(Ean13),
    "code128": _code(Code128),
    "feed": _feed,
    "cut": _cut,
}
