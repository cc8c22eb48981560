"""How 1C code spells things, careful or careless (1C:Retail reference, sections 1.3 to 1.5). Pure."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec

from adapters.registers.onec_retail.wire import BOM

NBSP = "\u00a0"


class Quirk(StrEnum):
    BOM = "bom"  # the body went through a text file
    TEXT_NUMBERS = "text_numbers"  # `Строка(Число)` in the Russian locale
    RUSSIAN_BOOLEANS = "russian_booleans"
    RUSSIAN_DATES = "russian_dates"  # `Строка(Дата)`
    NO_CONTENT_TYPE = "no_content_type"
    EIGHT_PHONES = "eight_phones"  # eleven digits that begin with 8
    CRLF = "crlf"  # `ЗаписьJSON` on Windows: a member a line


Quirks = frozenset[Quirk]
NO_QUIRKS: Quirks = frozenset()

_encoder = msgspec.json.Encoder(decimal_format="number")


def body(value: dict[str, Any], quirks: Quirks) -> bytes:
    """`value` as JSON with the quirks."""
    raw = _encoder.encode(_spelt(value, quirks))
    if Quirk.CRLF in quirks:
        raw = msgspec.json.format(raw, indent=1).replace(b"\n", b"\r\n")
    return BOM + raw if Quirk.BOM in quirks else raw


def _spelt(value: Any, quirks: Quirks) -> Any:
    match value:
        case dict():
            return {name: _spelt(inner, quirks) for name, inner in value.items()}
        case list():
            return [_spelt(inner, quirks) for inner in value]
        case bool():
            return ("Да" if value else "Нет") if Quirk.RUSSIAN_BOOLEANS in quirks else value
        case Decimal():
            return number(value) if Quirk.TEXT_NUMBERS in quirks else value
        case datetime():
            return date(value) if Quirk.RUSSIAN_DATES in quirks else value.strftime("%Y-%m-%dT%H:%M:%S")
        case _:
            return value


def number(value: Decimal) -> str:
    """`1 234,5`: groups parted by NBSP, a comma, no idle zeros."""
    return f"{value.normalize():,f}".replace(",", NBSP).replace(".", ",")


def date(value: datetime) -> str:
    """`04.03.2024 5:06:07`: the hour without its zero."""
    return f"{value:%d.%m.%Y} {value.hour}:{value:%M:%S}"
