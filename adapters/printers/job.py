"""One job on one printer: reach it, ask how it is, hand over one block of bytes, hear that it is done."""

import asyncio
from typing import Literal

from msgspec import Struct

from adapters.printers.channel import Channel, Link
from adapters.printers.status import ASK_PAPER_IN_TURN, ASKED, answer_in, ask, confirms, trouble
from gateway.domain.print_outcome import PrintOutcome, PrintState, Trouble, blocked, unknown

CONNECT_SECONDS = 3.0
STATUS_SECONDS = 1.0
CHUNK = 1024  # bytes; one takes a second at 9600 baud
SLOWEST = 500  # bytes per second a printer works through at worst; a raster on a slow line


class Patience(Struct, frozen=True, kw_only=True):
    """`stalled`: seconds the printer may take no bytes or owe an answer. `confirm` as in the settings."""

    confirm: Literal["gs_r", "none"]
    stalled: float
    status: float = STATUS_SECONDS


class Job:
    """Use once. `begun` tells whether any byte of the job may have reached the printer."""

    def __init__(self, link: Link, data: bytes, patience: Patience) -> None:
        self._link = link
        self._data = data
        self._patience = patience
        self.begun = False

    async def run(self) -> PrintOutcome:
        """Never raises for what a printer does; a cancellation passes through, and the way is closed."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                channel = await self._link.open()
        except OSError:  # TimeoutError is one
            return blocked(Trouble.OFFLINE)
        try:
            return await self._on(channel)
        except TimeoutError:
            return self._broken(Trouble.TIMEOUT)
        except OSError:
            return self._broken(Trouble.BROKEN_OFF)
        finally:
            await channel.close()

    def _broken(self, reason: Trouble) -> PrintOutcome:
        return unknown(reason) if self.begun else blocked(Trouble.OFFLINE)

    async def _on(self, channel: Channel) -> PrintOutcome:
        reason = await self._trouble(channel)
        if reason is not Trouble.NONE:
            return blocked(reason)
        await self._send(channel, self._data)
        if self._patience.confirm == "none":
            await channel.finish()
            return PrintOutcome(state=PrintState.SENT)
        if not await self._confirmed(channel):
            return unknown(Trouble.TIMEOUT)
        return PrintOutcome(state=PrintState.DONE)

    async def _trouble(self, channel: Channel) -> Trouble:
        """Silence is no good news: a printer known to answer is not printed on while it does not.

        One that cannot confirm may not know DLE EOT either; it gets the job, and the claim stays "sent".
        """
        answers: dict[int, int] = {}
        while await channel.read(0):
            pass  # status it sent unasked before our question
        for number in ASKED:
            answer = await self._answer(channel, number)
            if answer is None:
                break
            answers[number] = answer
        if len(answers) < len(ASKED) and self._patience.confirm == "gs_r":
            return trouble(answers) or Trouble.SILENT
        return trouble(answers)

    async def _answer(self, channel: Channel, number: int) -> int | None:
        await self._write(channel, ask(number))
        deadline = asyncio.get_running_loop().time() + self._patience.status
        while (left := deadline - asyncio.get_running_loop().time()) > 0:
            answer = answer_in(await channel.read(left))
            if answer is not None:
                return answer
        return None

    async def _send(self, channel: Channel, data: bytes) -> None:
        self.begun = True
        for start in range(0, len(data), CHUNK):
            await self._write(channel, data[start : start + CHUNK])

    async def _write(self, channel: Channel, data: bytes) -> None:
        async with asyncio.timeout(self._patience.stalled):
            await channel.write(data)

    async def _confirmed(self, channel: Channel) -> bool:
        await self._write(channel, ASK_PAPER_IN_TURN)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience.stalled + len(self._data) / SLOWEST
        said = b""
        while (left := deadline - loop.time()) > 0:
            said += await channel.read(left)
            if confirms(said):
                return True
        return False
