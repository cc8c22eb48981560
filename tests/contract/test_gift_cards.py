"""What every loyalty programme that keeps gift cards promises: shown, spent, given back, sold."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from builders import REGISTER, make_line, make_receipt
from loyalty_worlds import WORLDS, until

from gateway.domain.call import (
    Accepted,
    Answer,
    Call,
    CancelOrder,
    Intent,
    Operation,
    PlaceOrder,
    RefundOrder,
    RefusalReason,
    Refused,
    ReturnedPiece,
)
from gateway.domain.deadline import Deadline
from gateway.domain.quote import GiftCardAnswer, GiftCardState, Quote
from gateway.domain.receipt import LineItem, Tender, TenderKind
from gateway.ports import LoyaltyProgram

AT = datetime(2026, 3, 14, 15, 5, tzinfo=UTC)
ACTIVE, NEARLY_SPENT, UNSOLD = "7700000001", "7700000002", "7700000003"
"""Of the example seed: 1000 roubles; 500 roubles left of 3000, with a CVV; 1000 roubles, not active yet."""
BAG = make_line(sku="5002", quantity=Decimal(1), unit_price=Decimal(400), total=Decimal(400))
GIFT = make_line(sku="gift", quantity=Decimal(1), unit_price=Decimal(1000), total=Decimal(1000), gift_card=UNSOLD)


@pytest.fixture(params=WORLDS)
async def program(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[LoyaltyProgram]:
    async with WORLDS[request.param](tmp_path) as world:
        yield world.program


def gift(number: str, amount: int) -> Tender:
    return Tender(kind=TenderKind.GIFT_CARD, amount=Decimal(amount), gift_card=number)


async def quoted(program: LoyaltyProgram, *tenders: Tender, line: LineItem = BAG) -> Quote:
    asked = make_receipt(customer=None, lines=(line,), tenders=tenders)
    return await program.quote(asked, "another", AT, deadline=Deadline(time.monotonic() + 3))


async def tell(program: LoyaltyProgram, operation: Operation, intent: Intent) -> Answer:
    call = Call(operation=operation, order_id="receipt-1", key=str(uuid4()), body=program.compose(intent))
    return await program.send(call, deadline=Deadline(time.monotonic() + 3))


async def sold(program: LoyaltyProgram, *tenders: Tender, line: LineItem = BAG) -> Answer:
    quote = await quoted(program, *tenders, line=line)
    intent = PlaceOrder(
        order_id="receipt-1",
        register=REGISTER,
        customer=None,
        pieces=quote.pieces,
        tenders=tenders,
        total=quote.total,
        at=AT,
        paid=True,
    )
    return await tell(program, Operation.SALE, intent)


async def pays(program: LoyaltyProgram, number: str = ACTIVE) -> GiftCardAnswer:
    """What the card is good for on a receipt of 400 roubles."""
    (card,) = (await quoted(program, gift(number, 400))).gift_cards
    assert card.number == number
    return card


async def test_a_calculation_says_what_each_gift_card_is_good_for(program: LoyaltyProgram) -> None:
    quote = await quoted(program, gift(ACTIVE, 400), gift(UNSOLD, 1), gift("no such card", 1))
    assert [(card.state, card.available) for card in quote.gift_cards] == [
        (GiftCardState.USABLE, 400),
        (GiftCardState.INACTIVE, 0),
        (GiftCardState.UNKNOWN, 0),
    ]
    assert quote.total == 400


async def test_two_gift_cards_pay_no_more_than_the_receipt_together(program: LoyaltyProgram) -> None:
    quote = await quoted(program, gift(NEARLY_SPENT, 100), gift(ACTIVE, 300), line=BAG)
    assert [card.available for card in quote.gift_cards] == [400, 0]


async def test_a_sale_spends_the_gift_card_and_its_cancellation_gives_it_back(program: LoyaltyProgram) -> None:
    for paid in (300, 350):  # the second sale of that id is an update
        assert isinstance(await sold(program, gift(ACTIVE, paid)), Accepted)
    for left in (Decimal(400), Decimal(250)):
        assert (await pays(program)).available == left
        other = PlaceOrder(
            order_id=f"receipt-{left}", register=REGISTER, customer=None, pieces=(await quoted(program)).pieces,
            tenders=(gift(ACTIVE, 400),), total=Decimal(400), at=AT, paid=True,
        )  # fmt: skip
        answer = await tell(program, Operation.SALE, other)
        assert isinstance(answer, Accepted if left == 400 else Refused)
    assert isinstance(await tell(program, Operation.CANCEL, CancelOrder(order_id="receipt-1", at=AT)), Accepted)
    assert (await pays(program)).available == 400


async def test_a_payment_the_gift_card_cannot_make_is_refused_in_words_that_name_it(program: LoyaltyProgram) -> None:
    for number, amount in ((ACTIVE, 1001), (UNSOLD, 100), ("no such card", 100)):
        answer = await sold(program, gift(number, amount))
        assert isinstance(answer, Refused)
        assert (answer.reason, number in answer.text) == (RefusalReason.OTHER, True)
    assert await program.order("receipt-1", deadline=Deadline(time.monotonic() + 3)) is None


async def test_goods_brought_back_may_put_their_price_back_on_the_gift_card(program: LoyaltyProgram) -> None:
    dear = make_line(sku="5002", quantity=Decimal(2), unit_price=Decimal(400), total=Decimal(800))
    await sold(program, gift(ACTIVE, 800), line=dear)
    assert (await pays(program)).available == 200
    pieces = (ReturnedPiece(number=1, quantity=Decimal(1)),)
    refund = RefundOrder(order_id="receipt-1", pieces=pieces, tenders=(gift(ACTIVE, 400),), at=AT)
    assert isinstance(await tell(program, Operation.REFUND, refund), Accepted)

    async def given_back() -> bool:
        return (await pays(program)).available == 400

    await until(given_back)


async def test_a_sold_gift_card_can_be_spent_and_not_sold_again(program: LoyaltyProgram) -> None:
    assert (await pays(program, UNSOLD)).state is GiftCardState.INACTIVE
    assert (await quoted(program, line=GIFT)).total == 1000
    assert isinstance(await sold(program, line=GIFT), Accepted)
    assert (await pays(program, UNSOLD)).available == 400
    again = PlaceOrder(
        order_id="receipt-2", register=REGISTER, customer=None, pieces=(await quoted(program, line=GIFT)).pieces,
        total=Decimal(1000), at=AT, paid=True,
    )  # fmt: skip
    answer = await tell(program, Operation.SALE, again)
    assert isinstance(answer, Refused)
    assert UNSOLD in answer.text
