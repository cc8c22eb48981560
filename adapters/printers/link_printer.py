"""A printer behind a link: slips in, bytes out, one job at a time."""

import asyncio

from msgspec.structs import replace

from adapters.printers.channel import Link
from adapters.printers.escpos.compose import Composer
from adapters.printers.job import Job, Patience
from gateway.domain.print_outcome import PrintOutcome, Trouble, blocked, unknown
from gateway.domain.slip import Slip


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

    async def print(self, slip: Slip, *, timeout: float) -> PrintOutcome:  # noqa: ASYNC109  the port's word
        """Print `slip` within `timeout` seconds, waiting for earlier jobs included. The same slip, the same bytes."""
        # In a thread: the picture of a QR code takes longer than a register's question may wait for the loop.
        composed = await asyncio.to_thread(self._composer.compose, slip)
        job = Job(self._link, composed.data, self._patience)
        waiting = True
        try:
            async with asyncio.timeout(timeout), self._turn:
                waiting = False
                outcome = await job.run()
        except TimeoutError:
            outcome = unknown(Trouble.TIMEOUT) if job.begun else blocked(Trouble.BUSY if waiting else Trouble.OFFLINE)
        return replace(outcome, lost=composed.lost)
