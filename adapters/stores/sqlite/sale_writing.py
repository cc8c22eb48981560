"""The sales of a batch of changes: new ones and steps of a delivery together, what is rare one by one."""

from collections.abc import Sequence
from itertools import count
from sqlite3 import Connection

from adapters.stores.records import Row
from adapters.stores.sqlite.queries import QUERIES
from adapters.stores.sqlite.sales import close_row, is_closed_as, sale_row
from gateway.domain.change import Change
from gateway.domain.sale_record import Sale
from gateway.errors import Conflict


def put_sales(changes: Sequence[Change], connection: Connection) -> None:
    """Raises `Conflict`: one of the sales is not as it was read."""
    new, moved, others = [], [], []
    for change in changes:
        sale = change.sale
        if sale is None:
            continue
        if is_closed_as(sale, change.sale_before):
            moved.append(sale)
        elif sale.version == 0 and sale.close is not None:
            new.append(sale)
        else:
            others.append(sale)
    _insert(new, connection)
    _move(moved, connection)
    for sale in others:
        _put(sale, connection)


def written(connection: Connection, name: str, rows: Sequence[Row]) -> bool:
    """Whether each of the rows was written; some may be."""
    return not rows or connection.executemany(QUERIES[name], rows).rowcount == len(rows)


def _insert(sales: Sequence[Sale], connection: Connection) -> None:
    """Closed, and never heard of before."""
    if not sales:
        return
    ((last,),) = connection.execute(QUERIES["last_close"]).fetchall()
    numbered = list(zip(count(last + 1), sales))
    connection.executemany(QUERIES["insert_close"], [(number, *close_row(sale)) for number, sale in numbered])
    if not written(connection, "insert_sale", [(*sale_row(sale), number) for number, sale in numbered]):
        raise _stale(sales)


def _move(sales: Sequence[Sale], connection: Connection) -> None:
    """On with their deliveries: the closes stay as they lie."""
    if written(connection, "move_sale", [sale_row(sale) for sale in sales]):
        return
    if len(sales) > 1:
        raise _stale(sales)
    _put(sales[0], connection)  # from before closes had rows of their own, or stale


def _put(sale: Sale, connection: Connection) -> None:
    close = None if sale.close is None else _put_close(connection, sale)
    name = "insert_sale" if sale.version == 0 else "update_sale"
    if not written(connection, name, [(*sale_row(sale), close)]):
        raise _stale([sale])


def _put_close(connection: Connection, sale: Sale) -> int | None:
    """The number of a new row; None when the sale had one. Of a stale change it is undone with the rest."""
    row = close_row(sale)
    if sale.version != 0 and connection.execute(QUERIES["update_close"], (*row, sale.id, sale.version)).rowcount == 1:
        return None
    return connection.execute(QUERIES["insert_close"], (None, *row)).lastrowid


def _stale(sales: Sequence[Sale]) -> Conflict:
    return Conflict("; ".join(f"sale {sale.id!r} is not at version {sale.version!r}" for sale in sales))
