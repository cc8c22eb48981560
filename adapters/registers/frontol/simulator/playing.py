"""A script or a recording against any gateway, told step by step."""

from collections.abc import AsyncIterator
from pathlib import Path

from adapters.registers.frontol.recording import read_recording
from adapters.registers.frontol.simulator.player import Player
from adapters.registers.frontol.simulator.replay import replay
from adapters.registers.frontol.simulator.requests import Cashier
from adapters.registers.frontol.simulator.script import read_script
from adapters.registers.frontol.simulator.telling import Told, tell, tell_replayed
from adapters.registers.frontol.simulator.till import Till


async def play(path: Path, url: str, key: str) -> AsyncIterator[Told]:
    """Raises `ConfigError` for the script, `RegisterError` when the gateway does not answer as one."""
    script = read_script(path)
    at = script.till
    async with Till(url, key, at.organization, at.business_unit, at.work_place, Cashier(1, at.cashier)) as till:
        async for played in Player(till).play(script.steps):
            yield tell(played)


async def play_again(path: Path, url: str, key: str) -> AsyncIterator[Told]:
    """A recording. Raises as `play` does."""
    async with Till(url, key, "", "", "", Cashier(1, "")) as till:
        async for row in replay(till, read_recording(path)):
            yield tell_replayed(row)
