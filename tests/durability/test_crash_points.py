"""The process dies before and after every durable write of one sale's life, starts again, and nothing is lost.

A life is run again and again: the first time it dies at its first write, then at its second, until it comes through
without dying. After each the history is checked.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from durability.history import check
from durability.lives import LIVES, Life
from durability.stage import Stage
from durability.till import Till
from durability.worlds import KINDS, ServerKind
from shop_floor import ANNA

from adapters.loyalty.programme import AccountKeys
from gateway.domain.receipt import Receipt

LONGEST_LIFE = 100
BOTH = pytest.mark.parametrize("before", [True, False], ids=["before the write", "after the write"])
EVERY_LIFE = pytest.mark.parametrize(("life", "receipt"), LIVES.values(), ids=LIVES)


async def stages(kind: ServerKind, folder: Path | None, *, before: bool) -> AsyncIterator[Stage]:
    """One that dies at its first write, one that dies at its second ... and at last one that does not die."""
    for write in range(1, LONGEST_LIFE):
        path = folder / f"{write}.sqlite" if folder else None
        stage = Stage(profile=kind.profile, variants=kind.variants, path=path)
        await stage.open()
        first = stage.process
        first.arm(write, before=before)
        yield stage
        await stage.durable.close()
        if not first.is_dead:
            return
    pytest.fail("the life never ended")


async def live(stage: Stage, life: Life, receipt: Receipt) -> None:
    till = Till(stage, receipt)
    await life(stage, till)
    await stage.live_through(minutes=30)
    await check(stage, [till])


async def at_every_write(kind: ServerKind, life: Life, receipt: Receipt, folder: Path | None, *, before: bool) -> int:
    """In how many ways it died."""
    deaths = -1
    async for stage in stages(kind, folder, before=before):
        await live(stage, life, receipt)
        deaths += 1
        if receipt.customer == ANNA and not kind.variants.queue_loses:  # nobody can see that a report was lost
            assert popups(stage) == 1, f"at write {deaths + 1}"
    return deaths


def popups(stage: Stage) -> int:
    account = stage.programme.find(AccountKeys(phone=ANNA.value))
    assert account is not None
    return sum(action.fields.get("rule") == "gold" for action in account.actions)


@BOTH
@EVERY_LIFE
async def test_a_crash_at_any_write_to_disk(life: Life, receipt: Receipt, tmp_path: Path, *, before: bool) -> None:
    assert await at_every_write(KINDS["documented"], life, receipt, tmp_path, before=before) >= 3


@pytest.mark.slow
@pytest.mark.parametrize("name", ["two phases", "everything at once"])
@BOTH
@EVERY_LIFE
async def test_a_crash_at_any_write_under_other_servers(
    name: str, life: Life, receipt: Receipt, *, before: bool
) -> None:
    assert await at_every_write(KINDS[name], life, receipt, None, before=before) >= 3


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@BOTH
@EVERY_LIFE
async def test_a_crash_at_any_write_under_every_server(
    kind: ServerKind, life: Life, receipt: Receipt, *, before: bool
) -> None:
    assert await at_every_write(kind, life, receipt, None, before=before) >= 3
