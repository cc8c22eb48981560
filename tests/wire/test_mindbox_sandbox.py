"""The sandbox of Mindbox over real sockets: every operation, every refusal, keys, the queue, faults."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from mindbox_caller import ANNA, CHEESE, MARIA, SEED, Caller, goods, order, seeded

from adapters.loyalty.mindbox.sandbox import Sandbox


@pytest.fixture
async def caller(tmp_path: Path) -> AsyncIterator[Caller]:
    seed = seeded(tmp_path, ("async_delay_seconds = 0.2", "async_delay_seconds = 0.05"))
    async with Sandbox(seed_path=seed, speed=50) as sandbox, aiohttp.ClientSession() as session:
        yield Caller(session, sandbox.url)


def marias(**more: Any) -> dict[str, Any]:
    return {"customer": MARIA, "order": order(**({"coupons": [{"ids": {"code": "SPRING10"}}]} | more))}


def bought(sku: str, quantity: float, price: float, number: int = 1) -> dict[str, Any]:
    return goods(sku, quantity, price, number, status="Paid")


def placeholder(section: Any, name: str) -> list[str]:
    return [
        content["message"]
        for one in section["placeholders"]
        if one["ids"]["externalId"] == name
        for content in one["content"]
    ]


# -- the door


async def test_2_2_both_forms_of_the_secret_key_open(caller: Caller) -> None:
    for header in ("SecretKey demo-secret-key", 'Mindbox secretKey="demo-secret-key"'):
        await caller.done("Offline.GetCustomerInfo", {"customer": MARIA}, authorization=header)


@pytest.mark.parametrize(
    ("options", "http"),
    [
        ({"authorization": ""}, 401),
        ({"authorization": "Bearer demo-secret-key"}, 401),
        ({"authorization": "SecretKey wrong"}, 403),
        ({"endpoint": "Demo.Nowhere"}, 403),
        ({"endpoint": "Demo.Frontol"}, 400),
        ({"key": "not-a-guid"}, 400),
    ],
)
@pytest.mark.parametrize("mode", ["sync", "async"])
async def test_3_who_may_not_ask_gets_a_protocol_error(
    caller: Caller, options: dict[str, str], http: int, mode: str
) -> None:
    got, answer = await caller.ask("Offline.GetCustomerInfo", {"customer": MARIA}, mode=mode, **options)
    assert got == http
    assert (answer["status"], answer["httpStatusCode"]) == ("ProtocolError", http)
    assert answer["errorMessage"]


async def test_3_an_unknown_operation_and_a_broken_body_are_400(caller: Caller) -> None:
    http, answer = await caller.ask("Offline.NeverHeardOf", {})
    assert (http, answer["errorMessage"]) == (400, "operation unknown")
    for body in (b"{", b'{"order": 5}', {"order": order(lines=[{"quantity": 1}])}):
        http, answer = await caller.ask("Offline.AnonymousPreorder", body)
        assert (http, answer["status"]) == (400, "ProtocolError")


@pytest.mark.parametrize("field", ["quantity", "basePricePerItem", "minPricePerItem"])
@pytest.mark.parametrize("value", [-1, "NaN", 1e15, 0.0001])
async def test_a_senseless_number_is_400(caller: Caller, field: str, value: Any) -> None:
    http, _ = await caller.ask("Offline.AnonymousPreorder", {"order": order(lines=[CHEESE | {field: value}])})
    assert http == 400


async def test_2_3_a_wrong_path_is_404(caller: Caller) -> None:
    assert await caller.stray() == 404


# -- customers


@pytest.mark.parametrize(
    "keys",
    [
        {"mobilePhone": "8 (921) 765-43-21"},
        {"mobilePhone": 79217654321},
        {"email": "m.petrova@example.org"},
        {"discountCard": {"ids": {"number": "2900004417"}}},
        {"ids": {"mindboxId": 80016}},
    ],
)
async def test_6_1_a_customer_is_found_by_each_key(caller: Caller, keys: Any) -> None:
    answer = await caller.done("Frontol.GetCustomerInfo", {"customer": keys})
    customer = answer["customer"]
    assert (customer["processingStatus"], customer["ids"]) == ("Found", {"mindboxId": 80016})
    assert (customer["lastName"], customer["mobilePhone"]) == ("Петрова", 79217654321)
    (balance,) = answer["balances"]
    assert (balance["total"], balance["available"], balance["blocked"]) == (215, 215, 0)
    assert balance["balanceType"]["ids"] == {"systemName": "Main"}
    assert answer["discountCards"][0]["ids"] == {"number": "2900004417"}
    assert answer["customerSegmentations"][0]["segment"] == {"ids": {"externalId": "Start"}, "name": "Стартовый"}


async def test_6_1_unknown_and_ambiguous_customers(caller: Caller) -> None:
    stranger = await caller.done("Offline.CheckCustomer", {"customer": {"mobilePhone": "79990000000"}})
    assert stranger == {"status": "Success", "customer": {"processingStatus": "NotFound"}}
    mixed = {"mobilePhone": "79217654321", "discountCard": {"ids": {"number": "2900004455"}}}
    answer = await caller.done("Offline.CheckCustomer", {"customer": mixed})
    assert answer["customer"]["processingStatus"] == "Ambiguous"


# -- prices


@pytest.mark.parametrize("operation", ["Offline.AuthorizedPreorder", "Frontol.AuthorizedPreorder"])
async def test_7_1_a_preorder_prices_the_published_example(caller: Caller, operation: str) -> None:
    answer = await caller.done(operation, marias(points=150))
    section = answer["order"]
    assert answer["customer"] == {"processingStatus": "Found", "ids": {"mindboxId": 80016}}
    assert (section["processingStatus"], section["ids"]) == ("Calculated", {"mindboxId": None})
    assert section["totalPrice"] == 842.18
    first, second = section["lines"]
    assert [(one["type"], one["amount"]) for one in first["appliedPromotions"]][:2] == [
        ("discount", 77.98),
        ("spentBonusPoints", 81.82),
    ]
    assert (first["discountedPriceOfLine"], second["discountedPriceOfLine"]) == (620, 222.18)
    assert {one["type"] for one in second["appliedPromotions"]} == {"spentBonusPoints", "earnedBonusPoints"}
    (info,) = section["bonusPointsInfo"]
    assert (info["availableAmountForCurrentOrder"], info["spentAmountForCurrentOrder"]) == (150, 150)
    assert section["totalBonusPointsInfo"]["balance"] == {"total": 215, "available": 215, "blocked": 0}
    (change,) = section["bonusPointsChanges"]
    assert (change["earnedAmount"], change["spentAmount"]) == (9, 150)
    (coupon,) = section["couponsInfo"]
    assert (coupon["coupon"]["status"], coupon["discountAmountForCurrentOrder"]) == ("CanBeUsed", 77.98)
    assert placeholder(section, "CashierScreen") == ["Предложите пакет"]
    assert await caller.look("orders") == []


async def test_2_4_sums_are_json_numbers_to_the_kopeck(caller: Caller) -> None:
    query = {"endpointId": "Demo.Offline", "operation": "Offline.AnonymousPreorder"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{caller.url}/v3/operations/sync",
            params=query,
            data=b'{"order":{"lines":[{"quantity":3,"basePricePerItem":"0.10","product":{"ids":{"x":"1"}}}]}}',
            headers={"Authorization": "SecretKey demo-secret-key"},
        ) as response,
    ):
        assert b'"totalPrice":0.30,' in await response.read()


async def test_7_1_hints_stand_at_the_order_and_at_the_line(caller: Caller) -> None:
    lines = [bought("700-A", 2, 500, 1), bought("5001", 1, 90, 2)]
    section = (await caller.done("Offline.AnonymousPreorder", {"order": order(lines=lines)}))["order"]
    assert placeholder(section, "CashierScreen") == ["Ещё одна вещь до акции 1+1=3", "Предложите пакет"]
    assert placeholder(section["lines"][1], "LineHint") == ["+50 баллов за каждый крем"]
    assert section["bonusPointsInfo"] == []


async def test_11_4_a_line_is_split_and_must_come_back_in_pieces(caller: Caller) -> None:
    body = {"order": order(lines=[bought("700-A", 3, 500, 7)])}
    section = (await caller.done("Offline.AnonymousPreorder", body))["order"]
    pieces = [
        (one["lineId"], one["lineNumber"], one["quantity"], one["discountedPriceOfLine"]) for one in section["lines"]
    ]
    assert pieces == [("7", 1, 2, 1000), ("7", 2, 1, 0)]
    http, answer = await caller.ask("Offline.CreateAnonymousOrder", body)
    assert http == 400
    assert answer["errorMessage"].startswith("Splitting of lines")
    split = [bought("700-A", 2, 500, 1), bought("700-A", 1, 500, 2)]
    await caller.done("Offline.CreateAnonymousOrder", {"order": order(lines=split, totalPrice=1000)})


async def test_5_an_unproven_customer_pays_with_no_points(caller: Caller) -> None:
    section = (await caller.done("Offline.UnauthorizedPreorder", marias(points=10)))["order"]
    assert section["totalBonusPointsInfo"]["availableAmountForCurrentOrder"] == 0
    assert section["totalPrice"] == 992.18


async def test_7_1_the_tills_own_discount_is_external(caller: Caller) -> None:
    requested = {"type": "discount", "promotion": {"ids": {"externalId": "till-7"}}, "amount": 30.5}
    body = {"order": order(lines=[bought("x", 2, 100) | {"requestedPromotions": [requested]}])}
    (line,) = (await caller.done("Frontol.AnonymousPreorder", body))["order"]["lines"]
    (applied,) = line["appliedPromotions"]
    assert (applied["promotion"]["type"], applied["amount"], line["discountedPriceOfLine"]) == (
        "external",
        30.5,
        169.5,
    )


@pytest.mark.parametrize(
    ("code", "status"), [("NONE", "NotFound"), ("OLD10", "AlreadyNotActive"), ("BLOCKED10", "Blocked")]
)
async def test_11_3_bad_coupons_have_a_status_and_refuse_a_create(caller: Caller, code: str, status: str) -> None:
    body = marias(coupons=[{"ids": {"code": code}}])
    section = (await caller.done("Offline.AuthorizedPreorder", body))["order"]
    assert section["couponsInfo"][0]["coupon"]["status"] == status
    http, answer = await caller.ask("Offline.CreateAuthorizedOrder", body)
    assert (http, answer["status"]) == (200, "ValidationError")


# -- orders


async def test_the_receipt_text_may_name_the_points(tmp_path: Path) -> None:
    seed = tmp_path / "seed.toml"
    text = re.sub(
        r'^receipt = ".*"$', 'receipt = "+{accrued}, -{redeemed}, ={balance}"', SEED.read_text(), flags=re.MULTILINE
    )
    seed.write_text(text, encoding="utf-8")
    async with Sandbox(seed_path=seed) as sandbox, aiohttp.ClientSession() as session:
        paid = await Caller(session, sandbox.url).done(
            "Frontol.BeginAuthorizedOrderTransaction",
            marias(points=150, totalPrice=842.18, status="Paid"),
            key=str(uuid4()),
        )
    assert placeholder(paid["order"], "ReceiptFooter") == ["+9, -150, =74"]


async def test_11_5_a_sale_plays_through(caller: Caller) -> None:
    hold = await caller.done("Frontol.BeginAuthorizedOrderTransaction", marias(points=150, totalPrice=842.18))
    assert hold["order"]["processingStatus"] == "Processed"
    assert await caller.available() == 65
    paid = await caller.done(
        "Frontol.BeginAuthorizedOrderTransaction",
        marias(points=150, totalPrice=842.18, status="Paid"),
        key=str(uuid4()),
    )
    section = paid["order"]
    assert section["issuedCoupons"][0]["coupon"]["ids"] == {"code": "460123456789"}
    assert placeholder(section, "ReceiptFooter") == ["Обмен и возврат в течение 14 дней при наличии чека"]
    assert section["bonusPointsChanges"][0]["earnedAmount"] == 9
    assert paid["balances"][0]["available"] == 74
    (seen,) = await caller.look("orders")
    assert (seen["status"], seen["createdTimes"], seen["total"]) == ("Paid", 1, 842.18)
    assert (seen["spent"], seen["earned"], seen["customer"]) == (150, 9, "80016")
    maria = await caller.look("customers/79217654321")
    assert (maria["available"], maria["turnover"], maria["promoCodes"]) == (74, 5042.18, ["460123456789"])


async def test_7_8_an_order_is_read_back(caller: Caller) -> None:
    asked = {"order": {"ids": {"offlineTransactionId": "sale-1"}}}
    missing = await caller.done("Offline.GetOrder", asked)
    assert missing["order"] == {"processingStatus": "NotFound"}
    await caller.done("Offline.CreateAuthorizedOrder", marias(points=150, status="Paid"))
    section = (await caller.done("Frontol.GetOrder", asked))["order"]
    assert (section["processingStatus"], section["totalPrice"]) == ("Found", 842.18)
    assert section["ids"]["offlineTransactionId"] == "sale-1"
    assert [(one["priceOfLine"], one["status"]["ids"]["externalId"]) for one in section["lines"]] == [
        (620, "Paid"),
        (222.18, "Paid"),
    ]
    (info,) = section["bonusPointsInfoPerBalanceTypes"]
    assert (info["spentAmount"], info["earnedAmount"]) == (150, 9)


async def test_11_3_too_many_points_are_a_validation_error(caller: Caller) -> None:
    http, answer = await caller.ask("Offline.CreateAuthorizedOrder", marias(points=900))
    assert (http, answer["status"]) == (200, "ValidationError")
    (message,) = answer["validationMessages"]
    assert message == {"message": "Нельзя списать больше 150 баллов", "location": "/order/bonusPoints"}
    assert await caller.look("orders") == []


async def test_11_3_a_changed_price_is_told_and_nothing_is_saved(caller: Caller) -> None:
    key = str(uuid4())
    answer = await caller.done("Offline.CreateAuthorizedOrder", marias(points=150, totalPrice=842), key=key)
    assert answer["order"]["processingStatus"] == "PriceHasBeenChanged"
    assert (answer["order"]["totalPrice"], "842.18" in answer["order"]["statusDescription"]) == (842.18, True)
    assert await caller.look("orders") == []
    await caller.done("Offline.CreateAuthorizedOrder", marias(points=150, totalPrice=842.18), key=key)
    assert len(await caller.look("orders")) == 1


@pytest.mark.parametrize("operation", ["Frontol.CancelOrder", "Frontol.ChangeStatus", "Offline.ChangeStatus"])
async def test_11_5_a_cancellation_gives_the_points_back_once(caller: Caller, operation: str) -> None:
    await caller.done("Offline.CreateAuthorizedOrder", marias(points=150))
    body = {"order": {"ids": {"offlineTransactionId": "sale-1"}}, "orderLinesStatus": "Cancelled"}
    for _ in range(2):
        assert await caller.done(operation, body) == {"status": "Success"}
        assert await caller.available() == 215
    (seen,) = await caller.look("orders")
    assert (seen["status"], seen["spent"]) == ("Cancelled", 0)


async def test_7_5_a_status_unknown_to_the_project_is_400(caller: Caller) -> None:
    await caller.done("Offline.CreateAuthorizedOrder", marias())
    body = {"order": {"ids": {"offlineTransactionId": "sale-1"}}, "orderLinesStatus": "Iced"}
    assert (await caller.ask("Offline.ChangeStatus", body))[0] == 400


@pytest.mark.parametrize("line", [{"lineNumber": 2}, {"lineId": "2"}])
async def test_11_6_a_return_splits_the_line(caller: Caller, line: dict[str, Any]) -> None:
    lines = [bought("a", 1, 100, 1), bought("b", 3, 50, 2)]
    await caller.done("Offline.CreateAuthorizedOrder", {"customer": MARIA, "order": order(lines=lines)})
    body = {
        "order": {"ids": {"offlineTransactionId": "sale-1"}, "lines": [{**line, "quantity": 1, "status": "Returned"}]}
    }
    assert await caller.done("Offline.Return", body) == {"status": "Success"}
    (seen,) = await caller.look("orders")
    assert seen["status"] == "PartlyReturned"
    assert [(one["lineNumber"], one["quantity"], one["status"]) for one in seen["lines"]] == [
        (1, 1, "Paid"),
        (2, 2, "Paid"),
        (3, 1, "Returned"),
    ]


@pytest.mark.parametrize("operation", ["Offline.ChangeStatus", "Frontol.Return"])
async def test_11_6_an_unknown_order_is_a_protocol_error(caller: Caller, operation: str) -> None:
    asked = {"ids": {"offlineTransactionId": "no"}, "lines": [{"lineNumber": 1, "quantity": 1}]}
    http, answer = await caller.ask(operation, {"order": asked, "orderLinesStatus": "Paid"})
    assert (http, answer["status"]) == (400, "ProtocolError")


async def test_7_7_an_offline_order_earns_at_its_own_moment(caller: Caller) -> None:
    body = marias(status="Paid") | {"executionDateTimeUtc": "2026-03-01 10:00:00.000"}
    assert await caller.done("Frontol.SaveOfflineOrder", body) == {"status": "Success"}
    (seen,) = await caller.look("orders")
    assert (seen["total"], seen["earned"], seen["at"]) == (1070.16, 10, "2026-03-01T10:00:00Z")


# -- keys and the queue


async def test_11_2_a_key_is_used_up_by_success_only_and_for_all_creates(caller: Caller) -> None:
    key = str(uuid4())
    await caller.ask("Offline.CreateAuthorizedOrder", marias(points=900), key=key)
    await caller.done("Offline.CreateAuthorizedOrder", marias(points=150), key=key)
    http, answer = await caller.ask(
        "Offline.CreateAnonymousOrder", {"order": order("other")}, key=key.replace("-", "")
    )
    assert (http, answer) == (200, {"status": "TransactionAlreadyProcessed"})
    assert [one["orderId"] for one in await caller.look("orders")] == ["sale-1"]


async def test_11_2_a_sync_return_is_not_protected_by_its_key(caller: Caller) -> None:
    await caller.done("Offline.CreateAnonymousOrder", {"order": order(lines=[bought("b", 3, 50)])})
    body = {"order": {"ids": {"offlineTransactionId": "sale-1"}, "lines": [{"lineNumber": 1, "quantity": 1}]}}
    key = str(uuid4())
    for _ in range(2):
        await caller.done("Offline.Return", body, key=key)
    (seen,) = await caller.look("orders")
    assert sum(one["quantity"] for one in seen["lines"] if one["status"] == "Returned") == 2


async def test_4_the_key_of_a_sync_return_is_not_used_up(caller: Caller) -> None:
    await caller.done("Offline.CreateAnonymousOrder", {"order": order(lines=[bought("b", 3, 50)])})
    body = {"order": {"ids": {"offlineTransactionId": "sale-1"}, "lines": [{"lineNumber": 1, "quantity": 1}]}}
    key = str(uuid4())
    await caller.done("Offline.Return", body, key=key)
    await caller.done("Offline.CreateAnonymousOrder", {"order": order("other")}, key=key)


async def test_11_2_an_async_return_is_carried_out_later_and_once(caller: Caller) -> None:
    assert await caller.control("variants", queue_extra_seconds=3600) == 200
    await caller.done("Offline.CreateAnonymousOrder", {"order": order(lines=[bought("b", 3, 50)])})
    body = {"order": {"ids": {"offlineTransactionId": "sale-1"}, "lines": [{"lineNumber": 1, "quantity": 1}]}}
    key = str(uuid4())
    for _ in range(2):
        assert await caller.done("Offline.Return", body, mode="async", key=key) == {"status": "Success"}
    assert (await caller.look("orders"))[0]["status"] == "Paid"
    assert await caller.control("clock", move_seconds=3601) == 200
    errors = await until(caller, "async-errors")
    assert (errors[0]["status"], errors[0]["transactionId"]) == ("TransactionAlreadyProcessed", key)
    (seen,) = await caller.look("orders")
    assert [one["quantity"] for one in seen["lines"]] == [2, 1]


async def test_11_2_an_async_failure_shows_in_the_log_only(caller: Caller) -> None:
    body = {"order": {"ids": {"offlineTransactionId": "no"}}, "orderLinesStatus": "Paid"}
    assert await caller.done("Offline.ChangeStatus", body, mode="async") == {"status": "Success"}
    (error,) = await until(caller, "async-errors")
    assert (error["operation"], error["orderId"], error["status"]) == ("Offline.ChangeStatus", "no", "ProtocolError")


async def until(caller: Caller, path: str) -> Any:
    """What `path` shows as soon as it shows something."""
    for _ in range(200):
        seen = await caller.look(path)
        if seen:
            return seen
        await asyncio.sleep(0.01)
    pytest.fail(f"{path} stayed empty")


# -- segments


async def test_6_5_the_popup_of_a_new_level_brings_a_code(caller: Caller) -> None:
    body = {"customer": ANNA, "order": order(lines=[bought("x", 1, 300)])}
    await caller.done("Offline.CreateAuthorizedOrder", body)
    asked = {"customer": ANNA, "segmentations": [{"ids": {"externalId": "LevelTransition"}}]}
    before = await caller.done("Offline.GetCustomerSegments", asked)
    assert "segment" not in before["customerSegmentations"][0]
    await asyncio.sleep(0.15)  # 5 s at speed 50
    (after,) = (await caller.done("Offline.GetCustomerSegments", asked))["customerSegmentations"]
    assert after["segment"]["ids"] == {"externalId": "SilverToGold"}
    shown = {"customer": ANNA, "customerAction": {"customFields": {"segment": "SilverToGold"}}}
    await caller.done("Offline.PopupShown", shown, mode="async", key=str(uuid4()))
    await asyncio.sleep(0.1)
    anna = await caller.look("customers/79115550123")
    assert (anna["level"], anna["promoCodes"]) == ("Gold", ["UP-0001"])
    (action,) = anna["actions"]
    assert (action["operation"], action["customFields"]) == ("Offline.PopupShown", {"segment": "SilverToGold"})
    assert {one["segmentation"] for one in anna["segments"]} == {"Level", "Birthday"}


async def test_6_5_segments_of_a_stranger_and_actions_of_the_seed(caller: Caller) -> None:
    stranger = await caller.done("Frontol.GetCustomerSegments", {"customer": {"mobilePhone": "70000000000"}})
    assert "customerSegmentations" not in stranger
    await caller.done("Offline.BirthdayShown", {"customer": MARIA})
    maria = await caller.look("customers/79217654321")
    assert [one["operation"] for one in maria["actions"]] == ["Offline.BirthdayShown"]


async def test_nobody_by_that_phone(caller: Caller) -> None:
    assert await caller.look("customers/70000000000") is None


# -- faults and the journal


async def test_an_error_is_answered_as_often_as_said_and_nothing_is_done(caller: Caller) -> None:
    assert await caller.control("faults", mode="error", operation="Offline.CreateAuthorizedOrder", times=1) == 200
    await caller.done("Offline.GetCustomerInfo", {"customer": MARIA})
    http, answer = await caller.ask("Offline.CreateAuthorizedOrder", marias())
    assert (http, answer["status"]) == (503, "InternalServerError")
    assert await caller.look("orders") == []
    await caller.done("Offline.CreateAuthorizedOrder", marias())


@pytest.mark.parametrize(("mode", "created"), [("reset", 0), ("drop_answer", 1)])
async def test_11_1_a_cut_connection(caller: Caller, mode: str, created: int) -> None:
    assert await caller.control("faults", mode=mode) == 200
    with pytest.raises(aiohttp.ClientError):
        await caller.ask("Offline.CreateAuthorizedOrder", marias())
    assert await caller.control("faults", mode="off") == 200
    assert len(await caller.look("orders")) == created
    (call,) = await caller.look("calls")
    assert call["fault"] == mode


async def test_a_hang_does_not_answer_and_does_not_keep_the_sandbox_from_stopping(tmp_path: Path) -> None:
    async with Sandbox(seed_path=SEED) as sandbox, aiohttp.ClientSession() as session:
        caller = Caller(session, sandbox.url)
        assert await caller.control("faults", mode="hang") == 200
        pending = asyncio.create_task(caller.ask("Offline.GetCustomerInfo", {"customer": MARIA}))
        done, _ = await asyncio.wait({pending}, timeout=0.2)
        assert not done
        (call,) = await caller.look("calls")
        assert (call["fault"], call["status"]) == ("hang", "")
        began = monotonic()
        await sandbox.stop()
        assert monotonic() - began < 0.8  # before aiohttp would cancel what still runs
        with pytest.raises(aiohttp.ClientError):
            await pending


async def test_11_1_a_late_call_is_carried_out_when_its_caller_has_gone(caller: Caller) -> None:
    assert await caller.control("faults", mode="late", seconds=0.2, times=1) == 200
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await caller.ask("Offline.CreateAuthorizedOrder", marias(points=150))
    assert await caller.look("orders") == []
    await asyncio.sleep(0.4)
    (order_,) = await caller.look("orders")
    (call,) = await caller.look("calls")
    assert (order_["spent"], call["fault"], call["status"]) == (150, "late", "Success")


async def test_a_misspelt_fault_is_refused(caller: Caller) -> None:
    assert await caller.control("faults", mode="hangs") == 400


async def test_calls_are_listed_in_order_with_nothing_personal(caller: Caller) -> None:
    key = str(uuid4())
    await caller.done("Offline.GetCustomerInfo", {"customer": MARIA})
    await caller.done("Offline.CreateAuthorizedOrder", marias(), key=key)
    await caller.ask("Offline.CreateAuthorizedOrder", marias(), key=key)
    calls = await caller.look("calls")
    assert [(one["operation"], one["transactionId"], one["orderId"], one["status"]) for one in calls] == [
        ("Offline.GetCustomerInfo", "", "", "Success"),
        ("Offline.CreateAuthorizedOrder", key, "sale-1", "Success"),
        ("Offline.CreateAuthorizedOrder", key, "sale-1", "TransactionAlreadyProcessed"),
    ]
    assert calls[0]["at"].endswith("Z")
    assert "7921" not in str(calls)
