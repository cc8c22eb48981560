"""Slips as lines for the till's own printer (1C:Retail reference, section 3): texts cut to its width, QR and bars."""

from typing import Any

from msgspec.structs import replace

from gateway.domain.slip import Code128, Cut, Ean13, Feed, QrCode, Size, Slip, Text
from gateway.domain.slip_layout import Line, lay_out

Printed = dict[str, Any]


def printed(slip: Slip, columns: int) -> list[Printed]:
    """In their order; a piece of paper of its own begins with `cut`."""
    rows: list[Printed] = []
    for piece in lay_out(_of_one_size(slip), columns=columns, code_page="cp1251").pieces:
        match piece:
            case Line(text=text):
                rows.append({"text": text})
            case Feed(lines=lines):
                rows.extend([{"text": ""}] * lines)
            case Ean13(data=data):
                rows.append({"barcode": {"type": "EAN13", "value": data}})
            case QrCode(data=data) | Code128(data=data):  # the drivers know no CODE128: a QR holds any text
                rows.append({"barcode": {"type": "QR", "value": data}})
            case Cut():
                rows.append({"cut": True})
    return rows


def _of_one_size(slip: Slip) -> Slip:
    """A row tells 1C no size: more letters of a small one would not fit on its paper."""
    return tuple(replace(piece, size=Size.NORMAL) if isinstance(piece, Text) else piece for piece in slip)
