"""A sale as SQLite keeps it: what moves in the row of the sale, what was closed in a row of its own, written once.

The closed receipt is nine tenths of a record, and the steps of a delivery do not touch it. A sale from before these
rows has all in its body; it is read as it is, and gets a close of its own when it is next written.
"""

from collections.abc import Iterable
from sqlite3 import Connection

from msgspec import MsgspecError, Struct
from msgspec.json import Decoder
from msgspec.structs import replace

from adapters.stores.records import ENCODER, SALE, Row, body, sale_columns
from adapters.stores.sqlite.queries import QUERIES
from gateway.domain.quote import Piece
from gateway.domain.sale_record import Close, Sale
from gateway.errors import StoreError


class Closed(Struct, frozen=True, kw_only=True):
    """`close` without the register's bytes, which stand beside it; `sold` is None for what its quote says."""

    close: Close
    sold: tuple[Piece, ...] | None


CLOSED = Decoder(Closed)

SaleRow = tuple[bytes, bytes | None, bytes, bytes]
"""Body of the sale; body of its close, the register's bytes, the bytes sent: NULL where it has no close."""


def sale_row(sale: Sale) -> Row:
    return *sale_columns(sale), body(_moving(sale))


def _moving(sale: Sale) -> Sale:
    if sale.close is None:
        return sale
    return replace(sale, close=None, sold=(), delivery=sale.delivery and replace(sale.delivery, body=b""))


def close_row(sale: Sale) -> Row:
    close = sale.close
    assert close is not None, "only what is closed has one"  # noqa: S101
    as_quoted = close.quote is not None and sale.sold is close.quote.pieces
    closed = Closed(close=replace(close, raw=b""), sold=None if as_quoted else sale.sold)
    return ENCODER.encode(closed), close.raw, sale.delivery.body if sale.delivery else b""


def is_closed_as(sale: Sale, before: Sale | None) -> bool:
    """Whether `before` has the very same close. Bytes of a call that is over may lie on: they go with the close."""
    if before is None or sale.close is None or sale.close is not before.close or sale.sold is not before.sold:
        return False
    if sale.delivery is None:
        return True
    return before.delivery is not None and sale.delivery.body is before.delivery.body


def note_generation(known: dict[str, int], sale: Sale) -> None:
    """`known` holds those that are not 0, of sales that are not closed."""
    if sale.open_generation:
        known[sale.id] = sale.open_generation
    else:
        known.pop(sale.id, None)


def open_generations(connection: Connection) -> dict[str, int]:
    """Of the sales in the file. Raises `StoreError`."""
    known: dict[str, int] = {}
    for sale in read_sales(connection.execute(QUERIES["open_sales"]).fetchall()):
        note_generation(known, sale)
    return known


def read_sales(rows: Iterable[SaleRow]) -> list[Sale]:
    """Raises `StoreError`."""
    try:
        return [_sale(*row) for row in rows]
    except MsgspecError as error:
        raise StoreError(f"a stored record cannot be read: {error}") from error


def _sale(moving: bytes, closed: bytes | None, raw: bytes, sent: bytes) -> Sale:
    sale = SALE.decode(moving)
    if closed is None:
        return sale
    kept = CLOSED.decode(closed)
    quoted = kept.close.quote.pieces if kept.close.quote else ()
    return replace(
        sale,
        close=replace(kept.close, raw=raw),
        sold=quoted if kept.sold is None else kept.sold,
        delivery=sale.delivery and replace(sale.delivery, body=sent),
    )
