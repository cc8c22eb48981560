"""What the status page and the gateway say to each other: JSON."""

import msgspec
from msgspec import Struct

from gateway.domain.overview import Overview

LARGEST = 1024
"""Bytes of a request's body."""

BAD_REQUEST = "запрос не разобран"
NOT_ALLOWED = "нет доступа: войдите снова"
WRONG_TOKEN = "ключ не подходит"  # noqa: S105 - a sentence, not a key


class Login(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    token: str


class Switch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    on: bool


class Refusal(Struct, frozen=True, kw_only=True):
    error: str


class Page(Struct, frozen=True, kw_only=True):
    """`csrf` comes back in a header with everything that changes something; `can_leave`: a login can be ended."""

    overview: Overview
    csrf: str
    can_leave: bool


def encoded(value: Struct) -> bytes:
    return msgspec.json.encode(value)
