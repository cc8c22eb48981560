"""Printers of loyalty slips: ESC/POS over the network, a serial line or a device file, and one in memory."""

from adapters.printers.channel import Link
from adapters.printers.device_file import DeviceFileLink
from adapters.printers.escpos.compose import Composer
from adapters.printers.job import STATUS_SECONDS, Patience
from adapters.printers.link_printer import LinkPrinter
from adapters.printers.memory import MemoryPrinter
from adapters.printers.network import NetworkLink
from adapters.printers.serial import SerialLink
from adapters.printers.settings import PrinterSettings
from gateway.ports import Printer

__all__ = ["MemoryPrinter", "PrinterSettings", "open_printer"]


def open_printer(settings: PrinterSettings) -> Printer:
    """The printer `settings` describe. Nothing is connected yet: that happens for each job."""
    composer = Composer(
        columns=settings.columns,
        code_page=settings.code_page,
        page_number=settings.page_number,
        qr=settings.qr,
        cut=settings.cut,
    )
    if settings.kind == "memory":
        return MemoryPrinter(composer)
    patience = Patience(
        confirm=settings.confirm,
        stalled=settings.timeout_seconds,
        status=min(STATUS_SECONDS, settings.timeout_seconds),
    )
    return LinkPrinter(_link(settings), composer, patience)


def _link(settings: PrinterSettings) -> Link:
    if settings.kind == "network":
        return NetworkLink(*settings.host_and_port)
    if settings.kind == "serial":
        return SerialLink(
            settings.path,
            baud=settings.baud,
            flow_control=settings.flow_control,
            stalled=settings.timeout_seconds,
        )
    return DeviceFileLink(settings.path, allow_plain_file=settings.allow_plain_file)
