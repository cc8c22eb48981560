"""How a till writes what it says. What is said, and what is done about it, is the same in every dialect."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from adapters.registers.frontol import typed, wire
from adapters.registers.frontol.authentication import key_of

Keys = Sequence[bytes] | Mapping[bytes, object]

PATH = r"/{prefix:(?:.*?/)??}{resource:document|extra/+client|client}{slash:/*}"
"""Any prefix, with and without a trailing slash, doubled slashes: tills and their settings differ."""

_encoder = msgspec.json.Encoder(decimal_format="number")


class Dialect(Struct, frozen=True, kw_only=True):
    """`path` with a match for `resource`; `key_of` finds the access key that an Authorization header and body prove.

    `decode` raises `MalformedRequest`; `typed` is a quicker way to the same request for what is spelt as usual, and
    None for the rest.
    """

    path: str
    key_of: Callable[[str, bytes, Keys], bytes | None]
    decode: Callable[[bytes], wire.Fields]
    typed: Callable[[bytes], wire.Request | None] = lambda _body: None
    encode: Callable[[dict[str, Any]], bytes]
    content_type: str


PRIORITY = Dialect(
    path=PATH,
    key_of=key_of,
    decode=wire.decode,
    typed=typed.read,
    encode=_encoder.encode,
    content_type="application/json",
)
"""The Frontol Priority API: JSON, signed over its bytes."""
