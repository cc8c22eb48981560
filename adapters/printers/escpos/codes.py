"""Bar codes and QR codes in ESC/POS.

QR codes come from python-escpos; bar codes do not: its `barcode()` talks on standard output, sends a wrong check
digit as it is and leaves the printer centred.
"""

from typing import Any

import qrcode  # type: ignore[import-untyped]  # ships no types
from escpos.escpos import QR_ECLEVEL_M
from escpos.printer import Dummy

from gateway.domain.barcode import CODE128_MODULE_DOTS, DOTS_PER_COLUMN

# Any profile that states a width of paper: without one the library prints a complaint on standard output.
PROFILE = "TM-T88V"
EAN13_MODULE_DOTS = 3
HEIGHT = b"\x1dh\x50"  # GS h n: 80 dots, a centimetre
DIGITS_BELOW = b"\x1dH\x02"  # GS H 2
FONT_A = b"\x1df\x00"  # GS f 0
MODULE = b"\x1dw"  # GS w n
PRINT_BARCODE = b"\x1dk"  # GS k m n data (function B)
EAN13_SYSTEM, CODE128_SYSTEM = 67, 73
CODE_SET_B = b"{B"
QUIET_MODULES = 4  # on each side, ISO/IEC 18004
QUIET_LINE = b"\x1bd\x01"  # ESC d 1: printers draw the bare code, 4 modules of 6 dots are a line
QR_DOTS = (3, 6)  # a module: readable by a phone at least, no larger than handsome at most


def ean13(digits: str) -> bytes:
    """The bar code of 13 `digits` whose check digit is right, with the digits below."""
    return _bars(EAN13_SYSTEM, EAN13_MODULE_DOTS, digits.encode("ascii"))


def code128(data: str) -> bytes:
    """The bar code of printable ASCII `data` in code set B; a brace is doubled, it introduces a code set."""
    return _bars(CODE128_SYSTEM, CODE128_MODULE_DOTS, CODE_SET_B + data.replace("{", "{{").encode("ascii"))


def _bars(system: int, dots: int, data: bytes) -> bytes:
    head = HEIGHT + MODULE + bytes((dots,)) + FONT_A + DIGITS_BELOW
    return head + PRINT_BARCODE + bytes((system, len(data))) + data


def qr_native(data: str, *, columns: int) -> bytes:
    """The QR code of `data`, drawn by the printer (GS ( k)."""
    printer = Dummy(profile=PROFILE)
    printer.qr(data, ec=QR_ECLEVEL_M, size=_module_dots(_code(data), columns), native=True)
    return QUIET_LINE + bytes(printer.output) + QUIET_LINE


def qr_raster(data: str, *, columns: int) -> bytes:
    """The QR code of `data` as a picture (GS v 0), for printers that draw none themselves.

    Not through the library's `qr()`, which sends a line feed in a code page of its own choice.
    """
    printer = Dummy(profile=PROFILE)
    printer.image(qr_picture(data, columns=columns))
    return bytes(printer.output)


def qr_picture(data: str, *, columns: int) -> Any:
    """The QR code of `data` as a picture, one bit a dot, with its quiet zone."""
    code = _code(data)
    code.box_size = _module_dots(code, columns)
    return code.make_image().get_image()


def _code(data: str) -> qrcode.QRCode:
    """Its size is known, its modules are not drawn yet: that takes most of the time."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET_MODULES)
    code.add_data(data.encode())
    code.best_fit()
    return code


def _module_dots(code: qrcode.QRCode, columns: int) -> int:
    least, most = QR_DOTS
    modules: int = 17 + 4 * code.version  # ISO/IEC 18004
    across = modules + 2 * QUIET_MODULES
    return max(least, min(most, columns * DOTS_PER_COLUMN // across))
