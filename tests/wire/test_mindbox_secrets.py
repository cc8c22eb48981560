"""No key, phone, card, name, e-mail or code in an error or a log line, whatever the server does: all operations."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import date
from uuid import uuid4

import aiohttp
import pytest
import structlog
from builders import REGISTER, make_line, make_receipt
from loyalty_worlds import SEED, mindbox_client, nobody_listens
from mindbox_caller import Caller

from adapters.loyalty.mindbox import MindboxClient
from adapters.loyalty.mindbox.sandbox import Sandbox
from gateway.domain.call import (
    Call,
    CancelOrder,
    MarkPaid,
    Operation,
    PlaceOfflineOrder,
    PlaceOrder,
    RefundOrder,
    ReportShown,
    ReturnedPiece,
)
from gateway.domain.customer import CustomerKey, KeyKind
from gateway.domain.deadline import Deadline
from gateway.domain.enrolment import Application, Enrolment
from gateway.domain.quote import Piece
from gateway.errors import LoyaltyError

PHONE, CARD, CODE, NAME, EMAIL, KEY = (
    "79217654321",
    "2900004417",
    "483195",
    "Светозара",
    "sv@example.org",
    "demo-secret-key",
)
SECRETS = (PHONE, CARD, CODE, NAME, EMAIL, KEY, "SPRING10")
CUSTOMER = CustomerKey(KeyKind.PHONE, PHONE)
KEYS = [
    CUSTOMER,
    CustomerKey(KeyKind.CARD, CARD),
    CustomerKey(KeyKind.WALLET, CARD),
    CustomerKey(KeyKind.EMAIL, EMAIL),
    CustomerKey(KeyKind.EXTERNAL, PHONE),
    CustomerKey(KeyKind.ONE_TIME, f"QR:{PHONE}:{CODE}"),
]
PERSON = Application(
    phone=PHONE, first_name=NAME, email=EMAIL, card=CARD, birth_date=date(1990, 1, 2), fields={"pet": NAME}
)
RECEIPT = make_receipt(customer=CUSTOMER, lines=(make_line(),), coupons=("SPRING10",))
AT = RECEIPT.at
TROUBLES = [
    {"mode": "error", "http": http, "with_body": body}
    for http in (400, 401, 403, 404, 429, 500, 503)
    for body in (True, False)
] + [{"mode": "reset"}, {"mode": "drop_answer"}, {"mode": "hang"}]


def changes() -> Iterator[tuple[Operation, object]]:
    line = RECEIPT.lines[0]
    assert AT is not None
    piece = Piece(
        number=1, index=1, sku=line.sku, quantity=line.quantity, unit_price=line.unit_price, total=line.total
    )
    place = {"order_id": "o", "register": REGISTER, "customer": CUSTOMER, "total": line.total, "at": AT}
    order = PlaceOrder(**place, pieces=(piece,), coupons=("SPRING10",), paid=True)
    yield from ((operation, order) for operation in (Operation.HOLD, Operation.SALE))
    yield Operation.OFFLINE_SALE, PlaceOfflineOrder(**place, lines=RECEIPT.lines)
    yield Operation.CANCEL, CancelOrder(order_id="o", at=AT)
    yield Operation.PAID, MarkPaid(order_id="o", at=AT)
    yield (
        Operation.REFUND,
        RefundOrder(order_id="o", pieces=(ReturnedPiece(number=1, quantity=line.quantity),), at=AT),
    )
    yield Operation.SHOWN, ReportShown(customer_id="80016", register=REGISTER, action="a", fields={}, at=AT)


def everything(client: MindboxClient) -> Iterator[Callable[[Deadline], Awaitable[object]]]:
    """Each operation once; questions about a customer by each kind of key."""
    people = client.people
    joined = Enrolment(customer_id="80016", code=CODE)
    for key in KEYS:
        yield lambda until, key=key: client.identify(key, REGISTER, deadline=until)
        yield lambda until, key=key: people.send_code(key, CODE, deadline=until)
        yield lambda until, key=key: people.check_code(key, CODE, deadline=until)
    yield lambda until: client.quote(RECEIPT, RECEIPT.id, AT, deadline=until)
    yield lambda until: client.segments("80016", deadline=until)
    yield lambda until: client.order("o", deadline=until)
    for operation, intent in changes():
        call = Call(operation=operation, order_id="o", key=str(uuid4()), body=client.compose(intent))
        yield lambda until, call=call: client.send(call, deadline=until)
    yield lambda until: people.enrol(PERSON, REGISTER, deadline=until)
    yield lambda until: people.edit("80016", PERSON, REGISTER, deadline=until)
    yield lambda until: people.confirm(joined, CODE, REGISTER, deadline=until)
    yield lambda until: people.resend("80016", deadline=until)
    yield lambda until: people.movements("80016", 5, deadline=until)
    yield lambda until: people.offers("80016", deadline=until)
    yield lambda until: people.card(CARD, deadline=until)
    yield lambda until: people.bind_card("80016", CARD, CODE, deadline=until)
    yield lambda until: people.replace_card(CARD, CARD + "1", deadline=until)


def told(error: BaseException | None) -> Iterator[str]:
    """All that a log could show of an error and what caused it."""
    while error is not None:
        yield f"{error} {error!r} {error.args}"
        error = error.__cause__ or error.__context__


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with Sandbox(seed_path=SEED) as sandbox, aiohttp.ClientSession() as session:
        yield Caller(session, sandbox.url)


async def said_by(client: MindboxClient, seconds: float) -> str:
    """What all operations together say in errors."""
    texts: list[str] = []
    for ask in everything(client):
        try:
            await ask(Deadline(time.monotonic() + seconds))
        except LoyaltyError as error:
            texts += told(error)
    return "\n".join(texts)


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
async def test_an_error_tells_nothing_of_a_customer_and_no_key(
    caller: Caller, trouble: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    client = mindbox_client(caller.url)
    await caller.control("faults", **trouble)
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as logged:
        said = await said_by(client, 0.02 if trouble["mode"] == "hang" else 3)
    await client.close()
    assert said, "every trouble is an error for somebody"
    for secret in SECRETS:
        assert secret not in said
        assert secret not in caplog.text + str(logged)


async def test_neither_does_a_server_that_is_not_there_nor_a_deadline_that_has_passed() -> None:
    client = mindbox_client(nobody_listens())
    said = await said_by(client, 1) + await said_by(client, -1)
    await client.close()
    assert not [secret for secret in SECRETS if secret in said]


async def test_nothing_of_a_customer_is_shown_by_what_carries_it(caller: Caller) -> None:
    client = mindbox_client(caller.url)
    customer = await client.identify(CUSTOMER, REGISTER, deadline=Deadline(time.monotonic() + 3))
    shown = f"{customer!r} {PERSON!r} {CUSTOMER!r} {KEYS!r} {Enrolment(customer_id='1', code=CODE)!r} {client!r}"
    await client.close()
    assert not [secret for secret in SECRETS if secret in shown]


async def test_the_sandboxs_own_list_of_calls_has_ids_only(caller: Caller) -> None:
    client = mindbox_client(caller.url)
    await said_by(client, 3)
    await client.close()
    calls = str(await caller.look("calls"))
    assert not [secret for secret in SECRETS if secret in calls]
