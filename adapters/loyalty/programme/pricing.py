"""Prices of a basket: promotions in the seed's order, then points, then what it earns, then hints."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from adapters.loyalty.programme.accrual import accrue, accrue_extra
from adapters.loyalty.programme.basket import Basket
from adapters.loyalty.programme.coupons import CouponState
from adapters.loyalty.programme.gift_cards import AskedGiftCard
from adapters.loyalty.programme.pieces import Piece, gather
from adapters.loyalty.programme.promotions import Promotion
from adapters.loyalty.programme.redemption import ONE, RedemptionTerms
from adapters.loyalty.programme.seed import Coupon, Level, ProgrammeSeed
from adapters.loyalty.programme.units import Unit, take_apart
from gateway.domain.customer import Balance
from gateway.domain.money import KOPECK, ZERO

__all__ = ["AskedCoupon", "Buyer", "CouponState", "Hint", "Pricer", "Pricing"]

MOST_FITS = 100_000
"""Kept answers to "is this promotion for these goods": strangers may name any goods."""


class Hint(Struct, frozen=True, kw_only=True):
    """A text for the cashier; at one line when `number` is given, else about the whole basket."""

    promotion: str
    name: str
    text: str
    number: int | None = None


class AskedCoupon(Struct, frozen=True, kw_only=True):
    """A coupon of the basket: `coupon` is None when there is none of that code; `amount` are roubles it gave."""

    code: str
    state: CouponState
    coupon: Coupon | None = None
    amount: Decimal = ZERO


class Buyer(Struct, frozen=True, kw_only=True):
    """What prices depend on. `balance.available` includes what the same order has redeemed already."""

    level: Level
    balance: Balance
    segments: frozenset[str] = frozenset()


class Pricing(Struct, frozen=True, kw_only=True):
    """A priced basket; `redeemable` is the most points it may be paid with."""

    pieces: tuple[Piece, ...]
    redeemable: Decimal = ZERO
    coupons: tuple[AskedCoupon, ...] = ()
    hints: tuple[Hint, ...] = ()
    gift_cards: tuple[AskedGiftCard, ...] = ()

    @property
    def total(self) -> Decimal:
        return sum((piece.total for piece in self.pieces), ZERO)

    @property
    def redeemed(self) -> Decimal:
        return sum((piece.redeemed for piece in self.pieces), ZERO)

    @property
    def accrued(self) -> Decimal:
        return sum((piece.accrued for piece in self.pieces), ZERO)

    @property
    def split_lines(self) -> frozenset[int]:
        """Numbers of the basket's lines that have become several pieces."""
        numbers = [piece.line.number for piece in self.pieces]
        return frozenset(number for number in numbers if numbers.count(number) > 1)


