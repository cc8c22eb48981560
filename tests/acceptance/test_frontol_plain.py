"""A till without the Priority licence: the same service in lines of text, with its key in a header."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from shop import ACCESS_KEY, Shop, eventually

ANSWER_FIRST, ANSWER_LAST = "pos-gateway 1", "end"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with Shop(tmp_path) as running:
        yield running


def sale(action: str, **members: str) -> bytes:
    """One line of goods for Anna's card, in the members of the protocol; `__` stands for a point."""
    told = {
        "action": action,
        "workPlace": "KASSA-2",
        "uid": "PG-1",
        "number": "7",
        "shift": "3",
        "client__card": "2900000123",
        "positions__0__index": "1",
        "positions__0__id": "5002",
        "positions__0__price": "400.00",
        "positions__0__quantity": "1",
        "positions__0__totalAmount": "400.00",
        **members,
    }
    rows = [f"{name.replace('__', '.')}\t{value}" for name, value in told.items()]
    return "\n".join(["pos-gateway 1", *rows, "end", ""]).encode()


async def ask(shop: Shop, resource: str, body: bytes, *, key: str = ACCESS_KEY, status: int = 200) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {key}"}
    async with shop.http.post(f"{shop.url}/frontol/plain/{resource}", data=body, headers=headers) as response:
        assert response.status == status
        first, *rows, last, rest = (await response.text()).split("\n")
    assert (first, last, rest) == (ANSWER_FIRST, ANSWER_LAST, "")
    return dict(row.split("\t", 1) for row in rows)


async def test_a_sale_with_points_goes_through_in_lines(shop: Shop) -> None:
    known = await ask(shop, "client", sale("client"))
    assert "Светлова" in known["cashierInformation.0.text"]
    priced = await ask(shop, "document", sale("calculate"))
    assert priced["client.availableAmount"] == "80.00"
    points = {"payment__mode": "nonFiscal", "payment__type": "bonus", "payment__amount": "80.00"}
    spent = await ask(shop, "document", sale("payByBonus", **points))
    assert (spent["code"], spent["document.positions.0.paidAmount"]) == ("0", "80.00")
    paid = {
        "payments__0__type": "bonus",
        "payments__0__mode": "nonFiscal",
        "payments__0__amount": "80.00",
        "payments__1__type": "cash",
        "payments__1__amount": "320.00",
    }
    for _ in range(2):
        assert (await ask(shop, "document/", sale("confirm", **paid)))["code"] == "0"

    async def delivered() -> list[tuple[float, float]]:
        return [(row["total"], row["spent"]) for row in await shop.inspect("orders") if row["status"] == "Paid"]

    assert await eventually(delivered) == [(320.0, 80.0)]


async def test_a_wrong_key_is_401_and_says_so(shop: Shop) -> None:
    answer = await ask(shop, "client", sale("client"), key="another", status=401)
    assert answer == {"code": "-1", "error": "Неверный ключ доступа, проверьте настройки кассы"}


async def test_a_request_cut_on_its_way_is_refused_and_changes_nothing(shop: Shop) -> None:
    answer = await ask(shop, "document", sale("confirm")[:-6])
    assert answer["code"] == "-1"
    assert answer["error"].startswith("Запрос кассы не разобран")
    assert await shop.inspect("orders") == []


async def test_a_closed_receipt_that_cannot_be_understood_is_kept(shop: Shop) -> None:
    assert (await ask(shop, "document", sale("confirm", positions__0__price="dear")))["code"] == "0"
    assert (await shop.metrics())["pos_gateway_parked_documents"] == 1
