"""A printer nobody could reach is offline, however its address is wrong."""

import pytest

from adapters.printers.network import NetworkLink


async def test_a_host_that_cannot_be_a_name_is_a_printer_that_does_not_answer() -> None:
    with pytest.raises(OSError, match="no such host"):
        await NetworkLink("192.168.1..50", 9100).open()
