"""Codes sent to a customer's phone: what for, who makes them, how many. Never stored, never in a log."""

from enum import StrEnum

from msgspec import Struct


class Purpose(StrEnum):
    SPENDING = "spending"
    ENROLMENT = "enrolment"


class CodeMode(StrEnum):
    """Who makes a code, and who knows it."""

    OFF = "off"
    RETURNED = "returned"  # the loyalty server's, which tells us
    GENERATED = "generated"  # ours, which the server only sends
    SERVER = "server"  # the server's, which compares it by itself


class CodeRules(Struct, frozen=True, kw_only=True):
    """Seconds: `lifetime` of a code, `rest` before the same customer is sent another, `patience` of one sending.

    `length` in digits, `daily_cap` codes a day of this gateway, `tries` wrong ones before a code is void.
    """

    spending: CodeMode = CodeMode.OFF
    enrolment: CodeMode = CodeMode.OFF
    length: int = 4
    lifetime: float = 600
    rest: float = 600
    daily_cap: int = 1000
    tries: int = 3
    patience: float = 3

    def mode(self, purpose: Purpose) -> CodeMode:
        return self.spending if purpose is Purpose.SPENDING else self.enrolment
