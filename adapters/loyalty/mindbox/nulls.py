"""JSON of whoever writes every member he knows, and null where he has nothing to say: as if it were not there."""

from decimal import Decimal
from typing import Any

import msgspec

_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=Decimal)


def without_nulls(body: bytes) -> Any:
    """The plain values of a body, its sums as they stand. Raises `msgspec.DecodeError`, `InvalidOperation`."""
    return _stripped(_decoder.decode(body))


def _stripped(value: Any) -> Any:
    match value:
        case dict():
            return {name: _stripped(inner) for name, inner in value.items() if inner is not None}
        case list():
            return [_stripped(inner) for inner in value if inner is not None]
        case _:
            return value
