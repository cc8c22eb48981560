"""Slips on the register's own printer: in order, one at a time, and never in a register's way."""

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import timedelta
from typing import Any

import structlog

from gateway.domain.receipt import RegisterRef
from gateway.domain.sale_record import Sale
from gateway.domain.slip import Slip
from gateway.ports import Meter, Printer
from gateway.services.records import Records
from gateway.services.wording import Wording

log = structlog.get_logger()

WORTH = timedelta(seconds=30)
"""A slip that comes later than this after the close finds its customer gone."""

JOB_SECONDS = 20.0
QUEUE = 50


class Printing:
    """`printers` by register; one queue each."""

    def __init__(
        self, printers: Mapping[RegisterRef, Printer], records: Records, wording: Wording, meter: Meter
    ) -> None:
        self._printers = printers
        self._records = records
        self._wording = wording
        self._meter = meter
        self._queues: dict[RegisterRef, asyncio.Queue[Slip]] = {row: asyncio.Queue(QUEUE) for row in printers}

    def after_delivery(self, sale: Sale) -> None:
        """The slip of a delivered sale, with the server's texts, while the customer is there."""
        if sale.close is None or sale.register not in self._printers:
            return
        if self._records.clock.now() > sale.close.at + WORTH:
            self._meter.count("print_jobs", outcome="too_late")
            return
        self.put(sale.register, self._wording.slips.sale(sale.close, sale.outcome, None))

    def put(self, register: RegisterRef, slip: Slip) -> None:
        """Queue a slip for the register's printer, if it has one."""
        queue = self._queues.get(register)
        if queue is None or not slip:
            return
        try:
            queue.put_nowait(slip)
        except asyncio.QueueFull:
            self._meter.count("print_jobs", outcome="queue_full")
            log.warning("slip_dropped", register=str(register))

    def jobs(self) -> list[Coroutine[Any, Any, None]]:
        """What has to run for ever: one for each register with a printer."""
        return [self._serve(register, printer) for register, printer in self._printers.items()]

    async def _serve(self, register: RegisterRef, printer: Printer) -> None:
        queue = self._queues[register]
        while True:
            slip = await queue.get()
            outcome = await printer.print(slip, timeout=JOB_SECONDS)
            self._meter.count("print_jobs", outcome=outcome.state)
            if outcome.reason:
                log.warning("slip_not_printed", register=str(register), state=outcome.state, why=outcome.reason)
