"""What a Frontol till is answered: kopecks that add up, no line below its floor, every leniency by its setting."""

from decimal import Decimal
from typing import Any

import pytest
from builders import make_customer, make_line, make_receipt
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from adapters.registers.frontol import mapping
from adapters.registers.frontol.mapping import Style
from adapters.registers.frontol.simulator.answers import Answer, AnsweredDocument, AnsweredLine
from adapters.registers.frontol.simulator.basket import Basket, BasketLine
from gateway.domain.money import ZERO, kopecks, spread
from gateway.domain.quote import Piece, Quote
from gateway.domain.receipt import LineItem, Receipt
from gateway.domain.told import Identified, Quoted, Redeemed
from gateway.errors import ConfigError

KOPECKS = st.integers(0, 500_000).map(lambda number: Decimal(number) / 100)
QUANTITIES = st.integers(1, 30_000).map(lambda number: Decimal(number) / 1000)


@st.composite
def lines(draw: st.DrawFn, index: int) -> LineItem:
    """A line with its floor anywhere up to its price, and a discount or a surcharge of the till's own."""
    price, quantity = draw(KOPECKS), draw(QUANTITIES)
    floor = draw(st.sampled_from((ZERO, kopecks(price / 2), price)))
    own = kopecks(price * quantity * draw(st.sampled_from((Decimal("0.8"), Decimal(1), Decimal("1.1")))))
    return make_line(index, quantity=quantity, unit_price=price, minimum_price=floor, total=own)


@st.composite
def quoted(draw: st.DrawFn) -> tuple[Receipt, Quote]:
    """A basket and any prices for it, cut into pieces: a server may be wrong, or know of no floor."""
    basket = tuple(draw(lines(index)) for index in range(1, draw(st.integers(1, 8)) + 1))
    pieces = []
    for line in basket:
        total = draw(st.integers(0, 120)) * line.total / 100
        for part in spread(kopecks(total), [Decimal(1), Decimal(2)], [kopecks(total)] * 2) or []:
            number = len(pieces) + 1
            values: dict[str, Any] = {"quantity": line.quantity, "unit_price": line.unit_price, "total": part}
            pieces.append(Piece(number=number, index=line.index, sku=line.sku, **values))
    return make_receipt(lines=basket), Quote(pieces=tuple(pieces), spendable=draw(KOPECKS))


def till(receipt: Receipt) -> Basket:
    """The same basket at the till, which refuses a sum below its floor."""
    return Basket(
        tuple(
            BasketLine(
                index=line.index,
                sku=line.sku,
                name=line.name,
                price=line.unit_price,
                quantity=line.quantity,
                own_discount=kopecks(line.unit_price * line.quantity) - line.total,
            )
            for line in receipt.lines
        )
    )


def discounted(receipt: Receipt, quote: Quote) -> Receipt:
    discounts = quote.discounts(receipt.lines)
    rows = (replace(line, total=line.total - discounts.get(line.index, ZERO)) for line in receipt.lines)
    return replace(receipt, lines=tuple(rows))


@given(quoted())
def test_no_discount_takes_a_line_below_its_floor_and_all_are_whole_kopecks(given_: tuple[Receipt, Quote]) -> None:
    receipt, quote = given_
    told = Quoted(customer=None, discounts=quote.discounts(receipt.lines))
    answer = mapping.quoted(told, receipt, Style())
    positions = answer.get("document", {"positions": []})["positions"]
    assert all(row["discountAmount"] == kopecks(row["discountAmount"]) != 0 for row in positions)
    for before, after in zip(receipt.lines, discounted(receipt, quote).lines, strict=True):
        assert after.total >= min(before.total, before.floor)
    by_line = {row["index"]: row["discountAmount"] for row in positions}
    assert till(receipt).discounted(by_line).after == discounted(receipt, quote).total


@given(quoted(), st.integers(1, 100))
def test_points_divide_to_the_kopeck_and_leave_every_line_its_floor(
    given_: tuple[Receipt, Quote], share: int
) -> None:
    receipt, quote = given_
    priced = discounted(receipt, quote)
    most = quote.payable(receipt.lines, quote.discounts(receipt.lines))
    assert most == quote.payable(priced.lines, {}), "what is offered is what is taken"
    points = kopecks(most * share / 100)
    room = [line.total - line.floor for line in priced.lines]
    parts = spread(points, [line.total for line in priced.lines], room)
    if points <= sum((max(row, ZERO) for row in room), ZERO) and any(line.minimum_price for line in priced.lines):
        assert parts is not None
    if parts is None:
        return
    told = Redeemed(points=points, by_line={line.index: part for line, part in zip(priced.lines, parts, strict=True)})
    rows = mapping.redeemed(told, Style())["document"]["positions"]
    assert sum((row["paidAmount"] for row in rows), ZERO) == points
    for line, row in zip(priced.lines, rows, strict=True):
        assert row["paidAmount"] <= max(line.total - line.floor, ZERO)
    answered = Answer(
        0, document=AnsweredDocument(tuple(AnsweredLine(r["index"], None, r["paidAmount"]) for r in rows))
    )
    paid = till(receipt).discounted(quote.discounts(receipt.lines)).paid_with_points(points, answered)
    assert paid.due == priced.total - points


def test_a_surcharge_is_a_negative_discount() -> None:
    told = Quoted(customer=None, discounts={1: Decimal("-12.30")})
    assert mapping.quoted(told, make_receipt(), Style())["document"] == {
        "positions": [{"index": 1, "discountAmount": Decimal("-12.30")}]
    }


@pytest.mark.parametrize(
    ("contacts", "contact"),
    [(("email",), "email"), (("mobilePhone", "email"), "mobilePhone"), ((), None)],
)
def test_the_electronic_receipt_goes_where_the_shop_prefers(contacts: Any, contact: str | None) -> None:
    customer = make_customer(email="a@example.org", phone="79990000001")
    answer = mapping.quoted(Quoted(customer=customer), make_receipt(), Style(electronic_check=contacts))
    assert answer.get("electronicCheck", {}).get("contact") == contact


def test_sums_are_numbers_or_strings_with_two_places() -> None:
    told = Quoted(customer=None, discounts={1: Decimal(55)}, spendable=Decimal(7))
    as_text = mapping.quoted(told, make_receipt(), Style(decimals="string"))
    assert as_text["document"]["positions"][0]["discountAmount"] == "55.00"
    assert as_text["client"]["availableAmount"] == "7.00"


def test_the_name_is_bold_only_where_the_till_understands_it() -> None:
    customer = make_customer()
    told = Identified(customer=customer, known=True, notices=("Новость", customer.name))
    assert mapping.identified(told, Style())["cashierInformation"] == [
        {"text": "Новость"},
        {"text": customer.name, "weight": "bold"},
    ]
    plain = mapping.identified(told, Style(bold_name=False))["cashierInformation"]
    assert plain == [{"text": "Новость"}, {"text": customer.name}]


def test_goods_may_be_named_by_another_member_and_by_the_usual_one_where_it_is_missing() -> None:
    body = {"positions": [{"id": "1", "article": "A-1"}, {"id": "2"}, {"id": "3", "article": ""}]}
    named = mapping.with_goods_ids(body, "article")
    assert [row["id"] for row in named["positions"]] == ["A-1", "2", "3"]


@pytest.mark.parametrize("broken", [{"refusal_code": 0}, {"position_id": " "}, {"record_megabytes": 0}])
def test_a_style_no_till_could_use_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        Style(**broken)
