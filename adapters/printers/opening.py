"""A printer put together from its settings: what to write, and the way there."""

from adapters.printers.channel import Link
from adapters.printers.device_file import DeviceFileLink
from adapters.printers.escpos.compose import Composer
from adapters.printers.ink import Ink
from adapters.printers.link_printer import LinkPrinter
from adapters.printers.memory import MemoryPrinter
from adapters.printers.network import NetworkLink
from adapters.printers.serial import SerialLink
from adapters.printers.settings import PrinterSettings
from adapters.printers.talk import STATUS_SECONDS, Patience
from gateway.ports import Printer


def opened(settings: PrinterSettings) -> Printer:
    composer = Composer(
        columns=settings.columns,
        code_page=settings.code_page,
        page_number=settings.page_number,
        qr=settings.qr,
        cut=settings.cut,
        ink=Ink(settings.font) if settings.text == "raster" else None,
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
