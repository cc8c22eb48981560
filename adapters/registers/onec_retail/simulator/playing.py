"""A script of sales played on 1C's simulated cashier screen, told step by step."""

from collections.abc import AsyncIterator
from pathlib import Path

from adapters.registers.frontol.simulator.player import Player
from adapters.registers.frontol.simulator.script import read_script
from adapters.registers.frontol.simulator.telling import Told, tell
from adapters.registers.onec_retail.simulator.quirks import Quirks
from adapters.registers.onec_retail.simulator.till import OneCTill, Read, nobody_reads


async def play(
    path: Path, url: str, token: str, quirks: Quirks, read_code: Read = nobody_reads
) -> AsyncIterator[Told]:
    """Raises `ConfigError` for the script, `RegisterError` when the gateway does not answer as one."""
    script = read_script(path)
    async with OneCTill(url, token, quirks=quirks, read_code=read_code) as till:
        async for played in Player(till).play(script.steps):
            yield tell(played)
