"""What is said to a printer and heard from it while the way is open; every wait is bounded."""

import asyncio
from typing import Literal

from msgspec import Struct

from adapters.printers.channel import Channel
from adapters.printers.status import ASK_PAPER_IN_TURN, ASKED, answer_in, ask, confirms, trouble
from gateway.domain.print_outcome import Trouble

STATUS_SECONDS = 1.0
CHUNK = 1024  # bytes; one takes a second at 9600 baud
SLOWEST = 500  # bytes per second a printer works through at worst; a raster on a slow line


class Patience(Struct, frozen=True, kw_only=True):
    """`stalled`: seconds the printer may take no bytes or owe an answer. `confirm` as in the settings."""

    confirm: Literal["gs_r", "none"]
    stalled: float
    status: float = STATUS_SECONDS


class Talk:
    """Every method raises OSError when the way is gone, TimeoutError when the printer takes no bytes."""

    def __init__(self, channel: Channel, patience: Patience) -> None:
        self.channel = channel
        self._patience = patience

    async def trouble(self) -> Trouble:
        """Why it cannot print. Silence is no good news: one known to answer is not printed on while it does not.

        One that cannot confirm may not know DLE EOT either; it gets the job, and the claim stays "sent".
        """
        answers: dict[int, int] = {}
        while await self.channel.read(0):
            pass  # status it sent unasked before our question
        for number in ASKED:
            answer = await self._answer(number)
            if answer is None:
                break
            answers[number] = answer
        if len(answers) < len(ASKED) and self._patience.confirm == "gs_r":
            return trouble(answers) or Trouble.SILENT
        return trouble(answers)

    async def _answer(self, number: int) -> int | None:
        await self._write(ask(number))
        deadline = asyncio.get_running_loop().time() + self._patience.status
        while (left := deadline - asyncio.get_running_loop().time()) > 0:
            answer = answer_in(await self.channel.read(left))
            if answer is not None:
                return answer
        return None

    async def send(self, data: bytes) -> None:
        """All of it, piece by piece: slow is no fault as long as it moves."""
        for start in range(0, len(data), CHUNK):
            await self._write(data[start : start + CHUNK])

    async def _write(self, data: bytes) -> None:
        async with asyncio.timeout(self._patience.stalled):
            await self.channel.write(data)

    async def confirmed(self, size: int) -> bool:
        """Whether it says, in time for `size` bytes, that it has worked through all before the question."""
        await self._write(ASK_PAPER_IN_TURN)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience.stalled + size / SLOWEST
        said = b""
        while (left := deadline - loop.time()) > 0:
            said += await self.channel.read(left)
            if confirms(said):
                return True
        return False
