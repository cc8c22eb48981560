"""Troubles an administrator or a test switches on: what a loyalty server does on a bad day."""

from enum import StrEnum
from typing import Literal

from msgspec import Struct


class Mode(StrEnum):
    OFF = "off"
    HANG = "hang"  # not carried out, not answered
    ERROR = "error"  # not carried out, answered with `http`
    RESET = "reset"  # not carried out, the connection is cut
    DROP_ANSWER = "drop_answer"  # carried out, the connection is cut
    SLOW = "slow"  # carried out, answered `seconds` later
    LATE = "late"  # not answered; carried out `seconds` later, when nobody waits for it any more


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For one `operation` (None: for all), for the next `times` calls (None: until switched off).

    `http` and `with_body` shape an error: a proxy on the way answers without a body.
    """

    mode: Mode
    operation: str | None = None
    times: int | None = None
    http: Literal[400, 401, 403, 404, 429, 500, 502, 503, 504] = 503
    with_body: bool = True
    seconds: float = 5.0


NONE = Fault(mode=Mode.OFF)


class FaultBoard:
    """The switch. One fault at a time; a new one replaces it."""

    def __init__(self) -> None:
        self.fault = NONE
        self._left: int | None = None

    def switch(self, fault: Fault) -> None:
        self.fault, self._left = fault, fault.times

    def strike(self, operation: str) -> Fault:
        """What happens to this call; counts it."""
        fault = self.fault
        if fault.mode is Mode.OFF or (fault.operation and fault.operation != operation) or self._left == 0:
            return NONE
        if self._left is not None:
            self._left -= 1
        return fault
