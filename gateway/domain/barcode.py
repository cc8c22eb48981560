"""What bar codes and QR codes can hold on paper of a given width."""

EAN13_LENGTH = 13
QR_MAX_BYTES = 300  # about 69 modules: still 4 dots each on 58 mm paper, which a phone reads
DOTS_PER_COLUMN = 12  # font A of ESC/POS printers: 32 columns are 384 dots
CODE128_MODULE_DOTS = 2
CODE128_QUIET_MODULES = 20


def ean13(data: str) -> str | None:
    """`data` as 13 digits, the check digit added to 12; None when it is no EAN-13 or its check digit is wrong."""
    if not (data.isascii() and data.isdigit() and len(data) in {EAN13_LENGTH - 1, EAN13_LENGTH}):
        return None
    whole = data[:12] + ean13_check_digit(data[:12])
    return whole if whole.startswith(data) else None


def ean13_check_digit(digits: str) -> str:
    """The 13th digit of 12 `digits` (GS1: weights 1 and 3, up to the next ten)."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return str(-total % 10)


def fits_code128(data: str, columns: int) -> bool:
    """Printable ASCII, and narrow enough: 11 modules a character, 35 for start, check and stop."""
    modules = 11 * len(data) + 35 + CODE128_QUIET_MODULES
    printable = data.isascii() and data.isprintable()
    return bool(data) and printable and modules * CODE128_MODULE_DOTS <= columns * DOTS_PER_COLUMN


def fits_qr(data: str) -> bool:
    """Some text without control characters, short enough to be read from narrow paper."""
    return data.isprintable() and 0 < len(data.encode(errors="replace")) <= QR_MAX_BYTES
