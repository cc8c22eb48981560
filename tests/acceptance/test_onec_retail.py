"""1C's cashier screen against the real gateway: what its platform sends, quirks and all, from customer to refund."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from onec_shop import PEOPLE, REGISTER, TOKEN
from shop import Shop, eventually

ROW = {"key": "1", "code": "20417", "name": "Кофе", "quantity": "2", "price": "389,90", "sum": "779,80"}
OLGA = {"phone": "89603334455"}  # 1500 points


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    (tmp_path / "onec-token").write_text(TOKEN + "\n")
    async with Shop(tmp_path, register=REGISTER) as running:
        yield running


async def ask(
    shop: Shop, operation: str, body: dict[str, Any] | bytes, *, status: int = 200, token: str = TOKEN
) -> dict[str, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    headers = {"Authorization": f"Bearer {token}"}
    async with shop.http.post(f"{shop.url}/onec/v1/{operation}", data=raw, headers=headers) as response:
        text = await response.text()
        assert response.status == status, text
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"
        answer: dict[str, Any] = json.loads(text)
        assert list(answer)[-1] == "ok"
        return answer


async def raw_request(shop: Shop, head: str, *parts: bytes) -> bytes:
    """Bytes on a connection of their own; everything that comes back until it ends, or a second of silence."""
    host, port = shop.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(head.replace("\n", "\r\n").encode())
    for part in parts:
        await asyncio.sleep(0.05)
        writer.write(part)
    try:
        return await asyncio.wait_for(reader.read(), 8)
    finally:
        writer.close()


def document(uid: str, **members: Any) -> dict[str, Any]:
    return {"document": uid, "number": "ЧК-0001", "shift": 3, "client": OLGA, "lines": [ROW], **members}


async def test_a_receipt_of_two_thousand_lines_is_taken(shop: Shop) -> None:
    """Refused, it would come again and again before all that the till has sold since."""
    rows = [{**ROW, "key": str(key), "name": "Крем для лица увлажняющий, 50 мл " * 4} for key in range(2000)]
    answer = await ask(shop, "complete", document(str(uuid4()), lines=rows, payments=[{"kind": "cash", "sum": 1}]))
    assert answer["ok"]


async def test_a_sale_with_points_is_sold_once_and_given_back(shop: Shop) -> None:
    uid = str(uuid4())
    found = await ask(shop, "identify", {"client": OLGA})
    assert (found["customer"]["name"], found["customer"]["points"]) == ("Белова Ольга", 1500)
    quoted = await ask(shop, "quote", document(uid, coupons=["SPRING10"]))
    assert quoted["lines"] == [{"key": "1", "discount": 77.98}]
    row = {**ROW, "sum": "701,82"}
    held = await ask(shop, "redeem", document(uid, lines=[row], points=50))
    assert (held["ok"], held["points"]) == (True, 50)
    closed = document(uid, lines=[row], payments=[{"kind": "points", "sum": 50}, {"kind": "cash", "sum": "651,82"}])
    for _ in range(3):  # a posting repeats
        answer = await ask(shop, "complete", closed)
        assert (answer["ok"], any("text" in line for line in answer["print"])) == (True, True)

    async def sold() -> list[dict[str, Any]]:
        return [order for order in await shop.inspect("orders") if order["orderId"] == uid]

    (order,) = await eventually(sold)
    assert order["createdTimes"] == 1
    back = document(str(uuid4()), sale=uid, lines=[{**row, "quantity": 1, "sale_key": "1", "sum": "350,91"}])
    assert (await ask(shop, "refund", back))["ok"]


async def test_points_are_given_back_when_the_receipt_is_dropped(shop: Shop) -> None:
    uid = str(uuid4())
    await ask(shop, "quote", document(uid))
    assert (await ask(shop, "redeem", document(uid, points=50)))["ok"]
    assert (await ask(shop, "release", document(uid)))["points"] == 50
    again = await ask(shop, "identify", {"client": OLGA})
    assert again["customer"]["points"] == 1500


async def test_too_many_points_are_refused_in_words(shop: Shop) -> None:
    uid = str(uuid4())
    await ask(shop, "quote", document(uid))
    refused = await ask(shop, "redeem", document(uid, points="5 000"))
    assert (refused["ok"], refused["reason"]) == (False, "too_many_points")
    assert refused["error"].startswith("Нельзя списать больше")


@pytest.mark.parametrize("token", ["", "onec-token-2", "тест"])
async def test_a_wrong_token_is_told_in_json(shop: Shop, token: str) -> None:
    answer = await ask(shop, "identify", {"client": OLGA}, status=401, token=token)
    assert answer["reason"] == "denied"


async def test_an_unknown_operation_and_a_wrong_body_are_told_in_json(shop: Shop) -> None:
    assert (await ask(shop, "fly", {}, status=404))["reason"] == "unknown"
    assert (await ask(shop, "quote", b"{", status=400))["reason"] == "malformed"
    assert (await ask(shop, "quote", {"lines": [ROW]}, status=400))["error"].endswith("document: не указан")


async def test_a_close_nobody_understands_is_kept_and_does_not_stop_the_till(shop: Shop) -> None:
    answer = await ask(shop, "complete", {"document": str(uuid4()), "lines": [{"sum": "сто"}]})
    assert answer["ok"]
    samples = await shop.metrics()
    assert samples["pos_gateway_parked_documents"] == 1


async def test_a_body_with_a_bom_and_no_content_type_is_read(shop: Shop) -> None:
    body = b"\xef\xbb\xbf" + json.dumps({"client": OLGA}).encode()
    head = f"POST /onec/v1/identify HTTP/1.1\nHost: x\nAuthorization: Bearer {TOKEN}\nConnection: close\n"
    answer = await raw_request(shop, f"{head}Content-Length: {len(body)}\n\n", body)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"ok":true}' in answer


async def test_who_expects_a_100_gets_it(shop: Shop) -> None:
    body = json.dumps({"client": OLGA}).encode()
    head = f"POST /onec/v1/identify HTTP/1.1\nHost: x\nAuthorization: Bearer {TOKEN}\nConnection: close\n"
    answer = await raw_request(shop, f"{head}Expect: 100-continue\nContent-Length: {len(body)}\n\n", body)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ")


async def test_a_body_shorter_than_announced_is_refused_and_does_not_hang(shop: Shop) -> None:
    head = f"POST /onec/v1/identify HTTP/1.1\nHost: x\nAuthorization: Bearer {TOKEN}\nContent-Length: 500\n\n"
    answer = await raw_request(shop, head, b"{}")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"reason":"slow"' in answer


async def test_a_server_that_is_away_stops_no_sale(shop: Shop) -> None:
    await shop.faults(mode="error")
    uid = str(uuid4())
    quoted = await ask(shop, "quote", document(uid))
    assert (quoted["ok"], quoted["lines"]) == (True, [])
    assert not (await ask(shop, "redeem", document(uid, points=5)))["ok"]
    assert (await ask(shop, "complete", document(uid, payments=[{"kind": "cash", "sum": 779.8}])))["ok"]


@pytest.fixture
async def asking_shop(tmp_path: Path) -> AsyncIterator[Shop]:
    (tmp_path / "onec-token").write_text(TOKEN + "\n")
    async with Shop(tmp_path, register=REGISTER, more=PEOPLE) as running:
        yield running


async def last_code(shop: Shop) -> str:
    code: str = (await shop.inspect("codes"))[-1]["code"]
    return code


async def test_points_are_spent_with_the_code_from_the_customers_phone(asking_shop: Shop) -> None:
    shop, uid = asking_shop, str(uuid4())
    assert (await ask(shop, "quote", document(uid)))["code_needed"]
    assert (await ask(shop, "redeem", document(uid, points=50)))["reason"] == "code_needed"
    sent = await ask(shop, "send_code", document(uid))
    code = await last_code(shop)
    assert sent["ok"]
    assert code not in json.dumps(sent)
    wrong = await ask(shop, "redeem", document(uid, points=50, code="0000" if code != "0000" else "1111"))
    assert wrong["reason"] == "wrong_code"
    assert (await ask(shop, "redeem", document(uid, points=50, code=code)))["points"] == 50
    assert (await ask(shop, "redeem", document(uid, points=50)))["points"] == 50, "asked again before fiscalisation"


async def test_a_new_participant_joins_with_a_code_once(asking_shop: Shop) -> None:
    shop = asking_shop
    form = await ask(shop, "form", {})
    assert [row["name"] for row in form["elements"]] == ["first_name", "birth_date"]
    told = {"phone": "8 926 111-22-33", "first_name": "Ирина", "birth_date": "1991-04-02T00:00:00", "agrees": "Да"}
    assert (await ask(shop, "enrol", {"application": {**told, "agrees": "Нет"}}))["error"].startswith("Спросите")
    assert (await ask(shop, "enrol", {"application": {**told, "first_name": ""}}))["error"] == "Проверьте поле «Имя»"
    assert (await ask(shop, "enrol", {"application": told}))["code_needed"]
    finish = {"application": told, "code": await last_code(shop)}
    done = await ask(shop, "enrol_finish", finish)
    assert (done["ok"], any("text" in row for row in done["print"])) == (True, True)
    assert (await ask(shop, "enrol_finish", finish))["ok"], "a repeat makes no second participant"
    found = await ask(shop, "identify", {"client": {"phone": "+79261112233"}})
    assert found["customer"]["name"] == "Ирина"


async def test_the_staff_sees_what_a_customer_has(shop: Shop) -> None:
    told = await ask(shop, "about", {"client": OLGA})
    assert told["customer"]["points"] == 1500
    assert [row["kind"] for row in told["movements"]]
    nobody = await ask(shop, "about", {"client": {"phone": "89990000000"}})
    assert (nobody["ok"], nobody["reason"]) == (False, "unknown")
