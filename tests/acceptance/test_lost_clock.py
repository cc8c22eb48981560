"""The computer's battery is empty: its clock says a time before this program was made."""

from datetime import timedelta
from pathlib import Path

import pytest
from shop import Shop, eventually
from till import cash, document, line

from gateway import RELEASED


async def test_a_lost_clock_takes_closes_delivers_nothing_and_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.clock.RELEASED", RELEASED + timedelta(days=50 * 365))
    async with Shop(tmp_path) as shop:
        told = await shop.ask("document", document("confirm", line(1, "5002", "100.00"), payments=cash("100.00")))
        assert told["code"] == 0
        assert await readiness(shop) == (503, "the computer's clock is wrong")
        assert await eventually(lambda: shop.inspect("orders"), seconds=0.5) == []
        monkeypatch.undo()
        await shop.stop_gateway()
        await shop.start_gateway()
        assert await readiness(shop) == (200, "ok")
        (order,) = await eventually(lambda: shop.inspect("orders"))
        assert order["status"] == "Paid"


async def readiness(shop: Shop) -> tuple[int, str]:
    async with shop.http.get(f"{shop.admin_url}/readyz") as response:
        return response.status, (await response.json())["status"]