class Pricer:
    """The price rules of one seed; knows no customers and no orders."""

    def __init__(self, seed: ProgrammeSeed) -> None:
        self._seed = seed
        self._groups: Mapping[str, tuple[str, ...]] = {good.sku: good.groups for good in seed.goods}
        self._unpayable = {good.sku for good in seed.goods if not good.payable_with_points}
        self._fits: dict[tuple[str, str], bool] = {}  # (promotion, sku): asked many times for each basket

    def price(self, basket: Basket, buyer: Buyer | None, coupons: Sequence[AskedCoupon]) -> Pricing:
        """The basket by all rules; `coupons` have been looked up already."""
        promotions = self._working(buyer, coupons)
        units = take_apart(basket.lines)
        for promotion in promotions:
            promotion.discount(self._concerned(promotion, units))
        pieces = gather(units)
        terms = self._redemption(basket, buyer)
        redeemable = terms.redeemable(pieces)
        pieces = terms.redeem(min(basket.points, redeemable), pieces)
        return Pricing(
            pieces=tuple(self._accrue(pieces, buyer, promotions)),
            redeemable=redeemable,
            coupons=tuple(_used(asked, pieces) for asked in coupons),
            hints=(*self._screen_hints(basket, promotions, units), *self._line_hints(pieces, promotions)),
        )

    def price_as_sold(self, basket: Basket, buyer: Buyer | None) -> Pricing:
        """The register's own prices: a sale made without us earns points, but gets no promotion."""
        pieces = gather(take_apart(basket.lines))
        return Pricing(pieces=tuple(self._accrue(pieces, buyer, ())))

    def _working(self, buyer: Buyer | None, coupons: Sequence[AskedCoupon]) -> list[Promotion]:
        codes = {asked.coupon.promotion for asked in coupons if _is_usable(asked) and asked.coupon}
        level, segments = (buyer.level.id, buyer.segments) if buyer else ("", frozenset())
        return [
            promotion
            for promotion in self._seed.promotions
            if (not promotion.needs_coupon or promotion.id in codes) and promotion.is_for(level, segments)
        ]

    def _concerned(self, promotion: Promotion, units: Sequence[Unit]) -> list[Unit]:
        """A gift card costs its nominal: no promotion is for it."""
        goods = [unit for unit in units if not unit.line.gift_card]
        return [unit for unit in goods if self._concerns(promotion, unit.line.sku)]

    def _concerns(self, promotion: Promotion, sku: str) -> bool:
        key = (promotion.id, sku)
        known = self._fits.get(key)
        if known is None:
            if len(self._fits) >= MOST_FITS:
                self._fits.clear()
            known = self._fits[key] = promotion.concerns(sku, self._groups)
        return known

    def _redemption(self, basket: Basket, buyer: Buyer | None) -> RedemptionTerms:
        redeems = buyer if basket.may_redeem else None
        return RedemptionTerms(
            balance=redeems.balance.available if redeems else ZERO,
            percent=redeems.level.redeemable_percent if redeems else ZERO,
            cap=redeems.level.receipt_cap if redeems else None,
            step=ONE if self._seed.points.whole_redemption else KOPECK,
            payable=lambda line: not line.gift_card and line.sku not in self._unpayable,
        )

    def _accrue(
        self, pieces: Sequence[Piece], buyer: Buyer | None, promotions: Sequence[Promotion]
    ) -> Sequence[Piece]:
        if buyer is None:
            return pieces
        earning = accrue(pieces, buyer.level, self._seed.points)
        for promotion in promotions:
            earning = [
                accrue_extra(piece, promotion) if self._concerns(promotion, piece.line.sku) else piece
                for piece in earning
            ]
        return earning

    def _screen_hints(self, basket: Basket, promotions: Sequence[Promotion], units: Sequence[Unit]) -> list[Hint]:
        skus = {line.sku for line in basket.lines}
        absent = [
            Hint(promotion=hint.id, name=hint.name, text=hint.text)
            for hint in self._seed.hints
            if skus and hint.absent_sku not in skus
        ]
        texts = [(one, one.screen_hint(self._concerned(one, units))) for one in promotions]
        return [Hint(promotion=one.id, name=one.name, text=text) for one, text in texts if text] + absent

    def _line_hints(self, pieces: Sequence[Piece], promotions: Sequence[Promotion]) -> list[Hint]:
        return [
            Hint(promotion=promotion.id, name=promotion.name, text=promotion.line_hint, number=piece.number)
            for promotion in promotions
            if promotion.line_hint
            for piece in pieces
            if self._concerns(promotion, piece.line.sku)
        ]


def _is_usable(asked: AskedCoupon) -> bool:
    return asked.state is CouponState.USABLE


def _used(asked: AskedCoupon, pieces: Sequence[Piece]) -> AskedCoupon:
    """What the coupon has given; one that gave nothing is of no use for this basket."""
    if asked.coupon is None or not _is_usable(asked):
        return asked
    given = [
        discount.amount
        for piece in pieces
        for discount in piece.discounts
        if discount.promotion == asked.coupon.promotion and not discount.of_till
    ]
    state = CouponState.USABLE if given else CouponState.NO_USE_HERE
    return AskedCoupon(code=asked.code, state=state, coupon=asked.coupon, amount=sum(given, ZERO))
