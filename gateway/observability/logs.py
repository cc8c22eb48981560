"""Structured logs: JSON lines for machines, readable ones on a terminal. Nothing personal in either."""

import logging
import re
import sys
from typing import Any, BinaryIO, cast

import msgspec
import structlog
from structlog.typing import EventDict, Processor

from gateway.observability.broken import first_words, place_of_error
from gateway.observability.requests import REQUESTS
from gateway.observability.sink import Sink

LONG_DIGITS = re.compile(r"\+?\d(?:[\s()-]{0,2}\d){8,}")
"""Phones and card numbers, in any spelling."""

IDS = frozenset({"sale", "refund", "subject", "timestamp"})
"""Members that hold our own ids and times, which look like long numbers now and then."""


def mask(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The last line of defence: long runs of digits keep their last four. Types should have masked before."""
    return {name: value if name in IDS else _masked(value) for name, value in event.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return LONG_DIGITS.sub(lambda found: "****" + found.group()[-4:], value)
    return value


def _json(event: Any, **_options: Any) -> bytes:
    return msgspec.json.encode(event, enc_hook=str)


class _Filtering(structlog.make_filtering_bound_logger(logging.INFO)):  # type: ignore[misc]  # made at run time
    """Loggers are made once and kept: a new level has to reach those that are there already."""


def use_level(level: str) -> None:
    """From now on, everywhere."""
    levels = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
    REQUESTS.is_wanted = levels[level] <= logging.INFO
    chosen = structlog.make_filtering_bound_logger(levels[level])
    for name, method in vars(chosen).items():
        if not name.startswith("_"):
            setattr(_Filtering, name, method)


def configure(level: str, *, readable: bool) -> Sink | None:
    """Set up structlog for the process, and send the libraries' own logging through it.

    Gives back where lines of JSON go; what people read on a terminal goes there at once.
    """
    use_level(level)
    sink = None if readable else Sink(getattr(sys.stderr.buffer, "raw", sys.stderr.buffer))
    REQUESTS.write = None if sink is None else sink.write
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        place_of_error,
        mask,
    ]
    renderer: Processor = structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(_json)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=_Filtering,
        logger_factory=structlog.PrintLoggerFactory(sys.stderr)
        if sink is None
        else structlog.BytesLoggerFactory(cast("BinaryIO", sink)),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Forward()], force=True)
    return sink


class _Forward(logging.Handler):
    """aiohttp and asyncio speak the standard library's logging; their lines go the same way as ours."""

    def emit(self, record: logging.LogRecord) -> None:
        message = first_words(record.getMessage()) if record.exc_info else record.getMessage()
        structlog.get_logger().warning("library", logger=record.name, message=message, exc_info=record.exc_info)
