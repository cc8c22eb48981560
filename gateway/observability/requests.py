"""One canonical log line for each request of a register."""

import structlog

from gateway.domain.receipt import RegisterRef

log = structlog.get_logger()


def log_request(register: RegisterRef | None, operation: str, outcome: str, seconds: float) -> None:
    """Who asked what, what came of it, how long it took; never who bought."""
    log.info(
        "register_request",
        register="" if register is None else str(register),
        operation=operation,
        outcome=outcome,
        milliseconds=round(seconds * 1000, 1),
    )
