"""The disk is full or fails at any statement of one sale's life: nothing is acknowledged that is not stored.

A full disk comes back by itself: the register repeats. A failed write ends the process, as the daemon does, and the
next one goes on. Afterwards the file is whole and the history is checked.
"""

import sqlite3
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from durability.failing_disk import FSYNC_FAILED, FULL, WRITE_FAILED, failing
from durability.history import check
from durability.lives import LIVES, Life
from durability.stage import Stage
from durability.till import Till
from msgspec.structs import replace
from shop_floor import SHAMPOO, plain_basket

from gateway.domain.receipt import Receipt
from gateway.domain.sale_record import State
from gateway.errors import StoreUnavailable

T = TypeVar("T")
STEP = 13  # a prime: no statement is always passed over
TRIED = [LIVES["with points"], LIVES["given back"], LIVES["undone and paid again"]]
NAMED = ["with points", "given back", "undone and paid again"]


class DaemonStage(Stage):
    """Ends and starts again when the store says that its file is not to be trusted."""

    async def attempt(self, what: Coroutine[Any, Any, T]) -> T | None:
        answer = await super().attempt(what)
        if self.durable._writer._faults.fatal is not None:  # type: ignore[attr-defined]
            await self.crash()
            return None
        return answer

    async def pass_time(self, **parts: float) -> None:
        try:
            await super().pass_time(**parts)
        except StoreUnavailable:
            self.clock.move(1)  # the outbox waits a second and looks again


@pytest.mark.parametrize(("life", "receipt"), TRIED, ids=NAMED)
@pytest.mark.parametrize("error", [FULL, FSYNC_FAILED, WRITE_FAILED], ids=lambda error: error[0])
async def test_an_error_at_any_statement_loses_nothing(
    life: Life, receipt: Receipt, error: tuple[str, int], tmp_path: Path
) -> None:
    failed, at = 1, 0
    while failed:
        path = tmp_path / f"{at}.sqlite"
        stage = DaemonStage(path=path)
        await stage.open()
        disk = failing(stage, error, at, times=3 if error is FULL else 1)
        till = Till(stage, receipt)
        await life(stage, till)
        await stage.live_through(minutes=30)
        await check(stage, [till])
        await stage.durable.close()
        assert is_whole(path)
        failed, at = disk.failed, at + STEP
    assert at > STEP * 3


def is_whole(path: Path) -> bool:
    connection = sqlite3.connect(path)
    try:
        return bool(connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
    finally:
        connection.close()


async def test_a_full_disk_refuses_points_and_closes_and_takes_both_when_there_is_space(tmp_path: Path) -> None:
    """Really full, by SQLite's own limit on its pages."""
    stage = Stage(path=tmp_path / "full.sqlite")
    await stage.open()
    writer = stage.durable._writer  # type: ignore[attr-defined]
    bulky = replace(SHAMPOO, sku="x" * 300_000)  # more than the file has free pages for
    priced = await stage.priced(plain_basket(lines=(bulky,)))
    other = await stage.priced(plain_basket("other", lines=(bulky,)))
    await writer.run(lambda c: c.execute("PRAGMA max_page_count = 1").fetchall())
    with pytest.raises(StoreUnavailable, match="FULL"):
        await stage.complete(other)
    with pytest.raises(StoreUnavailable, match="FULL"):
        await stage.redeem(priced)
    assert (stage.program.arrived, stage.points()) == ([], 1500)
    assert await stage.store.sale("other") is None
    await writer.run(lambda c: c.execute("PRAGMA max_page_count = 100000").fetchall())
    await stage.complete(other)
    assert (await stage.sale("other")).state is State.DELIVERED
    await stage.durable.close()
    assert is_whole(tmp_path / "full.sqlite")
