"""What was asked in vain is gone at once: freed in thousands by the collector it would stop the loop for 0.1 s."""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from scripted_program import HANG, Till
from virtual_loop import LoopClock, virtual

from gateway.errors import LoyaltyError
from gateway.services.guard.flight import Flight
from gateway.services.guard.limiter import Waiting


def alive() -> set[int]:
    return {id(thing) for thing in gc.get_objects() if isinstance(thing, Flight | LoyaltyError | Waiting)}


@contextmanager
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def ask_in_vain(till: Till, questions: int) -> None:
    """All at once, and nobody keeps what he heard; then until the server's silence is over too."""

    async def ask(number: int) -> None:
        with suppress(LoyaltyError):
            await till.quote(f"receipt-{number}")

    await asyncio.gather(*map(ask, range(questions)))
    await asyncio.sleep(10)


@pytest.mark.parametrize(
    ("script", "rules"),
    [(0.5, {}), (HANG, {}), (HANG, {"in_flight": 1}), (3.0, {"in_flight": 1, "patience": 0.1})],
    ids=["late", "silent", "no place", "dead"],
)
@virtual
async def test_a_question_in_vain_needs_no_collector(script: float, rules: dict[str, Any]) -> None:
    till = Till(LoopClock(), **rules)
    await till.learn()
    till.program.script = script
    with no_collector():
        before = alive()
        await ask_in_vain(till, 4)
        assert not alive() - before


@virtual
async def test_a_change_in_vain_needs_no_collector() -> None:
    till = Till(LoopClock(), script=HANG)
    with no_collector():
        before = alive()
        with suppress(LoyaltyError):
            await till.send()
        assert not alive() - before
