"""The event loop as it is shipped: uvloop where installed, and a garbage collector that keeps out of the way."""

import asyncio
import gc
from collections.abc import Coroutine
from typing import Any

THRESHOLDS = (10_000, 50, 100)
"""New objects before the youngest generation is collected, and so on: so many are looked through in some 5 ms."""


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run to the end, on the fastest loop there is."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(main)
        return
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


def settle_memory() -> None:
    """What stands after the start stays to the end: it need not be looked through, now or again and again."""
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()
