"""One canonical log line for each request of a register."""

from collections.abc import Callable
from datetime import datetime

import msgspec
import structlog
from msgspec import Struct

from gateway.clock import SystemClock
from gateway.domain.receipt import RegisterRef

log = structlog.get_logger()


class RequestLine(Struct, frozen=True):
    """The members in the order of every other line of the log; the encoder spells the time as the stamper does."""

    register: str
    operation: str
    outcome: str
    milliseconds: float
    event: str
    level: str
    timestamp: datetime


class RequestLog:
    """These lines are most of what a gateway writes, and hold words of ours only: the chain of processors that
    every other line passes, which masks and looks for tracebacks, costs five times as much.

    `write` is None where lines are for people: then they pass the chain too. `is_wanted` follows the log's level.
    """

    def __init__(self) -> None:
        self.write: Callable[[bytes], object] | None = None
        self.is_wanted = True
        self._encode = msgspec.json.Encoder().encode

    def tell(self, register: RegisterRef | None, operation: str, outcome: str, seconds: float) -> None:
        """Who asked what, what came of it, how long it took; never who bought."""
        if not self.is_wanted:
            return
        name, took = "" if register is None else str(register), round(seconds * 1000, 1)
        if self.write is None:
            log.info("register_request", register=name, operation=operation, outcome=outcome, milliseconds=took)
            return
        line = RequestLine(name, operation, outcome, took, "register_request", "info", SystemClock.now())
        self.write(self._encode(line) + b"\n")


REQUESTS = RequestLog()
"""Of the process, as the log itself is: `logs.configure` says where it goes."""
