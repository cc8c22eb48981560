"""What a printer's code page cannot hold, said in characters it can; nothing that could steer the printer."""

import unicodedata
from collections.abc import Callable
from functools import lru_cache

from msgspec import Struct

NO_BREAK = "\u00a0"
UNPRINTABLE = "?"

# Tried when the code page lacks the character: cp866 has no typographic quotes and dashes, cp1251 no rouble sign.
FOLDS = {
    **dict.fromkeys("«»„“”‟″", '"'),
    **dict.fromkeys("‘’‚‛′`´", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "…": "...",
    "₽": "руб.",
    "€": "EUR",
    "×": "x",
    "•": "*",
    "·": "*",
    "№": "N",
    "©": "(c)",
    "®": "(R)",
    "™": "(TM)",
}


Holds = Callable[[str], bool]
"""Whether a font has every character of a text."""


class Folded(Struct, frozen=True):
    """`text` holds only characters of the code page; `lost` counts those that became a question mark."""

    text: str
    lost: int = 0


def fold(text: str, code_page: str | Holds) -> Folded:
    """`text` in the characters of `code_page`: a codec of one byte per character, or what a font holds.

    Control characters become spaces, invisible ones (joiners, text direction) vanish. A space that must not
    break stays U+00A0, so that wrapping can see it; `printable` turns it into a plain one.
    """
    parts = [_character(character, code_page) for character in unicodedata.normalize("NFC", text)]
    return Folded("".join([UNPRINTABLE if part is None else part for part in parts]), parts.count(None))


def printable(text: str) -> str:
    """Folded `text` as it goes on paper: cp866 would print a no-break space, clones of its ROM may not."""
    return text.replace(NO_BREAK, " ")


@lru_cache(maxsize=1024)
def _character(character: str, code_page: str | Holds) -> str | None:
    if " " <= character <= "~":
        return character
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp", "Zs"}:
        return NO_BREAK if character in "\u00a0\u202f\u2007" else " "
    if category in {"Cf", "Mn", "Me"}:
        return ""
    if _fits(character, code_page):
        return character
    return _folded(character, code_page)


def _folded(character: str, code_page: str | Holds) -> str | None:
    folded = FOLDS.get(character)
    if folded is None:
        parts = unicodedata.normalize("NFKD", character)
        folded = "".join(part for part in parts if not unicodedata.combining(part))
    return folded if folded and folded.isprintable() and _fits(folded, code_page) else None


def _fits(text: str, code_page: str | Holds) -> bool:
    if not isinstance(code_page, str):
        return code_page(text)
    try:
        text.encode(code_page)
    except UnicodeEncodeError:
        return False
    return True
