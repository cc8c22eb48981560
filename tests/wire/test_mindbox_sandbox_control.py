"""The sandbox on bad days, under limits, and in the hands of who controls it (Mindbox reference, section 11)."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.request import Request, urlopen
from uuid import uuid4

import aiohttp
import pytest
from mindbox_caller import MARIA, SEED, Caller, goods, order, seeded

from adapters.loyalty.mindbox.sandbox import Sandbox

ONE = {"order": order(lines=[goods("1033", 1, 100)])}


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with Sandbox(seed_path=SEED) as sandbox, aiohttp.ClientSession() as session:
        yield Caller(session, sandbox.url)


def long_order(lines: int = 51) -> dict[str, Any]:
    return {"order": order(lines=[goods("x", 1, 10, number) for number in range(1, lines + 1)])}


async def priced(caller: Caller, body: dict[str, Any]) -> int:
    http, _ = await caller.ask("Offline.AnonymousPreorder", body)
    return http


# -- 11.1: HTTP codes, bodies, slow answers


@pytest.mark.parametrize("http", [400, 401, 403, 404, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("with_body", [True, False])
async def test_11_1_every_http_code_with_and_without_a_body(caller: Caller, http: int, *, with_body: bool) -> None:
    await caller.control("faults", mode="error", http=http, with_body=with_body, times=1)
    got, body = await caller.raw("Offline.GetCustomerInfo", {"customer": MARIA})
    assert got == http
    assert (b"errorId" in body) is with_body
    assert await caller.control("faults", mode="off") == 200
    assert (await caller.look("faults"))["mode"] == "off"


async def test_11_1_a_slow_answer_comes_after_its_time_and_was_carried_out(caller: Caller) -> None:
    await caller.control("faults", mode="slow", seconds=0.2, times=1)
    began = monotonic()
    await caller.done("Offline.CreateAnonymousOrder", ONE)
    assert monotonic() - began >= 0.2
    assert len(await caller.look("orders")) == 1


async def test_11_1_too_many_wrong_addresses_and_the_computer_is_not_served_for_a_minute(caller: Caller) -> None:
    for _ in range(31):
        assert await caller.stray() == 404
    assert await caller.stray() == 429
    assert (await caller.ask("Offline.GetCustomerInfo", {"customer": MARIA}))[0] == 429
    await caller.control("clock", move_seconds=61)
    assert await priced(caller, ONE) == 200


async def test_11_1_a_test_key_is_good_for_so_many_calls_an_hour(tmp_path: Path) -> None:
    endpoint = '[[mindbox.endpoints]]\nid = "T.Offline"\nprefix = "Offline"\nsecret_keys = []\ntest_keys = ["try"]\n'
    seed = seeded(tmp_path, ("per_hour = 100", "per_hour = 2"), ("[points]", f"{endpoint}\n[points]"))
    async with Sandbox(seed_path=seed) as sandbox, aiohttp.ClientSession() as session:
        caller = Caller(session, sandbox.url)
        codes = [
            (await caller.ask("Offline.AnonymousPreorder", ONE, authorization="SecretKey try", endpoint="T.Offline"))[
                0
            ]
            for _ in range(3)
        ]
    assert codes == [200, 200, 429]


# -- 11.2 and 11.7: limits


async def test_3_2_calls_of_one_operation_are_limited_per_minute_and_endpoint(tmp_path: Path) -> None:
    seed = seeded(tmp_path, ("calls_per_minute = 0", "calls_per_minute = 2"))
    async with Sandbox(seed_path=seed) as sandbox, aiohttp.ClientSession() as session:
        caller = Caller(session, sandbox.url)
        assert [await priced(caller, ONE) for _ in range(3)] == [200, 200, 429]
        assert (await caller.ask("Offline.GetCustomerInfo", {"customer": MARIA}))[0] == 200
        await caller.control("clock", move_seconds=61)
        assert await priced(caller, ONE) == 200


async def test_11_7_of_calculations_above_50_lines_one_is_free_then_a_tenth(caller: Caller) -> None:
    assert [await priced(caller, long_order()) for _ in range(2)] == [200, 429]
    assert await priced(caller, long_order(50)) == 200
    for _ in range(17):
        await priced(caller, ONE)
    assert [await priced(caller, long_order()) for _ in range(2)] == [200, 429]
    await caller.control("clock", move_seconds=121)
    assert await priced(caller, long_order()) == 200


@pytest.mark.parametrize("seconds", [0, 7])
async def test_12_8_a_429_may_say_how_long_to_wait(caller: Caller, seconds: int) -> None:
    await caller.control("variants", retry_after_seconds=seconds)
    await caller.control("faults", mode="error", http=429, times=1)
    headers = await caller.headers("Offline.AnonymousPreorder", ONE)
    assert headers.get("Retry-After") == (str(seconds) if seconds else None)


# -- 11.3: refusals with HTTP 200


async def test_11_3_only_public_discounts(caller: Caller) -> None:
    await caller.control("degraded", discounts="public")
    body = {"customer": MARIA, "order": order(coupons=[{"ids": {"code": "SPRING10"}}])}
    section = (await caller.done("Offline.AuthorizedPreorder", body))["order"]
    assert section["processingStatus"] == "PersonalDiscountsCalculationIsUnavailable"
    assert section["totalPrice"] == 1070.16


async def test_11_3_no_discounts_at_all(caller: Caller) -> None:
    await caller.control("degraded", discounts="none")
    body = {"order": order(lines=[goods("700-A", 3, 500)])}
    section = (await caller.done("Offline.AnonymousPreorder", body))["order"]
    assert (section["processingStatus"], section["totalPrice"]) == ("DiscountsCalculationIsUnavailable", 1500)


async def test_11_3_points_coupons_and_customers_may_be_unavailable(caller: Caller) -> None:
    await caller.control("degraded", points=False, coupons=False)
    body = {"customer": MARIA, "order": order(points=50, coupons=[{"ids": {"code": "SPRING10"}}])}
    section = (await caller.done("Offline.AuthorizedPreorder", body))["order"]
    assert section["bonusPointsInfo"][0]["status"] == "Unavailable"
    assert section["couponsInfo"][0]["coupon"]["status"] == "Unavailable"
    await caller.control("degraded", customers=False)
    answer = await caller.done("Offline.GetCustomerInfo", {"customer": MARIA})
    assert answer["customer"] == {"processingStatus": "Unavailable"}


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("SPRING10", "CanBeUsed"),
        ("NOSUCHCODE", "NotFound"),
        ("OLD10", "AlreadyNotActive"),
        ("EARLY10", "YetNotActive"),
        ("BLOCKED10", "Blocked"),
        ("POOLED10", "NotIssued"),
        ("USED10", "Used"),
    ],
)
async def test_11_3_every_coupon_status(caller: Caller, code: str, status: str) -> None:
    used = {"order": order("earlier", coupons=[{"ids": {"code": "USED10"}}])}
    await caller.done("Offline.CreateAnonymousOrder", used)
    body = {"order": order("now", coupons=[{"ids": {"code": code}}])}
    section = (await caller.done("Offline.AnonymousPreorder", body))["order"]
    assert section["couponsInfo"][0]["coupon"]["status"] == status
    others = {"order": order("now", lines=[goods("9", 1, 5)], coupons=[{"ids": {"code": "SPRING10"}}])}
    section = (await caller.done("Offline.AnonymousPreorder", others))["order"]
    assert section["couponsInfo"][0]["coupon"]["status"] == "CanNotBeUsedForCurrentOrder"


# -- 11.8: clothes


async def test_11_8_unknown_fields_shuffled_balances_and_missing_blocks(caller: Caller) -> None:
    await caller.control("variants", extra_fields=True, more_balances=True, half_documented=False)
    answer = await caller.done("Offline.GetCustomerInfo", {"customer": MARIA})
    assert "unheardOf" in answer
    assert [one["systemName"] for one in answer["balances"]] == ["Stickers", "Main"]
    preorder = await caller.done("Offline.AuthorizedPreorder", {"customer": MARIA, "order": order()})
    assert "totalBonusPointsInfo" not in preorder["order"]


@pytest.mark.parametrize(("shape", "status", "http"), [("string", "Paid", 200), ("object", "Paid", 400)])
async def test_12_6_a_status_of_one_form_only(caller: Caller, shape: str, status: str, http: int) -> None:
    await caller.done("Offline.CreateAnonymousOrder", ONE)
    await caller.control("variants", status_shape=shape)
    body = {"order": {"ids": {"offlineTransactionId": "sale-1"}}, "orderLinesStatus": status}
    assert (await caller.ask("Offline.ChangeStatus", body))[0] == http
    as_object = {**body, "orderLinesStatus": {"ids": {"externalId": status}}}
    assert (await caller.ask("Offline.ChangeStatus", as_object))[0] == 600 - http


@pytest.mark.parametrize(("taken", "http"), [(True, 200), (False, 400)])
async def test_12_10_transaction_ids_without_hyphens(caller: Caller, *, taken: bool, http: int) -> None:
    await caller.control("variants", bare_guids=taken)
    assert (await caller.ask("Offline.CreateAnonymousOrder", ONE, key=uuid4().hex))[0] == http


# -- the control API


async def test_the_state_on_one_page_and_a_reset(caller: Caller) -> None:
    await caller.done("Offline.CreateAnonymousOrder", ONE)
    body = {"order": {"ids": {"offlineTransactionId": "sale-1"}}, "orderLinesStatus": "Paid"}
    await caller.done("Offline.ChangeStatus", body, mode="async")
    state = await caller.look("state")
    assert (state["orders"], state["queued"]) == ({"CheckedOut": 1}, 1)
    assert state["calls"] == {"Offline.CreateAnonymousOrder": 1, "Offline.ChangeStatus": 1}
    assert await caller.control("reset") == 200
    assert (await caller.look("orders"), await caller.look("calls")) == ([], [])
    assert (await caller.look("state"))["queued"] == 0


async def test_moving_the_clock_carries_out_what_is_queued(caller: Caller) -> None:
    await caller.done("Offline.CreateAnonymousOrder", ONE)
    await caller.control("variants", queue_extra_seconds=3600)
    body = {"order": {"ids": {"offlineTransactionId": "sale-1"}}, "orderLinesStatus": "Paid"}
    await caller.done("Offline.ChangeStatus", body, mode="async")
    before = (await caller.look("clock"))["now"]
    assert (await caller.look("orders"))[0]["status"] == "CheckedOut"
    await caller.control("clock", move_seconds=3601)
    assert (await caller.look("orders"))[0]["status"] == "Paid"
    assert (await caller.look("clock"))["now"] > before
    assert await caller.control("clock", move_seconds=1e12) == 400


async def test_an_operation_that_only_reads_is_not_taken_async(caller: Caller) -> None:
    assert (await caller.ask("Offline.GetCustomerInfo", {"customer": MARIA}, mode="async"))[0] == 400


async def test_calls_and_customers_may_be_looked_at_and_calls_forgotten(caller: Caller) -> None:
    await caller.done("Offline.GetCustomerInfo", {"customer": MARIA})
    await caller.forget_calls()
    assert await caller.look("calls") == []
    assert [one["mindboxId"] for one in await caller.look("customers")] == ["80014", "80015", "80016"]


async def test_2_4_a_client_of_others_habits_is_understood(caller: Caller) -> None:
    """The standard library, the older header, an MD5 for a GUID, a device, numbers in quotes, unknown fields."""
    query = "operation=Offline.CreateAnonymousOrder&deviceUUID=3ce90ef0&endpointId=Demo.Offline&transactionId="
    url = f"{caller.url}/v3/operations/sync?{query}{uuid4().hex}"
    line = {"lineNumber": "1", "quantity": "2", "basePricePerItem": "10.50", "product": {"ids": {"anything": 7}}}
    body = {"order": {"ids": {"shopId": 5}, "lines": [line], "deliveryCost": None}, "unheardOf": [1]}
    headers = {
        "Authorization": 'Mindbox secretKey="demo-secret-key"',
        "Accept": "application/json; charset=utf-8",
        "X-Customer-IP": "192.0.2.7",
        "Mindbox-Integration": "PhpSDK",
    }
    request = Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - our own sandbox
    answer = json.loads(await asyncio.to_thread(lambda: urlopen(request).read()))  # noqa: S310 - the same
    assert answer["order"]["processingStatus"] == "Processed"
    (seen,) = await caller.look("orders")
    assert (seen["orderId"], seen["total"]) == ("5", 21)


async def test_2_4_what_is_null_is_as_good_as_absent(caller: Caller) -> None:
    """Typed clients of other languages write every member they know."""
    line = goods("5002", 1, 200) | {"requestedPromotions": None, "minPricePerItem": None, "giftCard": None}
    order_ = {
        "ids": None,
        "bonusPoints": None,
        "coupons": [None],
        "payments": None,
        "totalPrice": None,
        "lines": [line],
    }
    body = {"customer": None, "order": order_, "executionDateTimeUtc": None, "page": None, "segmentations": None}
    section = (await caller.done("Offline.AnonymousPreorder", body))["order"]
    assert (section["totalPrice"], section["couponsInfo"]) == (200, [])


async def test_2_4_sums_beside_a_null_keep_their_kopecks(caller: Caller) -> None:
    body = {"customer": None, "order": {"lines": [goods("5002", 3, 0.10)]}}
    assert (await caller.done("Offline.AnonymousPreorder", body))["order"]["totalPrice"] == 0.30


@pytest.mark.parametrize(("gives_back", "left"), [(True, 215), (False, 165)])
async def test_12_6_a_cancellation_may_keep_the_points(caller: Caller, *, gives_back: bool, left: int) -> None:
    await caller.control("variants", cancel_gives_back=gives_back)
    await caller.done("Offline.CreateAuthorizedOrder", {"customer": MARIA, "order": order(points=50)})
    body = {"order": {"ids": {"offlineTransactionId": "sale-1"}}, "orderLinesStatus": "Cancelled"}
    for _ in range(2):
        await caller.done("Offline.ChangeStatus", body)
        assert await caller.available() == left


async def test_12_9_shop_and_register_of_a_call_are_shown(caller: Caller) -> None:
    body = {"pointOfContact": "store-014", "order": order() | {"cashdesk": {"ids": {"externalId": "014-02"}}}}
    await caller.done("Offline.AnonymousPreorder", body)
    (call,) = await caller.look("calls")
    assert (call["pointOfContact"], call["cashdesk"], call["orderId"]) == ("store-014", "014-02", "sale-1")


@pytest.mark.parametrize(("limit", "http"), [("most_lines = 1", 400), ("largest_body_bytes = 300", 400), ("", 200)])
async def test_12_13_a_request_may_be_too_large(tmp_path: Path, limit: str, http: int) -> None:
    name = limit.partition(" ")[0]
    seed = seeded(tmp_path, (f"{name} = 0", limit)) if limit else SEED
    async with Sandbox(seed_path=seed) as sandbox, aiohttp.ClientSession() as session:
        assert await priced(Caller(session, sandbox.url), {"order": order()}) == http
