"""What a till may send wrong: a clear answer, nothing stored, nothing half done; a closed receipt is kept."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shop import Shop, eventually, signed
from till import cash, document, line

from adapters.registers.frontol import wire
from gateway.errors import MalformedRequest


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with Shop(tmp_path) as running:
        yield running


@pytest.mark.parametrize("header", ["", "FrontolAuth 0123", "Basic abc", "FrontolAuth"])
async def test_a_wrong_hash_is_401_with_a_body(shop: Shop, header: str) -> None:
    body = json.dumps(document("calculate", line(1, "1", "1.00"))).encode()
    async with shop.http.post(f"{shop.url}/document/", data=body, headers={"Authorization": header}) as response:
        assert response.status == 401
        assert await response.json() == {"code": -1, "error": "Неверный ключ доступа, проверьте настройки кассы"}


@pytest.mark.parametrize(
    "path", ["document", "document/", "//document//", "a/b/document/", "frontol//document", "api/v1/document"]
)
async def test_any_prefix_and_any_slashes_are_served(shop: Shop, path: str) -> None:
    body = json.dumps(document("calculate", line(1, "1", "1.00"))).encode()
    async with shop.http.post(f"{shop.url}/{path}", data=body, headers=signed(body)) as response:
        assert (response.status, (await response.json())["code"]) == (200, 0)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a":' + b"[" * 5000])
async def test_broken_json_is_refused_in_russian(shop: Shop, body: bytes) -> None:
    answer = await shop.ask("document/", body)
    assert answer["code"] == -1
    assert answer["error"].startswith("Запрос кассы не разобран")


async def test_an_oversized_body_is_refused(shop: Shop) -> None:
    answer = await shop.ask("document/", b'{"a":"' + b"x" * 1_030_000 + b'"}')
    assert answer == {"code": -1, "error": "Запрос кассы слишком велик"}


async def test_an_unknown_action_is_refused(shop: Shop) -> None:
    answer = await shop.ask("document/", document("dance"))
    assert answer == {"code": -1, "error": "Касса прислала неизвестное действие"}


@pytest.mark.parametrize(
    "broken",
    [
        {"positions": "none"},
        {"positions": [{"index": 1, "price": "много"}]},
        {"uid": "", "number": None},
        {"type": "dance"},
        {"type": "refundReceipt"},
        {"payments": [{"type": "cash"}]},
        {"positions": [{"index": 1, "price": "1.00", "quantity": "-1"}]},
        {"type": "refundReceipt", "referenceUid": "1", "positions": []},
    ],
)
async def test_a_confirm_that_cannot_be_understood_is_kept_and_the_till_goes_on(
    shop: Shop, broken: dict[str, Any]
) -> None:
    request = {**document("confirm", line(1, "1", "1.00"), payments=cash("1.00")), **broken}
    assert await shop.ask("document/", request) == {"code": 0}
    assert (await shop.metrics())["pos_gateway_parked_documents"] == 1
    assert await shop.ask("document/", request) == {"code": 0}
    assert (await shop.metrics())["pos_gateway_parked_documents"] == 1, "a repeat is the same document"


async def test_another_content_under_a_known_id_is_kept_beside_the_first(shop: Shop) -> None:
    first = document("confirm", line(1, "5002", "100.00"), payments=cash("100.00"))
    second = {**first, "positions": [line(1, "5002", "900.00")], "payments": cash("900.00")}
    assert (await shop.ask("document/", first))["code"] == 0
    assert (await shop.ask("document/", second))["code"] == 0

    async def kept() -> bool:
        return (await shop.metrics())["pos_gateway_parked_documents"] == 1

    assert await eventually(kept)
    orders = await shop.inspect("orders")
    assert [order["total"] for order in orders] == [100.0]


@pytest.mark.parametrize(
    "client", [None, {}, [], "", {"mobilePhone": ""}, {"card": None}, {"mobilePhone": None, "card": ""}, 5]
)
async def test_every_form_of_nobody_is_an_ordinary_receipt(shop: Shop, client: object) -> None:
    request = {**document("calculate", line(1, "5002", "100.00")), "client": client}
    answer = await shop.ask("document/", request)
    assert answer["code"] == 0
    assert "client" not in answer


@pytest.mark.parametrize(
    "phone", ["+79115550123", "89115550123", "79115550123", "8 (911) 555-01-23", 79115550123, "9115550123"]
)
async def test_a_phone_is_the_same_in_every_spelling(shop: Shop, phone: object) -> None:
    answer = await shop.ask("client/", {"client": {"mobilePhone": phone}})
    assert any("Баланс" in row["text"] for row in answer["cashierInformation"])


async def test_missing_shop_and_register_fall_back_to_the_keys_register(shop: Shop) -> None:
    request = document("confirm", line(1, "5002", "100.00"), payments=cash("100.00"))
    for member in ("businessUnit", "workPlace", "cashier", "shift", "organization", "dateTime", "type"):
        del request[member]
    assert (await shop.ask("document", request))["code"] == 0


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = ("action", "type", "uid", "number", "client", "positions", "payments", "payment", "coupons", "dateTime")


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(MEMBERS), json_values))
def test_whatever_stands_in_a_member_is_read_or_refused(fields: dict[str, Any]) -> None:
    """Nothing but `MalformedRequest` may come out of reading a request."""
    try:
        wire.read(wire.decode(json.dumps(fields).encode()))
    except MalformedRequest:
        return


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200))
def test_whatever_bytes_come_they_are_read_or_refused(body: bytes) -> None:
    try:
        wire.read(wire.decode(body))
    except MalformedRequest:
        return


@pytest.mark.parametrize("clock", ["0001-01-01T00:00:00", "1899-12-30T00:00:00+0300", "9999-12-31T23:59:59", "вчера"])
async def test_an_impossible_time_is_ours(shop: Shop, clock: str) -> None:
    request = document("confirm", line(1, "5002", "100.00"), payments=cash("100.00"), dateTime=clock)
    assert (await shop.ask("document/", request))["code"] == 0

    async def delivered() -> Any:
        return await shop.inspect("orders")

    [order] = await eventually(delivered)
    assert order["at"].startswith("20")


@pytest.mark.parametrize("name", ['"\\udc00 товар"', '"товар"'])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
async def test_a_goods_name_in_any_spelling_does_not_lose_the_sale(shop: Shop, name: str, encoding: str) -> None:
    request = document("confirm", line(1, "5002", "100.00"), payments=cash("100.00"))
    body = json.dumps(request, ensure_ascii=False).replace('"Товар 5002"', name).encode(encoding)
    assert (await shop.ask("document/", body))["code"] == 0
    assert (await shop.metrics())["pos_gateway_parked_documents"] == 0


def test_lines_counted_from_nought_keep_their_numbers() -> None:
    rows = [{"index": 0, "price": "1"}, {"index": 1, "price": "2"}]
    assert [row.index for row in wire.read({"positions": rows}).positions] == [0, 1]


def test_lines_whose_numbers_repeat_are_counted_anew() -> None:
    rows = [{"index": 1, "price": "1"}, {"index": "1.0", "price": "2"}]
    assert [row.index for row in wire.read({"positions": rows}).positions] == [1, 2]


@pytest.mark.parametrize("amount", ["0", "-50.00"])
async def test_no_points_and_less_are_not_asked_for(shop: Shop, amount: str) -> None:
    payment = {"mode": "nonFiscal", "amount": amount}
    answer = await shop.ask("document/", document("payByBonus", line(1, "5002", "100.00"), payment=payment))
    assert answer["code"] == -1
    assert not [call for call in await shop.inspect("calls") if "Create" in call["operation"]]
