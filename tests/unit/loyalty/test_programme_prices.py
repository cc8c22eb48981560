"""What a basket costs: promotions, splitting into pieces, points, what it earns, hints."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from adapters.loyalty.programme import Basket, BasketLine, CouponState, Pricing, Programme, TillDiscount
from adapters.loyalty.programme.pricing import Buyer, Pricer
from adapters.loyalty.programme.promotions import CheapestFree, PercentOff
from adapters.loyalty.programme.seed import Level, PointsTerms, ProgrammeSeed
from adapters.loyalty.programme.units import even
from gateway.domain.customer import Balance

MARIA = "80016"
COFFEE = BasketLine(
    number=1, sku="20417", quantity=Decimal(2), unit_price=Decimal("389.90"), minimum_price=Decimal(310)
)
CHEESE = BasketLine(number=2, sku="1033", quantity=Decimal("0.342"), unit_price=Decimal("849.00"))


def piece_line(number: int, sku: str, quantity: str, price: str) -> BasketLine:
    return BasketLine(number=number, sku=sku, quantity=Decimal(quantity), unit_price=Decimal(price))


def marias(points: str = "0") -> Basket:
    return Basket(account=MARIA, lines=(COFFEE, CHEESE), coupons=("SPRING10",), points=Decimal(points))


def discounts(pricing: Pricing) -> list[Decimal]:
    return [piece.base - piece.price for piece in pricing.pieces]


def hint_texts(pricing: Pricing) -> set[str]:
    return {hint.text for hint in pricing.hints}


def test_the_published_example_without_points(programme: Programme) -> None:
    pricing = programme.price(marias())
    assert discounts(pricing) == [Decimal("77.98"), Decimal(0)]
    assert pricing.total == Decimal("992.18")
    assert pricing.redeemable == 150
    assert pricing.accrued == 9
    assert [asked.state for asked in pricing.coupons] == [CouponState.USABLE]


def test_points_stop_at_the_minimum_price_and_the_rest_goes_to_the_other_line(programme: Programme) -> None:
    pricing = programme.price(marias("150"))
    assert [piece.redeemed for piece in pricing.pieces] == [Decimal("81.82"), Decimal("68.18")]
    assert pricing.pieces[0].total == 620  # two pieces at the minimum of 310
    assert pricing.accrued == 9  # the part paid with points earns too


def test_more_points_than_possible_are_lowered_in_a_preorder(programme: Programme) -> None:
    assert programme.price(marias("900")).redeemed == 150


def test_the_part_paid_with_points_need_not_earn(make_programme: Callable[..., Programme], tmp_path: Path) -> None:
    def edit(text: str) -> str:
        return text.replace("redeemed_part_earns = true", "redeemed_part_earns = false")

    assert make_programme(edit, tmp_path).price(marias("150")).accrued == 8


def test_an_anonymous_basket_has_public_discounts_only(programme: Programme) -> None:
    pricing = programme.price(Basket(lines=(COFFEE, CHEESE), points=Decimal(50)))
    assert (pricing.total, pricing.redeemable, pricing.accrued) == (Decimal("1070.16"), 0, 0)


def test_the_share_bounds_points_when_there_is_no_cap(programme: Programme) -> None:
    basket = Basket(account="80014", lines=(piece_line(1, "1", "1", "2000.00"),))
    assert programme.price(basket).redeemable == 400
    dear = Basket(account="80014", lines=(piece_line(1, "1", "1", "20000.00"),))
    assert programme.price(dear).redeemable == 1500


def test_points_do_not_pay_for_goods_that_are_out(programme: Programme) -> None:
    basket = Basket(account="80014", lines=(piece_line(1, "9", "1", "100.00"),), points=Decimal(10))
    pricing = programme.price(basket)
    assert (pricing.redeemable, pricing.redeemed) == (0, 0)


def test_of_three_the_cheapest_is_free_and_its_line_is_split(programme: Programme) -> None:
    basket = Basket(lines=(piece_line(1, "700-A", "1", "900.00"), piece_line(2, "700-C", "2", "200.00")))
    pricing = programme.price(basket)
    assert [(piece.line.number, piece.number, piece.quantity, piece.total) for piece in pricing.pieces] == [
        (1, 1, 1, 900),
        (2, 2, 1, 200),
        (2, 3, 1, 0),
    ]
    assert pricing.split_lines == {2}


def test_two_of_three_give_a_hint_and_no_discount(programme: Programme) -> None:
    basket = Basket(lines=(piece_line(1, "700-A", "1", "900"), piece_line(2, "700-B", "1", "700")))
    pricing = programme.price(basket)
    assert pricing.total == 1600
    assert hint_texts(pricing) == {"Ещё одна вещь до акции 1+1=3", "Предложите пакет"}


def test_a_package_in_the_basket_needs_no_hint(programme: Programme) -> None:
    assert hint_texts(programme.price(Basket(lines=(piece_line(1, "9", "1", "10"),)))) == set()


def test_extra_points_come_on_top_of_the_level(programme: Programme) -> None:
    basket = Basket(account=MARIA, lines=(piece_line(1, "5001", "2", "100"), piece_line(2, "5002", "1", "100")))
    pricing = programme.price(basket)
    assert [piece.accrued for piece in pricing.pieces] == [102, 1]
    assert [hint.number for hint in pricing.hints if hint.text.startswith("+50")] == [1]


def test_a_discount_that_does_not_divide_splits_the_line() -> None:
    pricing = priced([piece_line(1, "x", "3", "33.35")], percent="10")  # 10.01 off 100.05
    assert [(piece.quantity, piece.base - piece.price) for piece in pricing.pieces] == [
        (1, Decimal("3.33")),
        (2, Decimal("6.68")),
    ]


def test_points_never_split_they_are_lowered_to_a_multiple_of_the_quantity() -> None:
    line = piece_line(1, "x", "3", "100.00")
    assert priced([line], points="100").redeemed == Decimal("99.99")
    assert priced([line], points="100", whole=True).redeemed == 99


# -- properties


def priced(
    lines: list[BasketLine],
    *,
    percent: str = "0",
    points: str = "0",
    whole: bool = False,
    group: tuple[str, ...] = (),
) -> Pricing:
    level = Level(id="one", name="", accrual_percent=Decimal(7), redeemable_percent=Decimal(100))
    seed = ProgrammeSeed(
        levels=(level,),
        points=PointsTerms(whole_redemption=whole),
        promotions=(
            CheapestFree(id="free", name="", skus=group or ("none",), of=3),
            PercentOff(id="percent", name="", percent=Decimal(percent)),
        ),
    )
    buyer = Buyer(level=level, balance=Balance(available=Decimal(10**6)))
    return Pricer(seed).price(Basket(lines=tuple(lines), points=Decimal(points)), buyer, ())


def kopecks(most: int) -> st.SearchStrategy[Decimal]:
    return st.integers(0, most).map(lambda value: Decimal(value) / 100)


@st.composite
def lines_of(draw: st.DrawFn) -> list[BasketLine]:
    quantities = st.one_of(
        st.integers(1, 7).map(Decimal), st.integers(1, 2999).map(lambda gram: Decimal(gram) / 1000)
    )
    lines = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        price = draw(st.sampled_from([Decimal("33.35"), Decimal("100.00"), Decimal("0.07")])) + draw(kopecks(3))
        line = BasketLine(
            number=number,
            sku=draw(st.sampled_from(["a", "b", "c"])),
            quantity=draw(quantities),
            unit_price=price,
            minimum_price=draw(st.sampled_from([Decimal(0), price / 2])).quantize(Decimal("0.01")),
        )
        off = min(draw(kopecks(500)), line.base / 2).quantize(Decimal("0.01"))
        lines.append(line if not off else with_till(line, off))
    return lines


def with_till(line: BasketLine, off: Decimal) -> BasketLine:
    return replace(line, till_discounts=(TillDiscount(promotion="till", amount=off),))


PERCENTS = st.sampled_from(["0", "3", "10", "33.3", "50"])


@settings(max_examples=150, deadline=None)
@given(lines=lines_of(), percent=PERCENTS, points=kopecks(30_000))
def test_pieces_add_up_to_their_lines_to_the_kopeck(lines: list[BasketLine], percent: str, points: Decimal) -> None:
    pricing = priced(lines, percent=percent, points=str(points), group=("a", "b"))
    for line in lines:
        own = [piece for piece in pricing.pieces if piece.line.number == line.number]
        assert sum(piece.quantity for piece in own) == line.quantity
        assert sum(piece.base for piece in own) == line.base
        till = sum(one.amount for piece in own for one in piece.discounts if one.of_till)
        assert till == sum(one.amount for one in line.till_discounts)
    assert pricing.accrued == int(sum(piece.price for piece in pricing.pieces) * 7 / 100)
    assert pricing.redeemed <= min(points, pricing.redeemable)


@settings(max_examples=150, deadline=None)
@given(lines=lines_of(), percent=PERCENTS, points=kopecks(30_000))
def test_no_piece_falls_below_its_minimum_and_points_divide(
    lines: list[BasketLine], percent: str, points: Decimal
) -> None:
    for piece in priced(lines, percent=percent, points=str(points), group=("a", "b")).pieces:
        own = [one for one in piece.discounts if not one.of_till]
        if own or piece.redeemed:  # the till's own discount may go lower, that is its own affair
            assert piece.total >= piece.floor
        if piece.line.is_counted:
            assert (piece.redeemed * 100) % piece.quantity == 0


@settings(max_examples=150, deadline=None)
@given(lines=lines_of(), percent=PERCENTS, points=kopecks(30_000))
def test_pieces_sent_back_as_lines_cost_the_same_and_need_no_split(
    lines: list[BasketLine], percent: str, points: Decimal
) -> None:
    first = priced(lines, percent=percent, points=str(points), group=("a", "b"))
    again = [
        replace(
            piece.line,
            number=piece.number,
            line_id=f"new-{piece.number}",
            quantity=piece.quantity,
            till_discounts=tuple(
                TillDiscount(promotion=one.promotion, amount=one.amount) for one in piece.discounts if one.of_till
            ),
        )
        for piece in first.pieces
    ]
    second = priced(again, percent=percent, points=str(points), group=("a", "b"))
    assert not second.split_lines
    assert [piece.total for piece in second.pieces] == [piece.total for piece in first.pieces]
    assert [piece.accrued for piece in second.pieces] == [piece.accrued for piece in first.pieces]


@given(amount=kopecks(10_000), count=st.integers(1, 50))
def test_even_parts_differ_by_a_kopeck_at_most(amount: Decimal, count: int) -> None:
    parts = even(amount, count)
    assert sum(parts) == amount
    assert len(parts) == count
    assert max(parts) - min(parts) <= Decimal("0.01")
