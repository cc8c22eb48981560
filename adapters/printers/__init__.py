"""Printers of loyalty slips: ESC/POS over the network, a serial line or a device file, and one in memory."""

from adapters.printers.settings import PrinterSettings
from gateway.ports import Printer

__all__ = ["PrinterSettings", "open_printer"]


def open_printer(settings: PrinterSettings) -> Printer:
    """The printer `settings` describe. Nothing is connected yet: that happens for each job.

    python-escpos takes a third of a second to import: only a shop with a printer waits for it, and at start.
    """
    from adapters.printers.opening import opened

    return opened(settings)
