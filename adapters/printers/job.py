"""One job on one printer: reach it, ask how it is, hand over one block of bytes, hear that it is done."""

import asyncio

from adapters.printers.channel import Channel, Link
from adapters.printers.talk import Patience, Talk
from gateway.domain.print_outcome import PrintOutcome, PrintState, Trouble, blocked, unknown
from gateway.ports import Begin

CONNECT_SECONDS = 3.0


class Job:
    """Use once. `begun` tells whether any byte of the job may have reached the printer."""

    def __init__(self, link: Link, data: bytes, patience: Patience, begin: Begin) -> None:
        self._link = link
        self._data = data
        self._patience = patience
        self._begin = begin
        self.begun = False

    async def run(self) -> PrintOutcome:
        """Never raises for what a printer does; what `begin` raises and a cancellation pass through.

        The way is closed in any case.
        """
        try:
            channel = await _opened(self._link)
        except OSError:
            return blocked(Trouble.OFFLINE)
        try:
            return await self._on(Talk(channel, self._patience))
        except TimeoutError:
            return self._broken(Trouble.TIMEOUT)
        except OSError:
            return self._broken(Trouble.BROKEN_OFF)
        finally:
            await channel.close()

    def _broken(self, reason: Trouble) -> PrintOutcome:
        return unknown(reason) if self.begun else blocked(Trouble.OFFLINE)

    async def _on(self, talk: Talk) -> PrintOutcome:
        reason = await talk.trouble()
        if reason is not Trouble.NONE:
            return blocked(reason)
        await self._begin()
        self.begun = True
        await talk.send(self._data)
        if self._patience.confirm == "none":
            await talk.channel.finish()
            return PrintOutcome(state=PrintState.SENT)
        if not await talk.confirmed(len(self._data)):
            return unknown(Trouble.TIMEOUT)
        return PrintOutcome(state=PrintState.DONE)


async def looked_at(link: Link, patience: Patience) -> Trouble:
    """Only asks, and prints nothing."""
    try:
        channel = await _opened(link)
    except OSError:
        return Trouble.OFFLINE
    try:
        return await Talk(channel, patience).trouble()
    except OSError:
        return Trouble.OFFLINE
    finally:
        await channel.close()


async def _opened(link: Link) -> Channel:
    """Raises OSError, of which TimeoutError is one."""
    async with asyncio.timeout(CONNECT_SECONDS):
        return await link.open()
