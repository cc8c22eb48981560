"""Under every fault of the network: registers are answered in time, sales arrive once, no points stay hanging."""

import contextlib
import time
import uuid
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fault_proxy import (
    Call,
    Close,
    Fault,
    Faults,
    Garbage,
    Hang,
    Pass,
    Reset,
    Slow,
    Status,
    Trickle,
    TruncatedJson,
)
from latency import Latency
from shop import FaultyShop, eventually
from till import cash, document, line

BUDGET, REDEEM_BUDGET, SLACK = 0.3, 0.6, 0.25
"""Seconds; the slack is the test machine's, the bench measures the gateway's own lateness."""

OLGA = "+79603334455"
POINTS = Decimal(1500)
GOODS = line(1, "5002", "100.00")

QUICK = """
[budgets]
delivery = 1
[loyalty_guard]
rest_seconds = 1
longest_rest_seconds = 2
[sale]
request_life_seconds = 2
release_after_seconds = 3
first_try_seconds = 1
"""

ERROR = b'{"status": "InternalServerError", "errorMessage": "later"}'

EVERY_CALL: list[Fault] = [
    Slow(Latency(0.25, 0.5)),
    Slow(Latency(1.0)),
    Hang(),
    Hang(done=True),
    Hang(after_headers=True),
    Trickle(),
    Reset(),
    Reset(done=True),
    Reset(midway=True),
    Close(),
    Close(done=True),
    Status(429, headers=("Retry-After: 1",)),
    Status(429, ERROR, headers=("Retry-After: 1", "Content-Type: application/json")),
    *(Status(code) for code in (500, 502, 503, 504)),
    *(Status(code, ERROR) for code in (500, 503)),
    Status(502, b"<html>Bad Gateway</html>"),
    Status(504, done=True),
    Garbage(),
    Garbage(done=True),
    Garbage(framed=False),
    TruncatedJson(),
]


def now_and_then(call: Call) -> Fault:
    """Each of them in turn, every third call good."""
    return Pass() if call.number % 3 == 0 else EVERY_CALL[call.number % len(EVERY_CALL)]


def writes_get_lost(call: Call) -> Fault:
    """Prices are told, orders are carried out and never acknowledged: the worst for points."""
    return Hang(done=True) if "Order" in call.target else Pass()


def writes_are_cut(call: Call) -> Fault:
    return Reset(done=True) if "Order" in call.target else Pass()


ALWAYS = [now_and_then, writes_get_lost, writes_are_cut]
FAULTS = [*(pytest.param(fault, marks=pytest.mark.long) for fault in EVERY_CALL), *ALWAYS]
"""Each fault takes some seconds three times over; the fast suite has those that contain all of them."""


def called(faults: Faults) -> str:
    return getattr(faults, "__name__", "") or repr(faults)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[FaultyShop]:
    async with FaultyShop(tmp_path, more=QUICK) as running:
        yield running


class Till:
    """Asks as a register does, and holds the gateway to its promise at every answer."""

    def __init__(self, shop: FaultyShop) -> None:
        self.shop = shop
        self.sold: dict[str, Decimal] = {}
        self.late: list[str] = []

    async def ask(
        self, request: dict[str, Any], resource: str = "document/", budget: float = BUDGET
    ) -> dict[str, Any]:
        began = time.monotonic()
        answer = await self.shop.ask(resource, request)
        took = time.monotonic() - began
        if took > budget + SLACK:
            self.late.append(f"{request.get('action', resource)}: {took:.3f} s")
        return answer

    async def calculate(self, uid: str) -> dict[str, Any]:
        return await self.ask(document("calculate", GOODS, uid=uid, phone=OLGA))

    async def pay_by_bonus(self, uid: str) -> Decimal:
        """The points that the register now believes to be spent."""
        payment = {"mode": "nonFiscal", "amount": "10.00"}
        request = document("payByBonus", GOODS, uid=uid, phone=OLGA, payment=payment)
        answer = await self.ask(request, budget=REDEEM_BUDGET)
        return Decimal(10) if answer["code"] == 0 else Decimal(0)

    async def cancel_bonus_payment(self, uid: str) -> None:
        assert (await self.ask(document("cancelBonusPayment", GOODS, uid=uid, phone=OLGA)))["code"] == 0

    async def confirm(self, uid: str, points: Decimal = Decimal(0)) -> None:
        spent = [{"type": "bonus", "mode": "nonFiscal", "amount": str(points)}] if points else []
        payments = [*spent, *cash(str(Decimal(100) - points))]
        answer = await self.ask(document("confirm", GOODS, uid=uid, phone=OLGA, payments=payments))
        assert answer["code"] == 0
        self.sold[uid] = points


