"""The simulated till: its sums to the kopeck, the bytes it signs, and what it refuses to believe."""

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from aiohttp import web

from adapters.registers.frontol.authentication import signature
from adapters.registers.frontol.simulator import (
    Answer,
    AnswerNotUnderstood,
    Basket,
    Cashier,
    Document,
    GatewayAway,
    Payment,
    Register,
    Till,
    read_answer,
    requests,
    slip_of,
)
from adapters.registers.frontol.slips import slips
from adapters.registers.frontol.wire import Client
from gateway.domain.slip import Align, Cut, Ean13, Feed, Pair, QrCode, Rule, Size, Slip, Text

AT = datetime(2026, 3, 14, 18, 5, 9, 250_999, tzinfo=timezone(timedelta(hours=3)))
KASSA = Register(
    organization="romashka", business_unit="SPB-07", work_place="KASSA-2", cashier=Cashier(14, "Соколова")
)
UID = UUID("6f1c2a90-3b7e-4d15-8e0a-51b7c9d2e834")
MARIA = Client(mobile_phone="+79217654321")

BODY = (
    '{"client":{"card":"2900004417"},"dateTime":"2026-03-14T18:05:09.250+0300","organization":"romashka",'
    '"businessUnit":"SPB-07","workPlace":"KASSA-2",'
    '"cashier":{"code":14,"name":"Соколова","text":"Соколова"}}'
)


def example() -> Basket:
    """The basket of the protocol's example sale: two packs of coffee and a piece of cheese."""
    coffee = Basket().scan("20417", "Кофе молотый 250 г", "389.90", "2", minimum_price="310.00", own_discount="0")
    return coffee.scan("1033", "Сыр весовой", "849.00", "0.342")


def document(basket: Basket) -> Document:
    return Document(uid=UID, number=512, shift=88, client=MARIA, basket=basket)


def answer(**members: object) -> Answer:
    return read_answer(json.dumps({"code": 0, **members}).encode())


def parts(**by_line: str) -> Answer:
    rows = ", ".join(f'{{"index": {name[1:]}, "paidAmount": {amount}}}' for name, amount in by_line.items())
    return read_answer(f'{{"code": 0, "document": {{"positions": [{rows}]}}}}'.encode())


def test_the_hash_of_the_protocol_s_example() -> None:
    assert len(BODY.encode()) == 220
    assert signature(b"s3cret-Key", BODY.encode()) == "81dc42254a136dff45ca67dfa6ef16e0"


def test_a_weighed_line_is_rounded_half_up_to_the_kopeck() -> None:
    assert example().lines[1].before == Decimal("290.36")  # 849.00 × 0.342 = 290.358
    assert Basket().scan("1", "x", "0.05", "0.5").before == Decimal("0.03")  # 0.025


def test_discounts_are_for_the_whole_line_and_replace_the_earlier_ones() -> None:
    basket = example().discounted({1: Decimal("77.98")})
    assert (basket.before, basket.discount, basket.after) == (Decimal("1070.16"), Decimal("77.98"), Decimal("992.18"))
    assert basket.discounted({2: Decimal("0.36")}).after == Decimal("1069.80")


def test_the_till_s_own_discount_comes_before_the_server_s() -> None:
    basket = Basket().scan("1", "x", "100", "3", own_discount="10").discounted({1: Decimal(29)})
    assert (basket.before, basket.after) == (Decimal(290), Decimal(261))


def test_a_new_line_makes_earlier_discounts_and_points_void() -> None:
    paid = example().discounted({1: Decimal(10)}).paid_with_points(Decimal(100), answer())
    basket = paid.scan("9", "Пакет", "5")
    assert (basket.discount, basket.points, basket.due) == (0, 0, Decimal("1075.16"))


def test_a_discount_below_the_minimum_price_is_not_believed() -> None:
    assert example().discounted({1: Decimal("159.80")}).lines[0].after == Decimal("620.00")
    with pytest.raises(AnswerNotUnderstood, match="минимальной"):
        example().discounted({1: Decimal("159.81")})


def test_a_discount_on_a_line_that_is_not_there_is_not_believed() -> None:
    with pytest.raises(AnswerNotUnderstood, match=r"\[3\]"):
        example().discounted({3: Decimal(1)})


def test_points_are_divided_as_the_answer_says() -> None:
    basket = example().discounted({1: Decimal("77.98")}).paid_with_points(Decimal(150), parts(n1="81.82", n2="68.18"))
    assert [line.due for line in basket.lines] == [Decimal("620.00"), Decimal("222.18")]
    assert (basket.points, basket.due, basket.dropped) == (Decimal(150), Decimal("842.18"), Decimal("0.18"))
    assert basket.without_points().due == Decimal("992.18")


def test_the_till_divides_points_itself_when_nobody_did() -> None:
    basket = example().paid_with_points(Decimal("100.01"), answer())
    assert basket.points == Decimal("100.01")
    assert [line.paid for line in basket.lines] == [Decimal("72.87"), Decimal("27.14")]


@pytest.mark.parametrize(
    "divided",
    [parts(n1="81.82", n2="68.17"), parts(n2="290.37"), parts(n1="150", n7="0")],
    ids=["sum", "over", "line"],
)
def test_parts_that_are_not_the_payment_are_not_believed(divided: Answer) -> None:
    amount = Decimal("290.37") if divided.paid.get(2) == Decimal("290.37") else Decimal(150)
    with pytest.raises(AnswerNotUnderstood):
        example().paid_with_points(amount, divided)


