"""The quick reader and the lenient one: whatever the first takes, the second reads the same."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from till import cash, document, line

from adapters.registers.frontol import mapping, typed, wire
from adapters.registers.frontol.lines import lines
from gateway.domain.receipt import RegisterRef
from gateway.errors import MalformedRequest


def request(**members: Any) -> dict[str, Any]:
    return {**document("calculate", line(1, "1", "1.00"), line(2, "2", "2.50")), **members}


REGISTER = RegisterRef(outlet="MAG-1", register="KASSA-1")


def leniently(body: bytes) -> wire.Request | None:
    try:
        return wire.read(wire.decode(body))
    except MalformedRequest:
        return None


@pytest.mark.parametrize(
    "body",
    [
        document("calculate", line(1, "1", "1.00")),
        document("confirm", line(1, "1", "1.00"), payments=cash("1.00")),
        request(number="7", shift="x", coupons=["A", ""], client={"card": " 200 "}),
        request(payment={"mode": "nonFiscal", "amount": "10.5"}),
        request(type=" receipt ", client=None, dateTime="yesterday"),
    ],
)
def test_what_tills_usually_send_is_read_in_one_pass(body: dict[str, Any]) -> None:
    spelt = json.dumps(body, ensure_ascii=False).encode()
    assert typed.read(spelt) is not None
    assert meant(typed.read(spelt)) == meant(leniently(spelt)) != "refused"
    assert typed.read(b"\xef\xbb\xbf" + spelt) == typed.read(spelt)


@pytest.mark.parametrize(
    "row",
    [
        {"index": None},
        {"index": 2},
        {"index": "1"},
        {"price": None},
        {"price": 1.5},
        {"price": 1},
        {"minimumPrice": True},
        {"discardedAmount": 10**12 + 1},
        {"id": 4711},
    ],
)
def test_a_line_out_of_the_ordinary_is_left_to_the_lenient_reader(row: dict[str, Any]) -> None:
    lines = [{**line(1, "1", "1.00"), **row}, line(2, "2", "2.50")]
    assert typed.read(json.dumps(request(positions=lines)).encode()) is None


amounts = st.one_of(
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
    st.decimals(-(10**13), 10**13, places=3).map(str),
    st.integers(-(10**13), 10**13),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "1,5", " 7 ", "1 000", "1_0", "0.00", "-0", None, True, "много", [], {}]),
)
words = st.one_of(st.text(max_size=8), st.integers(-9, 9), st.none(), st.booleans(), st.floats(allow_nan=False))
names = {"id": words, "text": words, "coupons": st.one_of(st.lists(words, max_size=2), words)}
sums = dict.fromkeys(("price", "quantity", "totalAmount", "minimumPrice", "discardedAmount"), amounts)
places = st.one_of(st.integers(-3, 3), amounts)
rows = st.fixed_dictionaries({}, optional={**names, **sums, "index": places, "referenceIndex": places})
payments = st.fixed_dictionaries({}, optional={"type": words, "mode": words, "amount": amounts})
clients = st.fixed_dictionaries({}, optional=dict.fromkeys(("mobilePhone", "card", "validationCode"), words))
some = st.one_of(st.none(), st.just([]), st.just({}), words)
heads = dict.fromkeys(("action", "type", "businessUnit", "workPlace", "dateTime", "uid", "number", "shift"), words)


def usual(row: dict[str, Any], place: int) -> dict[str, Any]:
    return {**line(place, "1", "1.00"), **row}


@given(
    head=st.fixed_dictionaries({}, optional={**heads, "coupons": st.lists(words, max_size=2)}),
    positions=st.one_of(st.lists(st.one_of(rows, st.fixed_dictionaries({})), max_size=3), some),
    whole=st.booleans(),
    paid=st.one_of(st.lists(payments, max_size=2), some),
    payment=st.one_of(payments, some),
    client=st.one_of(clients, some),
)
def test_both_readers_come_to_the_same_receipt(
    head: dict[str, Any], positions: Any, *, whole: bool, paid: Any, payment: Any, client: Any
) -> None:
    if whole and isinstance(positions, list):
        positions = [usual(row, place) for place, row in enumerate(positions, 1)]
    body = {**head, "positions": positions, "payments": paid, "payment": payment, "client": client}
    spelt = json.dumps(body).encode()
    found = typed.read(spelt)
    if found is not None:
        assert meant(found) == meant(leniently(spelt))


def meant(request: wire.Request | None) -> tuple[Any, ...] | str:
    """The receipt, with places after the point: 1.0 and 1.00 are equal, and are not the same on a slip."""
    if request is None:
        return "refused"
    try:
        receipt = mapping.receipt(msgspec.structs.replace(request, number="1"), REGISTER)
    except MalformedRequest:
        return "refused"
    sums = [(row.unit_price, row.quantity, row.total, row.discarded) for row in receipt.lines]
    return receipt, [str(one) for row in sums for one in row], request.payment


@given(st.binary(max_size=200))
def test_bytes_that_are_no_request_are_left_to_the_lenient_reader(body: bytes) -> None:
    found = typed.read(body)
    assert found is None or found == leniently(body)


def test_amounts_that_are_numbers_never_pass_through_binary_floating_point() -> None:
    spelt = json.dumps(request()).replace('"1.00"', "0.10").encode()
    assert typed.read(spelt) is None
    found = leniently(spelt)
    assert found is not None
    assert str(lines(found.positions)[0].total) == "0.10"


@pytest.mark.parametrize("spelt", ["NaN", "sNaN", "-Infinity", "1" * 14, "0." + "0" * 60, "много", "--1"])
def test_what_is_no_number_is_refused_by_name_each_time(spelt: str) -> None:
    for _ in range(2):
        found = typed.read(json.dumps(request(positions=[{**line(7, "1", "1.00"), "price": spelt}])).encode())
        with pytest.raises(MalformedRequest, match=r"positions\[1\].price: не число"):
            lines(found.positions if found else ())


@pytest.mark.parametrize(("spelt", "read"), [("1,50", "1.50"), ("1 000,00", "1000.00"), (" 7 ", "7"), ("", "0")])
def test_an_amount_is_read_in_every_spelling(spelt: str, read: str) -> None:
    found = typed.read(json.dumps(request(positions=[{**line(7, "1", "1.00"), "price": spelt}])).encode())
    assert found is not None
    assert str(lines(found.positions)[0].unit_price) == read


@pytest.mark.parametrize("member", ["index", "referenceIndex"])
def test_an_index_no_till_means_is_refused(member: str) -> None:
    body = json.dumps(request(positions=[{**line(7, "1", "1.00"), member: -(10**13)}])).encode()
    assert typed.read(body) is None
    with pytest.raises(MalformedRequest, match=rf"positions\[1\].{member}: не число"):
        wire.read(wire.decode(body))


def test_a_line_of_nothing_is_left_out_and_one_of_less_is_refused() -> None:
    rows = [wire.Position(index=index, quantity=quantity) for index, quantity in ((1, "0.000"), (2, "2"))]
    assert [row.index for row in lines(rows)] == [2]
    with pytest.raises(MalformedRequest, match=r"positions\[2\].quantity: меньше нуля"):
        lines([*rows[:1], wire.Position(index=3, quantity="-1")])
