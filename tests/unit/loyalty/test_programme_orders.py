"""What orders do to accounts: creation, update, payment, cancellation, refund."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from adapters.loyalty.programme import (
    AccountKeys,
    AmbiguousKeys,
    Basket,
    BasketLine,
    CodeRefused,
    CouponState,
    LineStatus,
    OrderClosed,
    PointsRefused,
    PriceChanged,
    Programme,
    RefundPart,
    UnknownOrder,
    UnsplitLine,
)

MARIA = "80016"
LINES = (
    BasketLine(
        number=1,
        line_id="1",
        sku="20417",
        quantity=Decimal(2),
        unit_price=Decimal("389.90"),
        minimum_price=Decimal(310),
    ),
    BasketLine(number=2, line_id="2", sku="1033", quantity=Decimal("0.342"), unit_price=Decimal("849.00")),
)


def marias(points: str = "150", status: LineStatus = LineStatus.CHECKED_OUT, order_id: str = "sale-1") -> Basket:
    lines = tuple(replace(line, status=status) for line in LINES)
    return Basket(order_id=order_id, account=MARIA, lines=lines, coupons=("SPRING10",), points=Decimal(points))


def available(programme: Programme, account_id: str = MARIA) -> Decimal:
    account = programme.account(account_id)
    assert account is not None
    return programme.balance(account).available


def turnover(programme: Programme) -> Decimal:
    account = programme.account(MARIA)
    assert account is not None
    return account.turnover


def coupon_state(programme: Programme, code: str = "SPRING10") -> CouponState:
    basket = replace(marias("0", order_id="another"), coupons=(code,))
    return programme.price(basket).coupons[0].state


def test_points_are_redeemed_at_create_and_earned_when_paid(programme: Programme) -> None:
    programme.place(marias())
    assert available(programme) == 65
    programme.change_status("sale-1", LineStatus.PAID)
    assert available(programme) == 215 - 150 + 9
    assert turnover(programme) == Decimal(4200) + Decimal("842.18")


def test_a_create_that_says_paid_earns_at_once_and_only_once(programme: Programme) -> None:
    programme.place(marias(status=LineStatus.PAID))
    programme.place(marias(status=LineStatus.PAID))
    programme.change_status("sale-1", LineStatus.PAID)
    assert available(programme) == 74
    order = programme.order("sale-1")
    assert order is not None
    assert (order.created_times, order.summary) == (1, "Paid")


def test_cancelling_twice_gives_the_points_back_once(programme: Programme) -> None:
    programme.place(marias())
    for _ in range(2):
        programme.change_status("sale-1", LineStatus.CANCELLED)
        assert available(programme) == 215


def test_cancelling_a_paid_order_takes_the_accrual_and_the_turnover(programme: Programme) -> None:
    programme.place(marias(status=LineStatus.PAID))
    programme.change_status("sale-1", LineStatus.CANCELLED)
    assert (available(programme), turnover(programme)) == (215, 4200)


def test_an_update_redeems_or_gives_back_the_difference(programme: Programme) -> None:
    programme.place(marias("100"))
    programme.place(marias("150"))
    assert available(programme) == 65
    programme.place(marias("20"))
    assert available(programme) == 195


def test_an_order_of_all_points_can_be_placed_again(programme: Programme) -> None:
    programme.place(replace(marias("0", order_id="earlier"), coupons=()))
    programme.place(marias("150"))
    assert programme.price(marias("150")).redeemable == 150  # 65 are left, and its own 150


def test_a_cancelled_order_lives_again(programme: Programme) -> None:
    programme.place(marias())
    programme.change_status("sale-1", LineStatus.CANCELLED)
    order = programme.place(marias()).order
    assert (order.created_times, order.summary, available(programme)) == (2, "CheckedOut", 65)


def test_a_cancelled_order_stays_cancelled_when_the_seed_says_so(
    make_programme: Callable[..., Programme], tmp_path: Path
) -> None:
    programme = make_programme(lambda text: text.replace("reopens = true", "reopens = false"), tmp_path)
    programme.place(marias())
    programme.change_status("sale-1", LineStatus.CANCELLED)
    with pytest.raises(OrderClosed):
        programme.place(marias())


def test_too_many_points_are_refused_and_nothing_is_kept(programme: Programme) -> None:
    with pytest.raises(PointsRefused, match="Нельзя списать больше 150 баллов"):
        programme.place(marias("150.01"))
    assert programme.order("sale-1") is None
    assert available(programme) == 215


def test_another_total_is_refused_with_the_right_one(programme: Programme) -> None:
    with pytest.raises(PriceChanged) as refusal:
        programme.place(replace(marias(), total=Decimal("842.00")))
    assert refusal.value.total == Decimal("842.18")
    assert available(programme) == 215
    programme.place(replace(marias(), total=Decimal("842.18")))


def test_points_lowered_to_a_multiple_are_a_changed_price(programme: Programme) -> None:
    line = BasketLine(number=1, sku="x", quantity=Decimal(3), unit_price=Decimal(300))
    basket = Basket(order_id="o", account=MARIA, lines=(line,), points=Decimal(100), total=Decimal(800))
    with pytest.raises(PriceChanged) as refusal:
        programme.place(basket)
    assert refusal.value.total == Decimal("800.01")


def test_a_line_that_must_be_split_is_refused_whole_and_taken_in_pieces(programme: Programme) -> None:
    whole = BasketLine(number=1, sku="700-A", quantity=Decimal(3), unit_price=Decimal(100))
    with pytest.raises(UnsplitLine):
        programme.place(Basket(order_id="o", lines=(whole,)))
    pieces = (replace(whole, quantity=Decimal(2)), replace(whole, number=2, quantity=Decimal(1)))
    assert programme.place(Basket(order_id="o", lines=pieces, total=Decimal(200))).order.total == 200


def test_a_coupon_is_used_by_an_order_and_freed_by_its_cancellation(programme: Programme) -> None:
    assert coupon_state(programme) is CouponState.USABLE
    programme.place(marias())
    assert coupon_state(programme) is CouponState.USED
    programme.place(marias())  # its own coupon stays good for itself
    programme.change_status("sale-1", LineStatus.CANCELLED)
    assert coupon_state(programme) is CouponState.USABLE


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("NO-SUCH", CouponState.NOT_FOUND),
        ("OLD10", CouponState.EXPIRED),
        ("BLOCKED10", CouponState.BLOCKED),
    ],
)
def test_a_bad_coupon_is_told_in_a_preorder_and_refused_at_create(
    programme: Programme, code: str, state: CouponState
) -> None:
    assert coupon_state(programme, code) is state
    with pytest.raises(CodeRefused):
        programme.place(replace(marias(), coupons=(code,)))


def test_a_coupon_of_no_use_here_is_not_used_up(programme: Programme) -> None:
    cheese = Basket(order_id="o", account=MARIA, lines=LINES[1:], coupons=("SPRING10",))
    assert programme.price(cheese).coupons[0].state is CouponState.NO_USE_HERE
    programme.place(cheese)
    assert coupon_state(programme) is CouponState.USABLE


def test_a_paid_order_brings_a_code_that_works_next_time(programme: Programme) -> None:
    assert programme.place(marias()).order.issued == ()
    assert programme.change_status("sale-1", LineStatus.PAID).issued == ("460123456789",)
    assert programme.place(marias(status=LineStatus.PAID)).order.issued == ("460123456789",)
    assert coupon_state(programme, "460123456789") is CouponState.USABLE
    assert programme.place(replace(marias("0", LineStatus.PAID, "sale-2"), coupons=())).order.issued == (
        "460123456790",
    )


def test_the_published_return_gives_the_points_of_its_line_back(programme: Programme) -> None:
    programme.place(marias(status=LineStatus.PAID))
    order = programme.refund("sale-1", [RefundPart(number=2, quantity=Decimal("0.342"))])
    cheese = next(line.piece for line in order.lines if line.number == 2)
    assert available(programme) == 74 + Decimal("68.18") - cheese.accrued
    assert turnover(programme) == 4200 + 620
    assert order.summary == "PartlyReturned"


def test_returning_piece_by_piece_gives_back_exactly_everything(programme: Programme) -> None:
    line = BasketLine(
        number=1, line_id="a", sku="x", quantity=Decimal(3), unit_price=Decimal(300), status=LineStatus.PAID
    )
    programme.place(Basket(order_id="o", account=MARIA, lines=(line,), points=Decimal("99.99")))
    before = available(programme)
    order = programme.refund("o", [RefundPart(line_id="a", quantity=Decimal(1))])
    assert available(programme) == before + Decimal("33.33") - Decimal("3.00")  # 9 points for three pieces
    assert [(one.number, one.piece.quantity, one.status.value) for one in order.lines] == [
        (1, 2, "Paid"),
        (2, 1, "Returned"),
    ]
    order = programme.refund("o", [RefundPart(sku="x", unit_price=Decimal(300), quantity=Decimal(2))])
    assert (available(programme), turnover(programme), order.summary) == (215, 4200, "Returned")


def test_more_than_was_sold_is_not_returned_and_nothing_changes(programme: Programme) -> None:
    programme.place(marias(status=LineStatus.PAID))
    parts = [RefundPart(number=2, quantity=Decimal("0.342")), RefundPart(number=1, quantity=Decimal(3))]
    with pytest.raises(UnknownOrder):
        programme.refund("sale-1", parts)
    assert available(programme) == 74


def test_a_status_does_not_bring_returned_goods_back(programme: Programme) -> None:
    programme.place(marias(status=LineStatus.PAID))
    programme.refund("sale-1", [RefundPart(number=2, quantity=Decimal("0.342"))])
    assert programme.change_status("sale-1", LineStatus.PAID).summary == "PartlyReturned"


def test_unknown_orders_are_refused(programme: Programme) -> None:
    with pytest.raises(UnknownOrder):
        programme.change_status("no-such", LineStatus.PAID)
    with pytest.raises(UnknownOrder):
        programme.refund("no-such", [RefundPart(number=1, quantity=Decimal(1))])


def test_a_sale_made_without_us_earns_and_gets_no_promotion(programme: Programme) -> None:
    basket = replace(marias("150", LineStatus.PAID), coupons=("SPRING10",))
    order = programme.place_as_sold(basket).order
    assert order.total == Decimal("1070.16")
    assert available(programme) == 215 + 10
    assert coupon_state(programme) is CouponState.USABLE


def test_a_sale_saved_over_an_order_updates_it(programme: Programme) -> None:
    programme.place(marias())
    order = programme.place_as_sold(marias("0", LineStatus.PAID)).order
    assert (order.created_times, available(programme)) == (1, 225)


def test_an_order_that_changes_hands_leaves_nothing_behind(programme: Programme) -> None:
    programme.place(marias(status=LineStatus.PAID))
    programme.place(replace(marias("0", LineStatus.PAID), account="80014"))
    assert (available(programme), turnover(programme)) == (215, 4200)
    assert available(programme, "80014") == 1500 + 49  # 5 % of 992.18


def test_a_level_risen_by_the_order_itself_does_not_change_its_price(programme: Programme) -> None:
    line = BasketLine(number=1, sku="x", quantity=Decimal(1), unit_price=Decimal(1000), status=LineStatus.PAID)
    basket = Basket(order_id="o", account="80015", lines=(line,))
    assert programme.place(basket).order.effect.accrued == 50
    assert programme.place(basket).order.effect.accrued == 50


def test_accrued_points_may_wait(make_programme: Callable[..., Programme], tmp_path: Path, clock: Any) -> None:
    programme = make_programme(
        lambda text: text.replace("pending_seconds = 0", "pending_seconds = 60"), tmp_path, speed=10
    )
    programme.place(marias(status=LineStatus.PAID))
    account = programme.account(MARIA)
    assert account is not None
    assert (programme.balance(account).available, programme.balance(account).pending) == (65, 9)
    clock.move(6)
    assert (programme.balance(account).available, programme.balance(account).pending) == (74, 0)


def test_customers_are_found_by_any_key_and_mixed_keys_are_ambiguous(programme: Programme) -> None:
    for keys in (
        AccountKeys(phone="79217654321"),
        AccountKeys(card="2900004417"),
        AccountKeys(email="M.Petrova@example.org"),
        AccountKeys(id=MARIA),
    ):
        account = programme.find(keys)
        assert account is not None
        assert account.id == MARIA
    assert programme.find(AccountKeys(phone="70000000000")) is None
    assert programme.find(AccountKeys()) is None
    with pytest.raises(AmbiguousKeys):
        programme.find(AccountKeys(phone="79217654321", card="2900004455"))


def test_personal_keys_are_not_shown() -> None:
    assert "7921" not in repr(AccountKeys(phone="79217654321"))
