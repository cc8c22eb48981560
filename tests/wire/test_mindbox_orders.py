"""Orders on Mindbox's wire, to the byte: addresses, headers, each body of an order's life (reference, 2 and 7)."""

import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web
from builders import REGISTER, make_key, make_line, make_piece, make_receipt, make_tender

from adapters.loyalty.mindbox import MindboxClient, MindboxSettings, composing, mapping
from adapters.loyalty.mindbox.wire import decode
from gateway.domain.call import (
    Call,
    CancelOrder,
    MarkPaid,
    Operation,
    OrderState,
    OrderView,
    PlaceOfflineOrder,
    PlaceOrder,
    RefundOrder,
    ReportShown,
    ReturnedPiece,
)
from gateway.domain.deadline import Deadline
from gateway.domain.receipt import Tender, TenderKind
from gateway.errors import LoyaltyProtocolError

KEY = "0f8fad5b-d9cb-469f-a165-70867728950e"
AT = datetime(2026, 5, 1, 12, 1, 10, tzinfo=UTC)
ADDRESS = {"url": "https://mindbox.example", "endpoint": "Acme.Offline", "secret_key_file": "k"}
SETTINGS = MindboxSettings(kind="mindbox", **ADDRESS)
LINE = make_line(
    index=1, sku="00-0000982", quantity=Decimal("0.455"), unit_price=Decimal("350.00"), total=Decimal("159.25")
)


def soon() -> Deadline:
    return Deadline(time.monotonic() + 3)


