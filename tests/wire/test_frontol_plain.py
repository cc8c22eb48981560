"""Frontol's requests and answers as lines: bytes as a scenario sends and reads them."""

from decimal import Decimal

import pytest

from adapters.registers.frontol import wire as priority
from adapters.registers.frontol.plain import wire
from gateway.errors import MalformedRequest

CALCULATE = (
    b"pos-gateway 1\n"
    b"action\tcalculate\n"
    b"businessUnit\tMAG-3\n"
    b"workPlace\tKASSA-2\n"
    b"dateTime\t2026-03-08T12:00:00+0300\n"
    b"uid\tF-1\n"
    b"number\t22\n"
    b"shift\t2\n"
    b"client.card\t2000000000017\n"
    b"coupons.0\tSPRING\n"
    b"positions.0.index\t1\n"
    b"positions.0.id\t4711\n"
    b"positions.0.text\t\xd0\xa7\xd0\xb0\xd0\xb9 \\\\ 100\\t\xd0\xb3\\n\n"
    b"positions.0.price\t120.00\n"
    b"positions.0.quantity\t2\n"
    b"positions.0.totalAmount\t240\n"
    b"payments.0.type\tcash\n"
    b"payments.0.amount\t240.00\n"
    b"end\n"
)


def lines(*rows: bytes) -> bytes:
    return b"\n".join((b"pos-gateway 1", *rows, b"end", b""))


def test_a_request_in_lines_is_the_request_in_json() -> None:
    request = priority.read(wire.decode(CALCULATE))
    assert (request.action, request.type, request.uid, request.number) == ("calculate", "receipt", "F-1", "22")
    assert request.client.card == "2000000000017"
    assert request.coupons == ("SPRING",)
    [line] = request.positions
    assert (line.id, line.text, line.total_amount) == ("4711", "Чай \\ 100\tг\n", "240")
    assert request.payments[0].amount == Decimal(240)
    assert request.date_time is not None


@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_line_ends_of_windows_and_a_mark_at_the_beginning_are_no_difference(ends: bytes) -> None:
    body = b"\xef\xbb\xbf" + CALCULATE.replace(b"\n", ends)
    assert wire.decode(body) == wire.decode(CALCULATE)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>502 Bad Gateway</html>",
        CALCULATE[:-5],
        CALCULATE.replace(b"pos-gateway 1", b"pos-gateway 9"),
        lines(b"action"),
        lines(b"\tcalculate"),
        lines(b"a..b\t1"),
        lines(b"uid\t1", b"uid\t2"),
        lines(b"client\tnobody", b"client.card\t1"),
        lines(b"client.card\t1", b"client\tnobody"),
        lines(b"a.b.c.d.e.f.g\t1"),
        lines(b"text\t\xff\xfe"),
    ],
)
def test_what_is_cut_or_somebody_elses_is_not_read(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        wire.decode(body)


def test_a_list_with_a_gap_is_refused_and_never_filled_up() -> None:
    with pytest.raises(MalformedRequest, match="positions"):
        priority.read(wire.decode(lines(b"uid\t1", b"positions.999999999.id\t4711")))


def test_an_answer_is_one_line_a_value() -> None:
    answer = {
        "code": 0,
        "client": {"mobilePhone": "+79115550123", "availableAmount": Decimal("72.00")},
        "document": {"positions": [{"index": 1, "discountAmount": Decimal("1E+1")}]},
        "cashierInformation": [{"text": "Золото\tи\\n\nдва"}],
        "nothing": None,
        "none": [],
    }
    assert wire.encode(answer).decode() == (
        "pos-gateway 1\n"
        "code\t0\n"
        "client.mobilePhone\t+79115550123\n"
        "client.availableAmount\t72.00\n"
        "document.positions.0.index\t1\n"
        "document.positions.0.discountAmount\t10\n"
        "cashierInformation.0.text\tЗолото\\tи\\\\n\\nдва\n"
        "end\n"
    )


def test_the_access_key_is_found_whole_and_only_in_its_scheme() -> None:
    keys = (b"first", b"second")
    assert wire.key_of("Bearer second", b"", keys) == b"second"
    assert wire.key_of("bearer  first ", b"", keys) == b"first"
    for header in ("", "Bearer", "Bearer secon", "FrontolAuth second", "Bearer second2"):
        assert wire.key_of(header, b"", keys) is None
