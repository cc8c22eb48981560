"""Troubles an administrator or a test switches on: what a loyalty server does on a bad day."""

from enum import StrEnum

from msgspec import Struct


class Mode(StrEnum):
    OFF = "off"
    HANG = "hang"  # not carried out, not answered
    ERROR = "error"  # not carried out, 503
    RESET = "reset"  # not carried out, the connection is cut
    DROP_ANSWER = "drop_answer"  # carried out, the connection is cut


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For one `operation` (None: for all), for the next `times` calls (None: until switched off)."""

    mode: Mode
    operation: str | None = None
    times: int | None = None


class FaultBoard:
    """The switch. One fault at a time; a new one replaces it."""

    def __init__(self) -> None:
        self._fault = Fault(mode=Mode.OFF)
        self._left: int | None = None

    def switch(self, fault: Fault) -> None:
        self._fault, self._left = fault, fault.times

    def strike(self, operation: str) -> Mode:
        """What happens to this call; counts it."""
        fault = self._fault
        if fault.mode is Mode.OFF or (fault.operation and fault.operation != operation) or self._left == 0:
            return Mode.OFF
        if self._left is not None:
            self._left -= 1
        return fault.mode
