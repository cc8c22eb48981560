"""Letters as dots, in the cells of a receipt printer: for previews, and for printers without a Cyrillic ROM."""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from gateway.domain.slip import Size
from gateway.domain.slip_layout import Line
from gateway.errors import ConfigError

CELLS = {Size.SMALL: (9, 17), Size.NORMAL: (12, 24), Size.LARGE: (24, 48)}
"""Dots across and down: fonts B and A of Epson's printers, and A in double size."""

SYSTEM_FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
    "/usr/share/fonts/dejavu-sans-mono-fonts/DejaVuSansMono.ttf",
    "/usr/share/fonts/TTF/DejaVuSansMono.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationMono-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansMono-Regular.ttf",
)
EM_OF_CELL = 0.602  # a letter's width in DejaVu Sans Mono, in ems; the others are as wide
NOBODYS_LETTER = "\uffff"  # drawn as the sign for "there is no such letter"
WHITE, BLACK = 255, 0


class Ink:
    """One monospaced font. Raises ConfigError when `font` cannot be read, or none is given and none found."""

    def __init__(self, font: str = "") -> None:
        self._path = font or _found()
        try:
            self._fonts = {size: _font(self._path, across) for size, (across, _) in CELLS.items()}
        except OSError as error:
            raise ConfigError(f"font: файл шрифта {self._path} не читается: {error}") from error

    def holds(self, text: str) -> bool:
        """Whether the font has every letter of `text`."""
        return all(_has(self._path, letter) for letter in text)

    def line(self, line: Line, width: int) -> Image.Image:
        """`line` in grey on a strip `width` dots across; each letter in its own cell, bold by a second stroke."""
        across, down = CELLS[line.size]
        strip = Image.new("L", (width, down), WHITE)
        pen = ImageDraw.Draw(strip)
        for place, letter in enumerate(line.text):
            for shift in (0, across // 12) if line.bold else (0,):
                pen.text((place * across + shift, 0), letter, fill=BLACK, font=self._fonts[line.size])
        return strip


@lru_cache(maxsize=8)
def _font(path: str, across: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, round(across / EM_OF_CELL))


@lru_cache(maxsize=4096)
def _has(path: str, letter: str) -> bool:
    """A letter that looks as one that nobody has is not there. A blank is always there."""
    if letter.isspace():
        return True
    font = _font(path, CELLS[Size.NORMAL][0])
    return bytes(font.getmask(letter)) != bytes(font.getmask(NOBODYS_LETTER))


def _found() -> str:
    """A font of the system; else the one that python-barcode brings for its own labels, which has no rouble sign."""
    brought = Path(str(files("barcode"))) / "fonts" / "DejaVuSansMono.ttf"
    for path in (*map(Path, SYSTEM_FONTS), brought):
        if path.is_file():
            return str(path)
    raise ConfigError(
        "font: на этом компьютере нет моноширинного шрифта; установите fonts-dejavu-core "
        "или укажите файл .ttf с кириллицей"
    )
