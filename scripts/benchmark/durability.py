"""Figure 9: closes that share a sync with each other, against one commit each on the same disk."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median

from builders import make_close, make_history, make_line, make_receipt, make_sale, make_work

from adapters.stores.sqlite import open_sqlite, writing
from adapters.stores.sqlite.opening import open_connections
from benchmark.figures import Figure, figure
from benchmark.plan import Plan
from gateway.domain.change import Change

CALLERS = 64


def measure(plan: Plan) -> Iterator[Figure]:
    """Fresh files in rounds that alternate; both write the same rows with the same statements."""
    ratios = []
    for _ in plan.rounds("closes", 5):
        with tempfile.TemporaryDirectory(prefix="pos-gateway-bench-") as name:
            shared = asyncio.run(_shared(Path(name) / "shared.sqlite", plan.scaled(4000)))
            alone = _alone(Path(name) / "alone.sqlite", plan.scaled(1500))
        ratios.append(shared / alone)
        plan.note(f"{shared:.0f}/s, one commit each {alone:.0f}/s")
    yield figure("9", median(ratios))


def close(number: int) -> Change:
    """What one closed receipt of ten lines writes."""
    name = f"receipt-{number}"
    receipt = make_receipt(name, lines=tuple(make_line(index) for index in range(1, 11)))
    sale = make_sale(name, close=make_close(receipt=receipt, raw=b"x" * 1300))
    return Change(sale=sale, history=(make_history(name),), work=(make_work(name),))


async def _shared(path: Path, count: int) -> float:
    store = await open_sqlite(path, on_fatal=lambda error: None)  # noqa: ARG005 - a round that fails, fails
    changes = iter([close(number) for number in range(count)])

    async def caller() -> None:
        for change in changes:
            await store.commit(change)

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    rate = count / (time.perf_counter() - began)
    await store.close()
    return rate


def _alone(path: Path, count: int) -> float:
    """Without an event loop or another thread: as fast as one commit each can be."""
    changes = [close(number) for number in range(count)]
    connection, reading = open_connections(path, attached=False)
    reading.close()
    with closing(connection):
        began = time.perf_counter()
        for change in changes:
            connection.execute("BEGIN IMMEDIATE")
            writing.apply((change,), connection)
            connection.execute("COMMIT")
        return count / (time.perf_counter() - began)
