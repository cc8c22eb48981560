"""One browser for all tests of this folder, a tab of its own for each: a start takes longer than most tests."""

from collections.abc import AsyncIterator, Iterator

import pytest
from browser.chromium import Tab, open_tab, running


@pytest.fixture(scope="session")
def browser() -> Iterator[str]:
    with running() as address:
        yield address


@pytest.fixture
async def tab(browser: str) -> AsyncIterator[Tab]:
    async with open_tab(browser) as tab:
        yield tab
