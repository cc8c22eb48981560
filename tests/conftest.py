"""Settings of the whole suite."""

import asyncio
import os
import shutil

import pytest
import structlog
from hypothesis import settings

from gateway.observability.broken import place_of_error

# CI answers for this change, not for the luck of the draw; random walks run everywhere else.
settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")

# As the product logs an error: its place, not pages of its surroundings, which take seconds to draw.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
        place_of_error,
        structlog.dev.ConsoleRenderer(colors=False),
    ]
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--loop", choices=("asyncio", "uvloop"), default="asyncio", help="what tests of sockets run on")


def pytest_configure(config: pytest.Config) -> None:
    """The package brings uvloop; where there is none, asyncio serves: what meets a socket is tried on both."""
    if config.getoption("loop") == "uvloop":
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())


SLOW = (
    "/tests/acceptance/test_faults.py",
    "/tests/browser/",
    "/tests/durability/",
    "/tests/packaging/",
    "/tests/wine/",
    "_disaster.py",
)
"""Minutes together: left out of the fast suite, part of `scripts/test --all`."""


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(place in item.path.as_posix() for place in SLOW):
            item.add_marker(pytest.mark.slow)


def tool(name: str) -> str:
    """A program that a test runs. Missing, it is a failure in CI, elsewhere a skip that says why."""
    found = shutil.which(name)
    reason = f"{name} is not installed; run scripts/install-test-tools"
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(reason)
    return found or pytest.skip(reason)


@pytest.fixture
def strace() -> str:
    """Watches or breaks a process's system calls."""
    return tool("strace")


@pytest.fixture
def curl() -> str:
    return tool("curl")


@pytest.fixture
def openssl() -> str:
    """Makes certificates."""
    return tool("openssl")
