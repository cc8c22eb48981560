"""The Jinja2 that templates run in: values cannot become directives, and a slip of the pen cannot eat the memory."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from jinja2 import StrictUndefined, Undefined
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct

from gateway.domain.barcode import ean13
from gateway.slips.filters import FILTERS, points

MAX_VALUE = 300  # characters of one value: no name or message needs more, and no slip has the paper
MAX_OUTPUT = 8192  # characters: more than a metre of paper
SAFE_FILTERS = ("capitalize", "default", "first", "int", "join", "last", "length", "lower", "round", "trim", "upper")
SAFE_TESTS = ("defined", "undefined", "none", "in", "eq", "ne", "gt", "ge", "lt", "le", "odd", "even", "string")

# Stand for `@` and `|` of a value until the directives are read, so that data adds neither directive nor column.
AT, BAR = "\ue000", "\ue001"
_GUARD = str.maketrans({"@": AT, "|": BAR})
_RESTORE = str.maketrans({AT: "@", BAR: "|"})


def restored(text: str) -> str:
    """`text` with the `@` and `|` of its values put back, once the directives are read."""
    return text.translate(_RESTORE) if AT in text or BAR in text else text


def clean(value: Any) -> str:
    """One printed value as one line of harmless text. Raises SecurityError for None: `None` on paper is a mistake."""
    text = value if type(value) is str else _spelt(value)
    has_signs = "@" in text or "|" in text or "  " in text
    if not has_signs and len(text) <= MAX_VALUE and text.isprintable() and text == text.strip(" "):
        return text  # nearly always
    if len(text) > MAX_VALUE or not text.isprintable():
        text = "".join(_visible(character) for character in text[: 4 * MAX_VALUE])
    line = " ".join(filter(None, text.split(" ")))
    shortened = line if len(line) <= MAX_VALUE else line[: MAX_VALUE - 3] + "..."
    return shortened.translate(_GUARD) if "@" in shortened or "|" in shortened else shortened


def _spelt(value: Any) -> str:
    if isinstance(value, Undefined):
        return str(value)  # raises, naming the field
    if value is None:
        raise SecurityError("печатается то, чего здесь не знают; сначала спросите: {% if … is not none %}")
    return points(value) if isinstance(value, Decimal) else str(value)


def joined(pieces: Iterable[str]) -> str:
    """What a template has to say. Raises SecurityError when that is more than paper is for: it may be gigabytes."""
    first = list(islice(pieces, MAX_OUTPUT + 1))
    if len(first) > MAX_OUTPUT or sum(map(len, first)) > MAX_OUTPUT:
        raise SecurityError(f"слип длиннее {MAX_OUTPUT} знаков")
    return "".join(first)


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    return "" if category in {"Cf", "Cs"} else character


class SlipEnvironment(ImmutableSandboxedEnvironment):
    """Values, conditions, loops and the filters listed here; no methods, no globals, no other files."""

    concat = staticmethod(joined)
    intercepted_binops = frozenset({"**", "*", "%"})

    def __init__(self) -> None:
        super().__init__(
            undefined=StrictUndefined, finalize=clean, trim_blocks=True, lstrip_blocks=True, autoescape=False
        )
        self.globals = {}  # `range`, `namespace`, `lipsum`: each can make gigabytes
        self.filters = {name: self.filters[name] for name in SAFE_FILTERS} | dict(FILTERS)
        self.tests = {name: self.tests[name] for name in SAFE_TESTS} | {"ean13": is_ean13}
        self._safe: dict[tuple[type, str], bool] = {}

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuses powers, and `*` and `%` with anything but numbers: `'a' * 10**12` is a terabyte."""
        numbers = isinstance(left, int | Decimal) and isinstance(right, int | Decimal)
        if operator == "**" or not numbers:
            raise SecurityError(f"оператор {operator} — только для чисел, а ** нельзя вовсе")
        return super().call_binop(context, operator, left, right)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A field of a value of ours is what nearly every expression asks for, and always safe."""
        if isinstance(obj, Struct) and attribute in obj.__struct_fields__:
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Fields of our values only: methods of strings (`ljust`, `format`) can make gigabytes.

        Decided once for a type and a name: there are as many as templates spell.
        """
        known = (type(obj), attr)
        if known not in self._safe:
            self._safe[known] = self._is_safe(obj, attr, value)
        return self._safe[known]

    def _is_safe(self, obj: Any, attr: str, value: Any) -> bool:
        fields = isinstance(obj, Struct) and attr in obj.__struct_fields__
        moment = isinstance(obj, datetime) and attr in {"day", "month", "year", "hour", "minute"}
        loop = isinstance(obj, LoopContext)
        return (fields or moment or loop) and super().is_safe_attribute(obj, attr, value)


def is_ean13(code: str) -> bool:
    """`{% if code is ean13 %}`: 12 digits, or 13 with a right check digit."""
    return ean13(code) is not None
