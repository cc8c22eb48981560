"""Settings of the whole suite."""

import os

import pytest
from hypothesis import settings

# CI answers for this change, not for the luck of the draw; random walks run everywhere else.
settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")

SLOW = ("/tests/acceptance/test_faults.py", "/tests/browser/", "/tests/durability/", "/tests/wine/", "_disaster.py")
"""Minutes together: left out of the fast suite, part of `scripts/test --all`."""


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(place in item.path.as_posix() for place in SLOW):
            item.add_marker(pytest.mark.slow)