def test_the_body_is_the_example_s() -> None:
    client = requests.client(KASSA, AT, Client(card="2900004417"))
    assert client == json.loads(BODY)
    assert requests.moment(AT) == "2026-03-14T18:05:09.250+0300"


def test_a_confirm_carries_what_was_paid_and_the_dropped_kopecks() -> None:
    basket = example().discounted({1: Decimal("77.98")}).paid_with_points(Decimal(150), parts(n1="81.82", n2="68.18"))
    payments = [Payment(type="bonus", amount=Decimal(150)), Payment(type="creditCard", amount=Decimal(842))]
    body = requests.confirm(KASSA, AT, document(basket), payments)
    assert body["uid"] == "{6F1C2A90-3B7E-4D15-8E0A-51B7C9D2E834}"
    assert (body["number"], body["shift"], body["client"]) == (512, 88, {"mobilePhone": "+79217654321"})
    assert [row["totalAmount"] for row in body["positions"]] == ["620.00", "222.18"]
    assert [row.get("discardedAmount") for row in body["positions"]] == [None, "0.18"]
    assert body["positions"][1]["quantity"] == "0.342"
    assert body["payments"] == [
        {"type": "bonus", "mode": "nonFiscal", "amount": "150.00"},
        {"type": "creditCard", "mode": "fiscal", "amount": "842.00"},
    ]
    other_reading = requests.confirm(KASSA, AT, document(basket), payments, totals="after")
    assert [row["totalAmount"] for row in other_reading["positions"]] == ["701.82", "290.36"]


def test_each_request_sends_the_line_totals_of_its_stage() -> None:
    basket = example().discounted({1: Decimal("77.98")})
    asked = requests.calculate(KASSA, AT, document(basket))
    paying = requests.pay_by_bonus(KASSA, AT, document(basket), Decimal(150))
    assert [row["totalAmount"] for row in asked["positions"]] == ["779.80", "290.36"]
    assert [row["totalAmount"] for row in paying["positions"]] == ["701.82", "290.36"]
    assert paying["payment"] == {"mode": "nonFiscal", "amount": "150.00"}


def test_a_refund_names_the_sale_and_its_lines() -> None:
    cheese = Basket((example().lines[1],))
    sale = document(example()).uid
    cash = [Payment(type="cash", amount=Decimal("290.36"))]
    body = requests.confirm_refund(KASSA, AT, document(cheese), sale, cash)
    assert (body["type"], body["referenceUid"]) == ("refundReceipt", "{6F1C2A90-3B7E-4D15-8E0A-51B7C9D2E834}")
    assert [(row["index"], row["referenceIndex"]) for row in body["positions"]] == [(1, 2)]


def test_printed_lines_are_the_slip_again() -> None:
    slip: Slip = (
        Text(text="Спасибо", align=Align.CENTER, size=Size.LARGE),
        Pair(left="Баланс", right="74", fill="."),
        Rule(),
        Feed(),
        Ean13(data="460123456789"),
        QrCode(data="UP-0001"),
        Cut(),
    )
    assert slip_of(slips(slip)) == slip


@pytest.mark.parametrize("line", [{"type": "photo"}, {"text": "no type"}, {"type": "text", "alignment": "left"}])
def test_a_line_the_printer_cannot_draw_is_not_believed(line: dict[str, str]) -> None:
    with pytest.raises(AnswerNotUnderstood):
        slip_of([[line]])


@pytest.fixture
async def heard() -> dict[str, bytes]:
    return {}


@pytest.fixture
async def gateway(heard: dict[str, bytes]) -> object:
    """Answers every client request with success and every document with HTTP 500."""

    async def client(http: web.Request) -> web.Response:
        heard["body"], heard["hash"] = await http.read(), http.headers["Authorization"].encode()
        return web.json_response({"code": 0, "cashierInformation": [{"text": "Мария"}]})

    async def document(_http: web.Request) -> web.Response:
        return web.Response(status=500, text="oops")

    app = web.Application()
    app.add_routes([web.post("/frontol/client/", client), web.post("/frontol/document/", document)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/frontol"
    await runner.cleanup()


def till(url: str) -> Till:
    return Till(url, "s3cret-Key", "romashka", "SPB-07", "KASSA-2", Cashier(14, "Соколова"), clock=lambda: AT)


async def test_the_till_signs_the_very_bytes_it_sends(gateway: str, heard: dict[str, bytes]) -> None:
    async with till(gateway) as kassa:
        told = await kassa.client(MARIA)
    assert told.answer.notices == ("Мария",)
    assert "Соколова".encode() in heard["body"]
    assert heard["hash"].decode() == f"FrontolAuth {signature(b's3cret-Key', heard['body'])}"


async def test_an_answer_that_is_no_answer_is_an_error(gateway: str) -> None:
    async with till(gateway) as kassa:
        with pytest.raises(AnswerNotUnderstood, match="HTTP 500"):
            await kassa.calculate(document(example()))


async def test_nobody_at_the_address_is_an_error() -> None:
    async with till("http://127.0.0.1:9") as kassa:
        with pytest.raises(GatewayAway):
            await kassa.client(MARIA)
