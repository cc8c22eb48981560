"""The power goes: what was acknowledged is on the platter, with the settings shipped; with others the test sees it.

The module is also the program whose disk is watched: `python test_power_cut.py PATH SYNCHRONOUS`.
"""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from builders import AT, make_close, make_sale, make_work
from durability.disk_trace import STRACE, Disk

from adapters.stores.sqlite import open_sqlite
from adapters.stores.sqlite.writer import CHECKPOINT_ROWS
from gateway.domain.change import Change
from gateway.domain.sale_record import State
from gateway.domain.work import Lane

CALLERS, SALES = 4, 60
CUTS = 25
SHIPPED = "as shipped"


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def closed(name: str) -> Change:
    return Change(sale=make_sale(name, state=State.CLOSED, close=make_close()), work=(make_work(name),))


async def sell(path: str, synchronous: str) -> None:
    """Stores closes, some callers at once, and says each that it acknowledges; checkpoints on the way."""
    store = await open_sqlite(Path(path), on_fatal=lambda error: say(f"fatal {error}"))
    if synchronous != SHIPPED:
        store._writer._connection.execute(f"PRAGMA synchronous = {synchronous}")  # its thread still waits for work
    store._writer._rows_at_checkpoint = -CHECKPOINT_ROWS + SALES  # in the middle of the run
    names = iter(f"sale-{number}" for number in range(SALES))

    async def caller() -> None:
        for name in names:
            await store.commit(closed(name))
            say(f"ok {name}")

    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    os._exit(0)  # no orderly end: that would sync


def traced(folder: Path, synchronous: str) -> list[bytes]:
    trace, database = folder / "trace", folder / "data" / "sales.sqlite"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [*STRACE, str(trace), sys.executable, __file__, str(database), synchronous]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    return joined(trace.read_bytes().splitlines())


def joined(lines: list[bytes]) -> list[bytes]:
    """Calls that another thread's call interrupted in the log stand where they ended."""
    begun: dict[bytes, bytes] = {}
    whole = []
    for line in lines:
        thread, _, rest = line.partition(b" ")
        if line.endswith(b"<unfinished ...>"):
            begun[thread] = line.removesuffix(b"<unfinished ...>").rstrip()
        elif rest.lstrip().startswith(b"<..."):
            whole.append(begun.pop(thread) + rest.partition(b"resumed>")[2])
        else:
            whole.append(line)
    return whole


async def found_after(cut: Path) -> set[str]:
    """The sales in what is left, with their work; an empty folder is an empty store."""
    store = await open_sqlite(cut / "sales.sqlite", on_fatal=lambda error: pytest.fail(str(error)))
    work = await store.lease(Lane.SALES, AT, 10_000, AT)
    names = {row.subject for row in work}
    assert all([await store.sale(name) for name in names]), "half a change"
    await store.close()
    return names


async def losses(folder: Path, synchronous: str) -> set[str]:
    """Sales acknowledged before a power cut and gone after it, over cuts all along the run."""
    lines = await asyncio.to_thread(traced, folder, synchronous)
    disk, chance, lost = Disk(folder / "data"), Random(7), set()  # noqa: S311 - the same cuts every time
    cuts = set(chance.sample(range(len(lines)), CUTS)) | {len(lines) - 1}
    for number, line in enumerate(lines):
        disk.replay(line)
        if number in cuts:
            acknowledged = {said.split()[1] for said in disk.said if said.startswith("ok ")}
            for name, luck in (("bare", None), ("lucky", chance)):
                lost |= acknowledged - await found_after(disk.cut(folder / f"{name}-{number}", luck))
    assert len(disk.said) == SALES, "the trace was not understood"
    assert len(disk.platter["sales.sqlite"]) > 100_000, "the WAL never went into the database"
    return lost


@pytest.mark.strace
@pytest.mark.usefixtures("strace")
async def test_what_was_acknowledged_survives_a_power_cut_with_the_settings_shipped(tmp_path: Path) -> None:
    assert await losses(tmp_path, SHIPPED) == set()


@pytest.mark.strace
@pytest.mark.usefixtures("strace")
async def test_a_commit_that_is_not_synced_is_seen_to_be_lost(tmp_path: Path) -> None:
    """Else the test above would prove nothing."""
    assert len(await losses(tmp_path, "NORMAL")) > SALES / 2


async def test_the_settings_shipped_are_those_that_were_tried(tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path / "s.sqlite", on_fatal=lambda error: pytest.fail(str(error)))
    synchronous = await store._writer.run(lambda c: c.execute("PRAGMA synchronous").fetchone()[0])
    await store.close()
    assert synchronous == 2, "FULL"


if __name__ == "__main__":
    asyncio.run(sell(*sys.argv[1:]))
