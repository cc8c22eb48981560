"""What a test says when a store gives its file up for good."""

import pytest

from gateway.errors import StoreError


def no_fatal_error(error: StoreError) -> None:
    pytest.fail(f"a fatal error: {error}")
