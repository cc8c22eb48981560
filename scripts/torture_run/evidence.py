"""Reads what the loyalty server and the store hold: the one over its own view, the other by SQL."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from decimal import Decimal
from functools import partial
from json import loads
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from adapters.stores.records import PROMPT, REFUND, SALE, decoded
from gateway.domain.sale_record import Sale
from torture_run.histories import (
    ZERO,
    Server,
    ServerCustomer,
    ServerOrder,
    Store,
    StoredPrompt,
    StoredRefund,
    StoredRelease,
    StoredSale,
)
from torture_run.settings import CUSTOMERS, STARTING_POINTS, customer_id, phone

exact = partial(loads, parse_float=Decimal, parse_int=Decimal)
Rows = dict[str, list[tuple[Any, ...]]]

QUERIES = {
    "sale": "SELECT body FROM sale",
    "refund": "SELECT body FROM refund",
    "prompt": "SELECT body FROM prompt",
    "document": "SELECT count(*) FROM document",
    "work": "SELECT id FROM work ORDER BY id",
}


async def server(url: str) -> Server:
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        orders = await _get(http, f"{url}/_sandbox/orders")
        errors = await _get(http, f"{url}/_sandbox/async-errors")
        found = [await _get(http, f"{url}/_sandbox/customers/{phone(number)}") for number in range(CUSTOMERS)]
    customers = tuple(_customer(customer_id(number), row) for number, row in enumerate(found))
    dropped = frozenset(str(error["transactionId"]) for error in errors)
    return Server(orders=tuple(map(_order, orders)), customers=customers, dropped=dropped)


async def _get(http: aiohttp.ClientSession, url: str) -> Any:
    async with http.get(url) as response:
        return await response.json(loads=exact)


def _order(row: dict[str, Any]) -> ServerOrder:
    returned = (Decimal(line["quantity"]) for line in row["lines"] if line["status"] == "Returned")
    return ServerOrder(
        id=row["orderId"],
        status=row["status"],
        total=Decimal(row["total"]),
        spent=Decimal(row["spent"]),
        earned=Decimal(row["earned"]),
        customer=row["customer"] or "",
        returned=sum(returned, ZERO),
        created_times=int(row["createdTimes"]),
    )


def _customer(account: str, row: dict[str, Any]) -> ServerCustomer:
    reported = (one["customFields"].get("receipt", "") for one in row["actions"])
    return ServerCustomer(
        id=account,
        began_with=Decimal(STARTING_POINTS),
        has=Decimal(row["available"]) + Decimal(row["pending"]),
        reported=tuple(reported),
    )


def sqlite(path: Path, names: Iterable[str] = QUERIES) -> Rows:
    """Beside a gateway that runs, or after it has stopped."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return {name: connection.execute(QUERIES[name]).fetchall() for name in names}


async def postgres(dsn: str, names: Iterable[str] = QUERIES) -> Rows:
    connection = await asyncpg.connect(dsn)
    try:
        return {name: [tuple(row) for row in await connection.fetch(QUERIES[name])] for name in names}
    finally:
        await connection.close()


def store(rows: Rows) -> Store:
    bodies = {name: [body for (body,) in rows[name]] for name in ("sale", "refund", "prompt")}
    return Store(
        sales=tuple(map(_sale, decoded(SALE, bodies["sale"]))),
        refunds=tuple(
            StoredRefund(id=row.id, sale_id=row.sale_id, state=row.state) for row in decoded(REFUND, bodies["refund"])
        ),
        prompts=tuple(
            StoredPrompt(id=row.id, sale_id=row.sale_id, state=row.state, key=row.key)
            for row in decoded(PROMPT, bodies["prompt"])
        ),
        documents=rows["document"][0][0],
        work=tuple(name for (name,) in rows["work"]),
    )


def _sale(sale: Sale) -> StoredSale:
    return StoredSale(
        id=sale.id,
        state=sale.state,
        delivered_order=sale.delivered_order,
        alerts=tuple(map(str, sale.alerts)),
        releases=tuple(StoredRelease(generation=row.generation, state=row.state) for row in sale.releases),
    )
