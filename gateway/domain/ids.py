"""Identities that come out the same however often a register asks: never random for a sale."""

import re
from functools import lru_cache
from hashlib import sha1
from uuid import UUID

from gateway.domain.receipt import RegisterRef

NAMESPACE = UUID("0d4a8e0e-6c1b-5c0f-9d55-2f3f6f0a5c11")  # ours; changing it would make every sale a new one
SEED = NAMESPACE.bytes
GUID = re.compile(r"\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?")


def document_id(text: str, register: RegisterRef) -> str:
    """The sale's identity for a register's document id.

    A GUID in any spelling (braces, no hyphens, capitals) is unique by itself. Any other text is only unique
    at its register, so the register goes into the name.
    """
    return _guid(text) or _named(f"document|{register}|{text.strip()}")


@lru_cache(2000)
def _guid(text: str) -> str:
    """Remembered: one receipt is asked about again and again."""
    match = GUID.fullmatch(text.strip().lower())
    return "-".join(match.groups()) if match else ""


def numbered_document_id(register: RegisterRef, kind: str, shift: str, number: str) -> str:
    """The identity of a document that came without an id: its place in the register's own numbering."""
    return _named(f"numbered|{register}|{kind}|{shift}|{number}")


def reported_document_id(register: RegisterRef, year: int, shift: str, number: str) -> str:
    """The identity of a receipt known from the register's own report only; shifts are counted anew once in years."""
    return _named(f"reported|{register}|{year}|{shift}|{number}")


def _named(name: str) -> str:
    """The UUIDv5 of a name in our namespace (RFC 9562, section 5.5), spelt: nobody needs it as an object."""
    digest = bytearray(sha1(SEED + name.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    spelt = digest.hex()
    return f"{spelt[:8]}-{spelt[8:12]}-{spelt[12:16]}-{spelt[16:20]}-{spelt[20:]}"


def order_id(sale_id: str, generation: int) -> str:
    """The order id at the loyalty server; every redemption given up opens a new generation with its own."""
    return sale_id if generation == 0 else f"{sale_id}~{generation}"


def call_key(order: str, operation: str, attempt: int = 0) -> str:
    """The idempotency key of one call; the operation is in the name as keys are one space at the server."""
    return _named(f"call|{order}|{operation}|{attempt}")


def occasion_id(rule: str, customer_id: str) -> str:
    """One for a rule and a customer; tells neither."""
    return _named(f"occasion|{rule}|{customer_id}")


def prompt_id(sale_id: str, rule: str) -> str:
    """One prompt for a sale and a rule, whoever polls and however often."""
    return _named(f"prompt|{sale_id}|{rule}")
