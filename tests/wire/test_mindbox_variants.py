"""The Mindbox client against every way its server may answer where the documents are silent."""

import time
from collections.abc import AsyncIterator
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from builders import REGISTER, make_receipt
from loyalty_worlds import mindbox_client, until
from shop_floor import COFFEE, FIFTY, OLGA, SEED, START

from adapters.loyalty.mindbox import MindboxClient, MindboxSettings
from adapters.loyalty.mindbox.sandbox import Sandbox
from gateway.domain.call import (
    Accepted,
    AlreadyProcessed,
    Answer,
    Call,
    MarkPaid,
    Operation,
    OrderState,
    PlaceOrder,
    RefusalReason,
    Refused,
)
from gateway.domain.deadline import Deadline


class Counter:
    """A sandbox whose behaviour can be chosen, and a client of it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client: MindboxClient = mindbox_client(url)

    async def choose(self, **variants: Any) -> int:
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.url}/_sandbox/variants", json=variants) as answer,
        ):
            return answer.status

    async def is_paid(self, order_id: str) -> bool:
        order = await self.client.order(order_id, deadline=Deadline(time.monotonic() + 3))
        return order is not None and order.state is OrderState.PAID

    async def place(self, *, key: str = "", wrong_by: int = 0) -> Answer:
        deadline = Deadline(time.monotonic() + 3)
        receipt = make_receipt(customer=OLGA, lines=(COFFEE,))
        quote = await self.client.quote(receipt, receipt.id, START, deadline=deadline)
        intent = PlaceOrder(
            order_id=receipt.id,
            register=REGISTER,
            customer=OLGA,
            pieces=quote.pieces,
            points=FIFTY,
            total=quote.total - FIFTY + wrong_by,
            at=START,
            paid=True,
        )
        body = self.client.compose(intent)
        call = Call(operation=Operation.SALE, order_id=receipt.id, key=key or str(uuid4()), body=body)
        return await self.client.send(call, deadline=deadline)


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    async with Sandbox(seed_path=SEED) as sandbox:
        counter = Counter(sandbox.url)
        yield counter
        await counter.client.close()


WIRE = [{"saved_status": "Created"}, {"saved_status": "Updated"}, {"quoted_scalars": True}, {"capital_ids": True}]


@pytest.mark.parametrize("variants", WIRE, ids=str)
async def test_however_it_is_spelt_the_order_is_understood(counter: Counter, variants: dict[str, Any]) -> None:
    assert await counter.choose(**variants) == 200
    answer = await counter.place()
    assert isinstance(answer, Accepted)
    assert (answer.spent, answer.earned, answer.available) == (FIFTY, Decimal(38), Decimal(1488))
    order = await counter.client.order("receipt-1", deadline=Deadline(time.monotonic() + 3))
    assert order is not None
    assert (order.spent, order.total) == (FIFTY, Decimal("729.80"))


async def test_without_optional_blocks_nothing_is_made_up(counter: Counter) -> None:
    await counter.choose(optional_blocks=False)
    answer = await counter.place()
    assert isinstance(answer, Accepted)
    assert (answer.spent, answer.earned, answer.available) == (None, None, None)


@pytest.mark.parametrize(("told", "total"), [(True, Decimal("729.80")), (False, None)])
async def test_a_new_price_with_and_without_the_total(counter: Counter, *, told: bool, total: Decimal | None) -> None:
    await counter.choose(total_with_new_price=told)
    answer = await counter.place(wrong_by=1)
    assert isinstance(answer, Refused)
    assert (answer.reason, answer.total) == (RefusalReason.PRICE, total)


@pytest.mark.parametrize("burns", [True, False])
async def test_a_refusal_that_burns_its_key(counter: Counter, *, burns: bool) -> None:
    key = str(uuid4())
    await counter.choose(refusal_burns_key=burns)
    await counter.place(key=key, wrong_by=1)
    answer = await counter.place(key=key)
    assert isinstance(answer, AlreadyProcessed if burns else Accepted)


async def test_the_frontol_family_sets_paid_by_an_operation_that_does_not_cancel(counter: Counter) -> None:
    """Its own name for a change of status is `Frontol.CancelOrder`."""
    settings = MindboxSettings(
        kind="mindbox",
        url=counter.url,
        endpoint="Demo.Frontol",
        secret_key_file="key",
        preset="frontol",
        sale_status="separate",
    )
    await counter.choose(create_takes_paid=False)
    await counter.client.close()
    counter.client = MindboxClient(settings, "demo-secret-key")
    assert isinstance(await counter.place(), Accepted)
    paid = counter.client.compose(MarkPaid(order_id="receipt-1", at=START))
    call = Call(operation=Operation.PAID, order_id="receipt-1", key=str(uuid4()), body=paid)
    answer = await counter.client.send(call, deadline=Deadline(time.monotonic() + 3))
    assert isinstance(answer, Accepted)
    await until(partial(counter.is_paid, "receipt-1"))


async def test_a_variant_that_does_not_exist_is_refused(counter: Counter) -> None:
    assert await counter.choose(refusal_burnt_key=True) == 400