class Overheard:
    """A server that says "Success" and keeps what it was sent: addresses, and the last headers."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.headers: dict[str, str] = {}

    async def serve(self, request: web.Request) -> web.Response:
        self.lines.append(f"{request.method} {request.raw_path}")
        self.headers = {name.lower(): value for name, value in request.headers.items()}
        return web.json_response({"status": "Success"})


@pytest.fixture
async def overheard() -> AsyncIterator[tuple[Overheard, MindboxClient]]:
    ears, application = Overheard(), web.Application()
    application.router.add_route("*", "/{path:.*}", ears.serve)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    client = MindboxClient(MindboxSettings(kind="mindbox", **ADDRESS | {"url": url}), "the-key")
    yield ears, client
    await client.close()
    await runner.cleanup()


# -- transport


@pytest.mark.parametrize(
    ("operation", "body", "line"),
    [
        (Operation.SALE, b'{"customer":{}}', "sync Offline.CreateAuthorizedOrder key"),
        (Operation.SALE, b"{}", "sync Offline.CreateAnonymousOrder key"),
        (Operation.OFFLINE_SALE, b"{}", "async Offline.SaveOfflineOrder key"),
        (Operation.PAID, b"{}", "async Offline.ChangeStatus key"),
        (Operation.REFUND, b"{}", "async Offline.Return key"),
        (Operation.SHOWN, b"{}", "async Offline.PopupShown key"),
        (Operation.CANCEL, b"{}", "sync Offline.ChangeStatus"),
    ],
)  # fmt: skip
async def test_2_1_each_change_has_its_address_and_a_key_where_one_protects_it(
    overheard: tuple[Overheard, MindboxClient], operation: Operation, body: bytes, line: str
) -> None:
    """Reference 4: the key protects what is async, and of what is sync only creating an order."""
    ears, client = overheard
    await client.send(Call(operation=operation, order_id="1", key=KEY, body=body), deadline=soon())
    mode, name, *key = line.split()
    expected = f"{mode}?endpointId=Acme.Offline&operation={name}" + (f"&transactionId={KEY}" if key else "")
    assert ears.lines == [f"POST /v3/operations/{expected}"]


async def test_2_2_the_key_goes_in_the_current_form_of_the_header(
    overheard: tuple[Overheard, MindboxClient],
) -> None:
    ears, client = overheard
    await client.identify(make_key(), REGISTER, deadline=soon())
    assert ears.lines == ["POST /v3/operations/sync?endpointId=Acme.Offline&operation=Offline.GetCustomerInfo"]
    expected = {
        "authorization": "SecretKey the-key",
        "content-type": "application/json; charset=utf-8",
        "accept": "application/json",
    }
    assert {name: ears.headers.get(name) for name in expected} == expected


def test_2_3_an_answer_with_fields_nobody_announced_in_any_order_is_read() -> None:
    order = b'{"lines":[],"brandNew":null,"processingStatus":"Found","totalPrice":"5"}'
    body = b'{"new":[{"x":1}],"order":' + order + b',"status":"Success"}'
    view = mapping.order_view(decode(body), SETTINGS)
    assert view is not None
    assert view.total == 5


# -- bodies


def placed(**more: Any) -> PlaceOrder:
    piece = make_piece(number=2, index=1, sku="00-0000417", quantity=Decimal(3), unit_price=Decimal("200.00"))
    values = {
        "customer": make_key(),
        "pieces": (piece,),
        "total": Decimal("471.00"),
        "tenders": (make_tender(),),
        "paid": True,
    }
    return PlaceOrder(order_id="014-02-000731", register=REGISTER, at=AT, **values | more)


def test_7_1_a_preorder_names_shop_register_goods_and_moment() -> None:
    receipt = make_receipt(lines=(LINE,), coupons=("SPRING5",), customer=None)
    assert composing.preorder(receipt, "014-02-000731", AT, SETTINGS).decode() == (
        f'{{"pointOfContact":"{REGISTER.outlet}","order":{{"ids":{{"offlineTransactionId":"014-02-000731"}},'
        f'"cashdesk":{{"ids":{{"externalId":"{REGISTER.register}"}}}},"coupons":[{{"ids":{{"code":"SPRING5"}}}}],'
        '"lines":[{"lineId":"1","lineNumber":1,"product":{"ids":{"system1c":"00-0000982"}},"quantity":0.455,'
        '"basePricePerItem":350.00,"quantityType":"double","status":{"ids":{"externalId":"CheckedOut"}}}]},'
        '"executionDateTimeUtc":"2026-05-01T12:01:10.000Z"}'
    )


def test_7_3_an_order_repeats_the_servers_line_numbers_and_the_total_it_named() -> None:
    order = json.loads(composing.compose(placed(points=Decimal(99), coupons=("SPRING5",)), SETTINGS))["order"]
    assert order["ids"] == {"offlineTransactionId": "014-02-000731"}
    assert [(row["lineId"], row["lineNumber"], row["quantity"]) for row in order["lines"]] == [("1", 2, 3)]
    assert order["lines"][0]["status"] == {"ids": {"externalId": "Paid"}}
    assert order["bonusPoints"] == [{"amount": 99, "balanceType": {"ids": {"systemName": "Main"}}}]
    assert (order["coupons"], order["totalPrice"]) == ([{"ids": {"code": "SPRING5"}}], 471.0)
    assert order["payments"] == [{"type": "cash", "amount": float(make_tender().amount)}]


def test_7_4_there_is_one_step_a_hold_and_a_sale_are_the_same_order() -> None:
    """Begin, commit and rollback are dead since September 2024: no transaction is named."""
    hold, sale = (json.loads(composing.compose(placed(paid=paid), SETTINGS)) for paid in (False, True))
    assert "transaction" not in json.dumps(hold)
    statuses = [order["order"]["lines"][0].pop("status") for order in (hold, sale)]
    assert statuses == [{"ids": {"externalId": "CheckedOut"}}, {"ids": {"externalId": "Paid"}}]
    assert hold == sale


@pytest.mark.parametrize(
    ("intent", "status"), [(CancelOrder(order_id="7", at=AT), "Cancelled"), (MarkPaid(order_id="7", at=AT), "Paid")]
)
def test_7_5_a_whole_order_gets_its_status_as_a_plain_string(intent: Any, status: str) -> None:
    assert composing.compose(intent, SETTINGS).decode() == (
        f'{{"order":{{"ids":{{"offlineTransactionId":"7"}}}},"orderLinesStatus":"{status}",'
        '"executionDateTimeUtc":"2026-05-01T12:01:10.000Z"}'
    )


def test_7_5_a_return_names_line_quantity_and_money() -> None:
    tenders = (
        Tender(kind=TenderKind.CARD, amount=Decimal("157.00")),
        Tender(kind=TenderKind.POINTS, amount=Decimal(5)),
    )
    pieces = (ReturnedPiece(number=1, quantity=Decimal(1)),)
    intent = RefundOrder(order_id="7", pieces=pieces, tenders=tenders, at=AT)
    assert composing.compose(intent, SETTINGS).decode() == (
        '{"order":{"ids":{"offlineTransactionId":"7"},"lines":[{"lineNumber":1,"quantity":1,"status":"Returned"}],'
        '"returnedPayments":[{"type":"card","amount":157.00}]},"executionDateTimeUtc":"2026-05-01T12:01:10.000Z"}'
    )


def test_7_7_a_deferred_sale_has_the_registers_prices_and_neither_points_nor_codes() -> None:
    line = make_line(
        index=1, sku="00-0000417", quantity=Decimal(3), unit_price=Decimal("200.00"), total=Decimal("570.00")
    )
    intent = PlaceOfflineOrder(
        order_id="014-02-000729", register=REGISTER, customer=make_key(), lines=(line,),
        tenders=(Tender(kind=TenderKind.CASH, amount=Decimal("570.00")),), total=Decimal("570.00"), at=AT,
    )  # fmt: skip
    order = json.loads(composing.compose(intent, SETTINGS))["order"]
    assert not {"bonusPoints", "coupons"} & set(order)
    assert (order["totalPrice"], order["payments"]) == (570, [{"type": "cash", "amount": 570}])
    (row,) = order["lines"]
    assert row["requestedPromotions"] == [
        {"type": "discount", "promotion": {"ids": {"externalId": "register-discount"}}, "amount": 30}
    ]
    assert (row["lineNumber"], row["status"]) == (1, {"ids": {"externalId": "Paid"}})


@pytest.mark.parametrize(
    ("statuses", "state", "returned"),
    [
        (["CheckedOut", "CheckedOut"], OrderState.PLACED, 0),
        (["Paid", "Paid"], OrderState.PAID, 0),
        (["Paid", "Returned"], OrderState.PARTLY_RETURNED, 2),
        (["Returned", "Returned"], OrderState.RETURNED, 4),
        (["Cancelled", "Cancelled"], OrderState.CANCELLED, 0),
    ],
)
@pytest.mark.parametrize("shape", ["object", "string"])
def test_7_8_an_order_is_read_by_the_statuses_of_its_lines(
    statuses: list[str], state: OrderState, returned: int, shape: str
) -> None:
    lines = [
        {"lineNumber": 1, "quantity": "2", "status": name if shape == "string" else {"ids": {"externalId": name}}}
        for name in statuses
    ]
    points = [{"spentAmount": "99", "earnedAmount": 23, "balanceType": {"ids": {"systemName": "Main"}}}]
    order = {
        "processingStatus": "Found",
        "lines": lines,
        "totalPrice": 630.25,
        "bonusPointsInfoPerBalanceTypes": points,
    }
    view = mapping.order_view(decode(json.dumps({"status": "Success", "order": order}).encode()), SETTINGS)
    assert view == OrderView(
        state=state, total=Decimal("630.25"), spent=Decimal(99), earned=Decimal(23), returned=Decimal(returned)
    )


def test_7_8_an_order_nobody_knows_is_none() -> None:
    assert (
        mapping.order_view(decode(b'{"status":"Success","order":{"processingStatus":"NotFound"}}'), SETTINGS) is None
    )


def test_6_5_a_seen_popup_is_an_action_with_fields_of_its_own() -> None:
    intent = ReportShown(customer_id="80014", register=REGISTER, action="shown", fields={"rule": "gold"}, at=AT)
    assert composing.compose(intent, SETTINGS).decode() == (
        f'{{"pointOfContact":"{REGISTER.outlet}","customer":{{"ids":{{"mindboxId":"80014"}}}},'
        '"customerAction":{"customFields":{"action":"shown","rule":"gold"}},'
        '"executionDateTimeUtc":"2026-05-01T12:01:10.000Z"}'
    )


@pytest.mark.parametrize(
    "named", ['"lineId":"7"', '"lineId":7', '"lineNumber":7', '"lineId":"a1","lineNumber":7', '"lineId":"7.0"']
)
def test_a_priced_line_is_known_by_our_id_or_else_by_its_number(named: str) -> None:
    receipt = make_receipt(lines=(make_line(index=7, unit_price=Decimal(100), total=Decimal("100.00")),))
    line = '{"quantity":1,"discountedPriceOfLine":90,NAMED}'.replace("NAMED", named)
    body = '{"order":{"processingStatus":"Calculated","lines":[' + line + "]}}"
    [piece] = mapping.quote(decode(body.encode()), receipt, SETTINGS).pieces
    assert (piece.index, piece.sku, piece.unit_price, piece.total) == (7, receipt.lines[0].sku, 100, 90)


def test_a_price_of_a_line_that_nobody_asked_about_is_no_answer() -> None:
    body = b'{"order":{"processingStatus":"Calculated","lines":[{"lineId":"9","quantity":1,"priceOfLine":90}]}}'
    with pytest.raises(LoyaltyProtocolError, match="nobody asked about"):
        mapping.quote(decode(body), make_receipt(lines=(make_line(index=7),)), SETTINGS)
