"""Codes "sent by SMS": what a customer would read on his phone, kept so that a test or a person can read it too."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from msgspec import Struct

LIVES = timedelta(minutes=10)
FIRST, STEP, CODES = 4821, 7919, 10000
"""Codes of four digits that look random and are the same in every run: a step that is prime to their number."""


class SentCode(Struct, frozen=True, kw_only=True):
    """Not shown: a code is a secret of the customer's."""

    phone: str
    code: str
    at: datetime
    purpose: str = ""

    def __repr__(self) -> str:
        return "SentCode(***)"


class SmsCodes:
    """`sent`, oldest first. The newest of a phone and purpose counts, until it is used or too old."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.sent: list[SentCode] = []
        self._now = now
        self._live: dict[tuple[str, str], SentCode] = {}
        self._numbers = count()

    def send(self, phone: str, code: str = "", *, purpose: str = "") -> str:
        """Send `code`, or one of our own; returns what was sent."""
        told = code or f"{(FIRST + STEP * next(self._numbers)) % CODES:04d}"
        message = SentCode(phone=phone, code=told, at=self._now(), purpose=purpose)
        self.sent.append(message)
        self._live[phone, purpose] = message
        return told

    def check(self, phone: str, code: str, *, purpose: str = "") -> bool:
        """Whether it is the code sent last; the right one is used up by it."""
        message = self._live.get((phone, purpose))
        if message is None or message.code != code or self._now() - message.at > LIVES:
            return False
        del self._live[phone, purpose]
        return True
