"""What a log says of an error nobody expected: its type and its place, never its text.

Libraries and our own code quote in their errors what they were working on: a name, a phone, a code. Where it went
wrong is enough to mend it.
"""

import sys
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any

from structlog.typing import EventDict

DEEPEST = 12
"""Frames of one error, the innermost."""


def place_of_error(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """For structlog: `exc_info` becomes `error` (types, the cause last) and `frames` (innermost first)."""
    given = event.pop("exc_info", None)
    error = _error(given)
    return event if error is None else {**event, "error": kinds(error), "frames": frames(error)}


def _error(given: object) -> BaseException | None:
    if isinstance(given, tuple):
        given = given[1]
    if given is True:
        given = sys.exc_info()[1]
    return given if isinstance(given, BaseException) else None


def kinds(error: BaseException) -> list[str]:
    """Its type and those of its causes."""
    found, seen = [type(error).__name__], {id(error)}
    cause = error.__cause__ or error.__context__
    while cause is not None and id(cause) not in seen:
        found.append(type(cause).__name__)
        seen.add(id(cause))
        cause = cause.__cause__ or cause.__context__
    return found


def frames(error: BaseException) -> list[str]:
    return _of(error.__traceback__)[:DEEPEST]


def _of(traceback: TracebackType | None) -> list[str]:
    """`services/outbox.py:104 _do`: no source line, as that may hold text too."""
    found = [
        f"{'/'.join(Path(frame.f_code.co_filename).parts[-2:])}:{line} {frame.f_code.co_name}"
        for frame, line in walk_tb(traceback)
    ]
    return found[::-1]


def first_words(message: str) -> str:
    """Of a library's own sentence, what comes before it shows values: asyncio shows whole futures and arguments."""
    return message.partition("\n")[0].partition("<")[0].partition("(")[0].strip()
