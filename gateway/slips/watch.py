"""Templates changed on disk are taken over while the gateway runs; a broken one is refused, and the old set stays."""

import asyncio

import structlog

from gateway.errors import TemplateError
from gateway.ports import Clock, Meter
from gateway.slips.templates import Templates

log = structlog.get_logger()

EVERY = 1.0
"""Seconds between looks: whoever has saved a file sees it on the next slip. A look is a `stat` of some files."""


class TemplateWatch:
    """`fault` is why the newest files are not used: file, line, reason; empty while they are."""

    def __init__(self, templates: Templates, clock: Clock, meter: Meter) -> None:
        self._templates = templates
        self._clock = clock
        self._meter = meter
        self.fault = ""
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Until cancelled. The first look makes what the start believed."""
        while True:
            await self.look()
            await self._clock.sleep(EVERY)

    async def look(self) -> None:
        """In a thread: neither the disk nor the compiler keeps a register waiting."""
        try:
            async with self._turn:
                changed = await asyncio.to_thread(self._templates.reload)
        except TemplateError as error:
            self._refused(str(error))
            return
        if changed or self.fault:
            log.info("slip_templates_reloaded", templates=self._templates.names)
        self.fault = ""
        self._meter.set("slip_templates_refused", 0)

    def _refused(self, fault: str) -> None:
        if fault != self.fault:
            log.error("slip_templates_refused", why=fault)
        self.fault = fault
        self._meter.set("slip_templates_refused", 1)
