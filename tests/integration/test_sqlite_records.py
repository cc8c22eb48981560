"""Every record comes back from SQLite exactly as it went in, whatever its fields hold."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import EnumType
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin

import msgspec
import pytest
from builders import make_full_sale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import fields, replace

from adapters.stores.records import (
    DOCUMENT,
    PROMPT,
    REFUND,
    SALE,
    body,
    document_row,
    leased_row,
    read_work,
    work_row,
)
from adapters.stores.sqlite.sales import close_row, read_sales, sale_row
from gateway.domain.change import ParkedDocument
from gateway.domain.prompt import Prompt
from gateway.domain.refund import RefundRecord
from gateway.domain.sale_record import Sale
from gateway.domain.work import Work

# A deep record takes milliseconds to make up, more on a busy machine: that says nothing about the store
UNHURRIED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ZONES = st.just(UTC) | st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
LEAVES: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(),
    int: st.integers(-(2**63), 2**63 - 1),
    bool: st.booleans(),
    bytes: st.binary(),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False)
    | st.sampled_from([Decimal("1.10"), Decimal("1E+3"), Decimal("-0.00"), Decimal("0." + "3" * 40)]),
    datetime: st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=ZONES),  # noqa: DTZ001 - takes naive bounds
    date: st.dates(),
    timedelta: st.timedeltas(timedelta(0), timedelta(days=400)),
    type(None): st.none(),
}


@cache
def anything(kind: Any) -> st.SearchStrategy[Any]:
    """Values of an annotation of the domain: structs of structs, down to the leaves above."""
    if kind in LEAVES:
        return LEAVES[kind]
    if isinstance(kind, EnumType):
        return st.sampled_from(list(kind))
    if isinstance(kind, UnionType):
        return st.one_of(*map(anything, get_args(kind)))
    if get_origin(kind) is tuple:
        return st.lists(anything(get_args(kind)[0]), max_size=2).map(tuple)
    if get_origin(kind) is dict:
        return st.dictionaries(*map(anything, get_args(kind)), max_size=2)
    return st.builds(kind, **{field.name: anything(field.type) for field in fields(kind)})


def spelt(value: object) -> bytes:
    """Decimals that are equal may still differ in their digits; their spelling may not."""
    return msgspec.json.encode(value)


@pytest.mark.parametrize(("kind", "decoder"), [(Sale, SALE), (RefundRecord, REFUND), (Prompt, PROMPT)])
def test_a_record_comes_back_exactly_one_version_later(kind: Any, decoder: msgspec.json.Decoder[Any]) -> None:
    @UNHURRIED
    @given(anything(kind).map(lambda record: replace(record, version=abs(record.version) // 2)))
    def comes_back(record: Any) -> None:
        read = decoder.decode(body(record))
        assert read == replace(record, version=record.version + 1)
        assert spelt(read) == spelt(replace(record, version=record.version + 1))

    comes_back()


@UNHURRIED
@given(anything(Sale).map(lambda sale: replace(sale, version=abs(sale.version) // 2)))
def test_a_sale_comes_back_exactly_from_its_two_rows(sale: Sale) -> None:
    *_, moving = sale_row(sale)
    closed, raw, sent = close_row(sale) if sale.close else (None, b"", b"")
    (read,) = read_sales([(moving, closed, raw, sent)])
    assert read == replace(sale, version=sale.version + 1)
    assert spelt(read) == spelt(replace(sale, version=sale.version + 1))


@UNHURRIED
@given(anything(ParkedDocument))
def test_a_document_comes_back_byte_for_byte(document: ParkedDocument) -> None:
    *_, body = document_row(document)
    assert DOCUMENT.decode(body) == document


@UNHURRIED
@given(anything(Work))
def test_work_comes_back_to_the_microsecond(work: Work) -> None:
    _, _, kind, subject, due, tries = work_row(work)
    _, lease, _ = leased_row(work)
    assert read_work(kind, subject, due, tries, lease) == work


def test_the_full_sale_of_the_builders_leaves_no_field_at_its_default() -> None:
    sale, empty = make_full_sale(), Sale(id="x", register=make_full_sale().register)
    same = {field.name for field in fields(Sale) if getattr(sale, field.name) == getattr(empty, field.name)}
    assert same == {"register", "version"}