async def sell(till: Till) -> None:
    """Every kind of question, and every way a receipt with points may go."""
    plain, with_points, given_back, left_behind = (str(uuid.uuid4()) for _ in range(4))
    shop = till.shop
    await till.ask({"client": {"mobilePhone": OLGA}, "businessUnit": "MAG-3", "workPlace": "KASSA-2"}, "client/")
    for uid in (plain, with_points, given_back, left_behind):
        assert (await till.calculate(uid))["code"] == 0
    await till.confirm(plain)
    await till.confirm(with_points, await till.pay_by_bonus(with_points))
    await till.pay_by_bonus(given_back)
    await till.cancel_bonus_payment(given_back)
    await till.confirm(given_back)
    await till.pay_by_bonus(left_behind)  # nobody comes back for it
    assert not shop.fatal


async def settled(till: Till) -> list[str]:
    """What is still wrong with the server's books; nothing when every receipt is in them as it was sold."""
    orders = {order["orderId"]: order for order in await till.shop.inspect("orders")}
    wrong = [f"{uid} is not there" for uid in till.sold if not paid(orders, uid)]
    spent = Decimal(0)
    for order in orders.values():
        uid = order["orderId"].partition("~")[0]
        if order["status"] == "Paid":
            spent += Decimal(str(order["spent"]))
            wrong += [f"{uid} was never sold"] * (uid not in till.sold)
            wrong += [f"{uid}: {order['spent']} points spent"] * (Decimal(str(order["spent"])) != till.sold.get(uid))
        elif order["status"] != "Cancelled":
            wrong.append(f"{uid} hangs: {order['status']}")
    wrong += [f"{uid} is there twice" for uid in till.sold if len(paid(orders, uid)) > 1]
    earned = sum(Decimal(str(order["earned"])) for order in orders.values() if order["status"] == "Paid")
    olga = await till.shop.inspect("customers/79603334455")
    left = Decimal(str(olga["available"])) + Decimal(str(olga["pending"]))
    if left != POINTS - spent + earned:
        wrong.append(f"{left} points, expected {POINTS - spent + earned}")
    return wrong


def paid(orders: dict[str, Any], uid: str) -> list[str]:
    return [name for name, order in orders.items() if name.partition("~")[0] == uid and order["status"] == "Paid"]


async def everything_settles(till: Till, seconds: float = 20) -> None:
    async def right() -> bool:
        return not await settled(till) and (await till.shop.metrics())["pos_gateway_outbox_pending"] == 0

    await eventually(right, seconds=seconds)
    assert await settled(till) == []


@pytest.mark.parametrize("faults", FAULTS, ids=called)
async def test_a_register_is_served_through_the_fault_and_the_books_are_right_after_it(
    shop: FaultyShop, faults: Faults
) -> None:
    till = Till(shop)
    shop.proxy.use(faults)
    await sell(till)
    shop.proxy.use(Pass())
    await shop.proxy.hang_up()
    await everything_settles(till)
    assert till.late == []


@pytest.mark.parametrize("faults", FAULTS, ids=called)
async def test_a_fault_that_begins_after_the_prices_were_told(shop: FaultyShop, faults: Faults) -> None:
    """Now points are really asked for, with a quote to compute them from."""
    till, uids = Till(shop), [str(uuid.uuid4()) for _ in range(3)]
    for uid in uids:
        await till.calculate(uid)
    shop.proxy.use(faults)
    kept, given_back, left_behind = uids
    await till.confirm(kept, await till.pay_by_bonus(kept))
    await till.pay_by_bonus(given_back)
    await till.cancel_bonus_payment(given_back)
    await till.confirm(given_back)
    await till.pay_by_bonus(left_behind)
    shop.proxy.use(Pass())
    await shop.proxy.hang_up()
    await everything_settles(till)
    assert till.late == []


@pytest.mark.parametrize("faults", FAULTS, ids=called)
async def test_points_held_before_the_fault_are_in_the_paid_order_or_come_back(
    shop: FaultyShop, faults: Faults
) -> None:
    till, uids = Till(shop), [str(uuid.uuid4()) for _ in range(3)]
    for uid in uids:
        await till.calculate(uid)
        assert await till.pay_by_bonus(uid) == Decimal(10)
    shop.proxy.use(faults)
    kept, given_back, _left_behind = uids
    await till.confirm(kept, Decimal(10))
    await till.cancel_bonus_payment(given_back)
    await till.confirm(given_back)
    shop.proxy.use(Pass())
    await shop.proxy.hang_up()
    await everything_settles(till)
    assert till.late == []


async def test_a_server_that_nobody_can_connect_to(shop: FaultyShop) -> None:
    till = Till(shop)
    async with shop.proxy.deaf():
        await sell(till)
    await everything_settles(till)
    assert till.late == []


async def test_a_server_that_is_restarted_again_and_again(shop: FaultyShop) -> None:
    till = Till(shop)
    for _ in range(3):
        await sell(till)
        await shop.proxy.hang_up()
    await everything_settles(till)
    assert till.late == []


async def test_the_gateway_too_is_restarted_in_the_middle(shop: FaultyShop) -> None:
    till = Till(shop)
    shop.proxy.use(writes_get_lost)
    await sell(till)
    with contextlib.suppress(TimeoutError):
        await shop.stop_gateway()
    shop.proxy.use(Pass())
    await shop.start_gateway()
    await everything_settles(till)
    assert till.late == []
