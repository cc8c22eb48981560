"""The line of a request: written without the chain of processors, and the same as if it had passed it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import structlog

from gateway.domain.receipt import RegisterRef
from gateway.observability import logs
from gateway.observability.requests import REQUESTS

REGISTER = RegisterRef(outlet="MAG-1", register="KASSA-1")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)
    REQUESTS.write, REQUESTS.is_wanted = None, True


@contextmanager
def written(level: str = "info") -> Iterator[None]:
    """What is logged inside stands on the error output afterwards."""
    sink = logs.configure(level, readable=False)
    assert sink is not None
    yield
    sink.close()


def test_a_request_is_one_line_of_json(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    with written():
        REQUESTS.tell(REGISTER, "calculate", "ok", 0.01234)
    line = json.loads(capsysbinary.readouterr().err)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "register_request",
        "level": "info",
        "register": "MAG-1/KASSA-1",
        "operation": "calculate",
        "outcome": "ok",
        "milliseconds": 12.3,
    }


def test_it_has_the_members_of_every_other_line(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    with written():
        REQUESTS.tell(REGISTER, "calculate", "ok", 1)
        structlog.get_logger().info("register_request", register="", operation="", outcome="", milliseconds=1.0)
    ours, theirs = map(json.loads, capsysbinary.readouterr().err.splitlines())
    assert ours.keys() == theirs.keys()
    assert len(ours["timestamp"]) == len(theirs["timestamp"])


def test_it_follows_the_level_of_the_log(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    with written("warning"):
        REQUESTS.tell(REGISTER, "calculate", "ok", 1)
        logs.use_level("info")
        REQUESTS.tell(None, "unreadable", "refused", 1)
    assert json.loads(capsysbinary.readouterr().err)["register"] == ""
