"""The part of a run in which everything happens at once."""

import asyncio

from torture_run.chaos import Killing, bad_minutes
from torture_run.house import House
from torture_run.settings import TILLS
from torture_run.shift import Shift
from torture_run.tills import work


async def under_load(house: House, shift: Shift, killing: Killing, seed: int) -> None:
    """Tills, bad minutes and kills, until the last kill has landed and the last receipt is told."""
    tills = [asyncio.create_task(work(shift, number)) for number in range(TILLS)]
    faults = asyncio.create_task(bad_minutes(house.sandbox, seed))
    kills = asyncio.create_task(killing.run())
    try:
        await asyncio.wait([kills, faults, *tills], return_when=asyncio.FIRST_COMPLETED)
        for task in (task for task in (kills, faults, *tills) if task.done()):
            task.result()
        shift.over = True
        await asyncio.gather(*tills)
    finally:
        for task in (kills, faults, *tills):
            task.cancel()
        await asyncio.gather(kills, faults, *tills, return_exceptions=True)
