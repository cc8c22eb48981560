"""Recorded requests and answers without what is personal or secret, and still good to be sent again. Pure.

Bytes that are not masked stay as they came: spacing, escapes, a byte order mark. A number keeps its length, a text
its shape, and the same phone or card becomes the same stand-in all through one recording.
"""

import re
from hmac import digest

KEYS = r"mobilePhone|card|email|validationCode|value|contactValue"
"""Members whose values are a customer's. `value` are answers of the registration form."""

TOLD = r"text|left|right|data|mobilePhone|email|validationCode"
"""Members of our answers that may name a customer. `error` does not, and is worth reading."""

STRING = r'"(?P<text>(?:[^"\\]|\\.)*)"'
ASKED = re.compile(rf'(?P<head>"(?P<name>{KEYS})"\s*:\s*)(?:{STRING}|(?P<bare>\d+))')
ANSWERED = re.compile(rf'(?P<head>"(?P<name>{TOLD})"\s*:\s*){STRING}')
CASHIER = re.compile(r'"cashier"\s*:\s*\{[^{}]*\}')
IN_CASHIER = re.compile(rf'(?P<head>"(?P<name>name|text)"\s*:\s*){STRING}')

DATE = re.compile(r"\d\d\.\d\d\.\d{4}|\d{4}-\d\d-\d\d")
WORD_OF_A_LIST = re.compile(r"[a-z_]{1,20}")
ESCAPE = re.compile(r"\\u[0-9a-fA-F]{4}|\\.")


class Masking:
    """`salt` is made anew for each recording: nobody can find a phone by trying them all."""

    def __init__(self, salt: bytes) -> None:
        self._salt = salt

    def asked(self, body: bytes) -> bytes:
        """A register's request; what is no JSON loses its longer numbers."""
        text = body.decode("utf-8", "surrogateescape")
        text = CASHIER.sub(lambda found: IN_CASHIER.sub(self._member, found[0]), text)
        masked = ASKED.sub(self._member, text)
        if not masked.lstrip("\ufeff \t\r\n").startswith("{"):
            masked = re.sub(r"\d{4,}", self._digits_of, masked)
        return masked.encode("utf-8", "surrogateescape")

    def answered(self, body: bytes) -> bytes:
        return ANSWERED.sub(self._member, body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def _member(self, found: "re.Match[str]") -> str:
        bare = found.groupdict().get("bare")
        if bare is not None:
            return found["head"] + self._digits(bare)
        return f'{found["head"]}"{self._value(found["name"], found["text"])}"'

    def _value(self, name: str, text: str) -> str:
        if name == "mobilePhone":
            return self._phone(text)
        if name == "value" and DATE.fullmatch(text):
            return "01.01.1990" if "." in text else "1990-01-01"
        if name == "value" and WORD_OF_A_LIST.fullmatch(text):
            return text  # an answer chosen from a list says nothing of a person by itself
        if name in ("card", "validationCode", "data"):
            return self._digits(text)
        return _shape(text)

    def _phone(self, text: str) -> str:
        """Still a Russian mobile phone, if it was spelt as one."""
        digits = re.sub(r"\D", "", text)
        mobile = len(digits) == len("79990000000")
        return f"+79{self._stand_in(digits[1:], 9)}" if mobile else self._digits(text)

    def _digits(self, text: str) -> str:
        """Every digit another one; a card that carries letters keeps where they stand."""
        stand_in = iter(self._stand_in(text, len(text)))
        return "".join(
            next(stand_in) if char.isdigit() else char if char in ":-_{}" else _letter(char) for char in text
        )

    def _digits_of(self, found: "re.Match[str]") -> str:
        return self._stand_in(found[0], len(found[0]))

    def _stand_in(self, text: str, length: int) -> str:
        number = int.from_bytes(digest(self._salt, text.encode("utf-8", "replace"), "sha256"), "big")
        return str(number).zfill(length)[-length:] if length else ""


def _shape(text: str) -> str:
    """Letters as letters, digits as digits, the rest as it is."""
    return "".join(_letter(char) for char in ESCAPE.sub("x", text))


def _letter(char: str) -> str:
    if char.isdigit():
        return "0"
    if char.isalpha():
        return "X" if char.isupper() else "x"
    return char
