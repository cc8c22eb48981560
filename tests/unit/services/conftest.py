"""A gateway of its own for every test."""

import pytest
from shop_floor import Shop


@pytest.fixture
def shop() -> Shop:
    return Shop()
