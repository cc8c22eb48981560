"""A printer behind a link: slips become bytes, bytes become paper, one job at a time."""

import asyncio

from adapters.printers.channel import Link
from adapters.printers.escpos.compose import Composer
from adapters.printers.job import Job, looked_at
from adapters.printers.talk import Patience
from gateway.domain.print_outcome import Composed, PrintOutcome, Trouble, blocked, unknown
from gateway.domain.slip import Slip
from gateway.ports import Begin, Printer


class LinkPrinter:
    """An ESC/POS printer, however it is reached. The way to it is opened for each job and closed after it:
    many network printers serve one client at a time.
    """

    def __init__(self, link: Link, composer: Composer, patience: Patience) -> None:
        self._link = link
        self._composer = composer
        self._patience = patience
        self._turn = asyncio.Lock()

    @property
    def columns(self) -> int:
        """Characters of the normal size on a line."""
        return self._composer.columns

    async def compose(self, slip: Slip) -> Composed:
        """In a thread: the picture of a QR code takes longer than a register's question may wait for the loop."""
        return await asyncio.to_thread(self._composer.compose, slip)

    async def print(self, data: bytes, *, timeout: float, begin: Begin) -> PrintOutcome:  # noqa: ASYNC109  the port's word
        """Within `timeout` seconds, waiting for earlier jobs included."""
        job = Job(self._link, data, self._patience, begin)
        waiting = True
        try:
            async with asyncio.timeout(timeout), self._turn:
                waiting = False
                return await job.run()
        except TimeoutError:
            return unknown(Trouble.TIMEOUT) if job.begun else blocked(Trouble.BUSY if waiting else Trouble.OFFLINE)

    async def look(self, *, timeout: float) -> Trouble:  # noqa: ASYNC109  the port's word
        try:
            async with asyncio.timeout(timeout), self._turn:
                return await looked_at(self._link, self._patience)
        except TimeoutError:
            return Trouble.OFFLINE


_: type[Printer] = LinkPrinter
