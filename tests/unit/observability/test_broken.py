"""A log line about an error nobody expected says what kind and where, and quotes nothing."""

import json
import logging
import subprocess
import sys

import pytest

from gateway.observability.broken import first_words, frames, kinds, place_of_error

NAME = "Ольга Петрова"

SCRIPT = """
import asyncio
import structlog
from gateway.observability.logs import configure

configure("info", readable={readable})

async def lost():
    raise ValueError("{name}")

async def main():
    try:
        raise ValueError("{name}")
    except ValueError:
        structlog.get_logger().exception("work_broken")
    asyncio.get_running_loop().call_soon(broken, "{name}")
    task = asyncio.create_task(lost())
    await asyncio.sleep(0.01)
    del task

def broken(_name):
    raise ValueError("{name}")

asyncio.run(main())
"""


def said(*, readable: bool) -> str:
    script = SCRIPT.format(readable=readable, name=NAME)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)  # noqa: S603 - our own words
    return done.stderr.decode()


def test_no_text_of_an_error_gets_into_the_log_whoever_caught_it() -> None:
    rows = [json.loads(row) for row in said(readable=False).splitlines()]
    assert [row["event"] for row in rows] == ["work_broken", "library", "library"]
    assert all(row["error"] == ["ValueError"] and row["frames"] for row in rows)
    assert NAME not in json.dumps(rows, ensure_ascii=False)


def test_nor_on_a_terminal() -> None:
    text = said(readable=True)
    assert (text.count("ValueError"), NAME in text) == (3, False)


def wrong() -> None:
    raise KeyError(NAME)


def still_wrong() -> None:
    try:
        wrong()
    except KeyError as error:
        raise ValueError(NAME) from error


def test_the_innermost_frame_comes_first_and_causes_are_named() -> None:
    with pytest.raises(ValueError, match=NAME) as caught:
        still_wrong()
    assert kinds(caught.value) == ["ValueError", "KeyError"]
    assert frames(caught.value)[0].startswith("observability/test_broken.py:")
    assert frames(caught.value)[0].endswith(" still_wrong")


def test_an_event_without_an_error_stays_as_it_is() -> None:
    assert place_of_error(None, "info", {"event": "x", "exc_info": False}) == {"event": "x"}


def test_a_librarys_sentence_ends_where_it_shows_values() -> None:
    shown = "Task exception was never retrieved\nfuture: <Task finished exception=ValueError('x')>"
    assert first_words(shown) == "Task exception was never retrieved"
    assert first_words("Exception in callback broken('x')") == "Exception in callback broken"
    assert first_words(logging.getLevelName(30)) == "WARNING"
