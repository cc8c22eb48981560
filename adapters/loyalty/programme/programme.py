"""The programme itself: customers, prices and orders put together; the only place where state changes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import count

from msgspec import Struct
from msgspec.structs import replace

from adapters.loyalty.programme.accounts import Account, AccountKeys, Accounts, ActionRecord, level_at
from adapters.loyalty.programme.basket import Basket, GiftPayment, LineStatus
from adapters.loyalty.programme.cards import CardBook
from adapters.loyalty.programme.coupons import CouponBook, CouponState
from adapters.loyalty.programme.gift_cards import GiftCardBook
from adapters.loyalty.programme.issuing import PurchaseCodes
from adapters.loyalty.programme.orders import NO_EFFECT, Order, OrderLine, RefundPart
from adapters.loyalty.programme.pricing import AskedCoupon, Buyer, Pricer, Pricing
from adapters.loyalty.programme.promotions import Promotion
from adapters.loyalty.programme.refusals import (
    CodeRefused,
    OrderClosed,
    PointsRefused,
    PriceChanged,
    UnknownOrder,
    UnsplitLine,
)
from adapters.loyalty.programme.seed import Coupon, CustomerSeed, Level, ProgrammeSeed, Suggestion
from adapters.loyalty.programme.segment_rules import by_rules
from adapters.loyalty.programme.segments import leave, memberships
from adapters.loyalty.programme.settlement import Settlement
from adapters.loyalty.programme.sms_codes import SmsCodes
from adapters.loyalty.programme.variants import UsedKeys
from gateway.domain.customer import Balance, SegmentMembership

# A coupon in one of these states does not stop a sale: it works, or it just gives nothing here.
HARMLESS = frozenset({CouponState.USABLE, CouponState.NO_USE_HERE})


ENROLLED_FROM = 700000
"""Ids of those who joined while the programme ran, above those of any seed."""


class Placed(Struct, frozen=True, kw_only=True):
    """An order as it stands now, with the prices it was placed at."""

    order: Order
    pricing: Pricing


class Programme:
    """Not for several threads. `now` is the only clock; `speed` divides every delay of the seed.

    `variants` may be changed at any time; `keys` are the idempotency keys that callers have used up.
    """

    def __init__(self, seed: ProgrammeSeed, now: Callable[[], datetime], *, speed: float = 1.0) -> None:
        self.seed = seed
        self.variants = seed.variants
        self.keys = UsedKeys(now, lambda: self.variants)
        self._now = now
        self._pricer = Pricer(seed)
        self.accounts = Accounts(seed.customers, now())
        self.cards = CardBook(seed.cards, self.accounts)
        self._settlement = Settlement(seed, self.accounts, now, speed, lambda: self.variants.cancel_gives_back)
        self._coupons = CouponBook(seed.coupons)
        self._gift_cards = GiftCardBook(seed.gift_cards)
        self._purchase_codes = PurchaseCodes(seed.purchase_codes)
        self._orders: dict[str, Order] = {}
        self._order_numbers = count(990001)
        self._code_numbers = count(1)
        self.sms = SmsCodes(now)

    # -- reading

    def find(self, keys: AccountKeys) -> Account | None:
        """The customer with these keys, None when there is none.

        Raises:
            AmbiguousKeys: the keys belong to different customers.

        """
        return self.accounts.find(keys)

    def account(self, account_id: str) -> Account | None:
        return self.accounts.get(account_id)

    def balance(self, account: Account) -> Balance:
        return account.balance(self._now())

    def level(self, account: Account) -> Level:
        return level_at(self.seed.levels, account.turnover)

    def segments(self, account: Account) -> tuple[SegmentMembership, ...]:
        """All segments of the customer now: the level, those of the seed, a transition while it lasts."""
        own = memberships(
            account.profile,
            self.level(account),
            account.transitions,
            terms=self.seed.transitions,
            now=self._now(),
        )
        return (*own, *by_rules(self.seed.segments, account, self._now()))

    def coupon(self, code: str) -> Coupon | None:
        """The coupon of that code, one of the seed or issued since."""
        return self._coupons.get(code)

    def coupon_state(self, code: str) -> CouponState:
        return self._coupons.state(code, "", self._now())

    def order(self, order_id: str) -> Order | None:
        return self._orders.get(order_id)

    @property
    def orders(self) -> tuple[Order, ...]:
        """In the order in which they first came."""
        return tuple(self._orders.values())

    def price(self, basket: Basket) -> Pricing:
        """What the basket costs now; nothing changes. More points than possible are lowered silently."""
        pricing = self._pricer.price(basket, self._buyer(basket), self._asked(basket))
        if not basket.gift_payments:
            return pricing
        moment = basket.at or self._now()
        gifts = self._gift_cards.asked(basket.gift_payments, basket.order_id, pricing.total, moment)
        return replace(pricing, gift_cards=gifts)

    def price_as_sold(self, basket: Basket) -> Pricing:
        """The register's own prices: no promotion, no points."""
        return self._pricer.price_as_sold(basket, None)

    # -- changing

    def place(self, basket: Basket) -> Placed:
        """Make the basket an order, or update the order of that id; points are redeemed at once.

        Raises:
            OrderClosed: it was cancelled and stays so.
            UnsplitLine: a line has to be sent as several pieces.
            CodeRefused, PointsRefused, GiftCardRefused: a coupon, the points or a gift card cannot be used.
            PriceChanged: it costs something else than the caller believes.

        """
        self._refuse_closed(basket.order_id)
        basket = replace(basket, lines=self._gift_cards.numbered(basket.lines, basket.order_id))
        self._gift_cards.require(basket.gift_payments, basket.order_id, basket.at or self._now())
        pricing = self.price(basket)
        for asked in pricing.coupons:
            if asked.state not in HARMLESS:
                raise CodeRefused(asked.code)
        if basket.points > pricing.redeemable:
            raise PointsRefused(pricing.redeemable)
        if pricing.split_lines:
            raise UnsplitLine
        if basket.total is not None and basket.total != pricing.total:
            raise PriceChanged(pricing.total)
        codes = tuple(asked.code for asked in pricing.coupons if asked.state is CouponState.USABLE)
        order = self._composed(basket, pricing, codes)
        if not self.variants.create_takes_paid and order.is_paid:
            order = order.with_status(LineStatus.CHECKED_OUT)
        return Placed(order=self._keep(order, basket.at), pricing=pricing)

    def place_as_sold(self, basket: Basket) -> Placed:
        """Take over a sale made without us, at its own prices; what becomes of an order of that id varies.

        No gift card is sold by it, and none pays for it.
        """
        self._refuse_closed(basket.order_id)
        lines = tuple(replace(line, gift_card="") for line in basket.lines)
        basket = replace(basket, lines=lines, gift_payments=())
        pricing = self._pricer.price_as_sold(basket, self._buyer(basket))
        known = self._orders.get(basket.order_id)
        if known and self.variants.offline_over_known == "ignores":
            return Placed(order=known, pricing=pricing)
        if known and self.variants.offline_over_known == "doubles":
            basket = replace(basket, order_id=f"{basket.order_id} ({len(self._orders)})")
        return Placed(order=self._keep(self._composed(basket, pricing, ()), basket.at), pricing=pricing)

    def change_status(self, order_id: str, status: LineStatus, at: datetime | None = None) -> Order:
        """Set all lines that were not given back; at CANCELLED the points come back.

        Raises:
            UnknownOrder: there is none of that id.

        """
        return self._keep(self._known(order_id).with_status(status), at)

    def refund(
        self,
        order_id: str,
        parts: Sequence[RefundPart],
        at: datetime | None = None,
        gifts: Sequence[GiftPayment] = (),
    ) -> Order:
        """Give lines back: their accrual is taken away, the points redeemed on them come back, and `gifts` go back
        to the gift cards.

        Raises:
            UnknownOrder: there is no such order or line, or less of it is left.

        """
        return self._keep(self._known(order_id).refunded(parts).paid_back(gifts), at)

    def enrol(self, customer: CustomerSeed, rules: str) -> tuple[Account, bool]:
        """The participant with these keys, and whether he is new; a new one has yet to prove that the phone is his.

        Raises:
            AmbiguousKeys: phone and card belong to different customers.

        """
        known = self.find(AccountKeys(phone=customer.phone, card=customer.card))
        if known is not None:
            return known, False
        numbered = replace(customer, id=customer.id or str(ENROLLED_FROM + len(self.accounts)))
        account = self.accounts.open(numbered, self._now())
        account.confirmed, account.rules = False, rules
        self.cards.take_over(account)
        return account, True

    def give_points(self, account: Account, amount: Decimal, comment: str) -> None:
        """By hand: a gift, or (negative) a correction."""
        account.post("", amount, self._now(), comment=comment)

    def suggestions(self, pricing: Pricing) -> list[Suggestion]:
        """What might be added to a basket that has goods in it."""
        skus = {piece.line.sku for piece in pricing.pieces}
        return [one for one in self.seed.suggestions if skus and skus.isdisjoint(one.skus)]

    def offers(self, account: Account) -> list[Promotion]:
        """The promotions he may use now: those for his level, and those he has a code for."""
        own = {coupon.promotion for code in account.codes if (coupon := self._coupons.get(code))}
        level, segments = self.level(account).id, {one.segment for one in self.segments(account)}
        return [
            promotion
            for promotion in self.seed.promotions
            if promotion.is_for(level, segments) and (not promotion.needs_coupon or promotion.id in own)
        ]

    def record_action(self, account: Account, name: str, fields: dict[str, str]) -> None:
        """Something was reported about the customer; "popup shown" ends a transition, in time with a code."""
        now = self._now()
        account.actions.append(ActionRecord(name=name, at=now, fields=fields))
        if name not in self.seed.transitions.shown:
            return
        for _ in range(leave(account.transitions, now)):
            account.codes.append(f"{self.seed.transitions.code_prefix}{next(self._code_numbers):04d}")

    # -- inside

    def _buyer(self, basket: Basket) -> Buyer | None:
        account = self.accounts.get(basket.account)
        if account is None:
            return None
        # An order is priced as if it were not there yet: its own points can be redeemed again, and the level
        # it lifted the customer to does not change it.
        order = self._orders.get(basket.order_id)
        own = order.effect if order and order.account == account.id else NO_EFFECT
        balance = self.balance(account)
        return Buyer(
            level=level_at(self.seed.levels, account.turnover - own.turnover),
            balance=replace(balance, available=balance.available + own.redeemed),
            segments=frozenset(one.segment for one in self.segments(account)),
        )

    def _asked(self, basket: Basket) -> list[AskedCoupon]:
        moment = basket.at or self._now()
        return [
            AskedCoupon(
                code=code,
                state=self._coupons.state(code, basket.order_id, moment),
                coupon=self._coupons.get(code),
            )
            for code in basket.coupons
        ]

    def _refuse_closed(self, order_id: str) -> None:
        order = self._orders.get(order_id)
        reopens = self.variants.cancelled_reopens
        if reopens is None:
            reopens = self.seed.orders.cancelled_reopens
        if order and order.is_cancelled and not reopens:
            raise OrderClosed

    def _known(self, order_id: str) -> Order:
        order = self._orders.get(order_id)
        if order is None:
            raise UnknownOrder("no such order")
        return order

    def _composed(self, basket: Basket, pricing: Pricing, codes: tuple[str, ...]) -> Order:
        """The order of `basket`: a new one, or the known one with everything replaced."""
        lines = tuple(OrderLine(piece=piece, status=piece.line.status) for piece in pricing.pieces)
        account = self.accounts.get(basket.account)
        fresh = Order(
            id=basket.order_id,
            number=0,
            account=account.id if account else "",
            at=basket.at or self._now(),
            lines=lines,
            codes=codes,
            gift_payments=basket.gift_payments,
        )
        known = self._orders.get(basket.order_id)
        if known is None:
            return replace(fresh, number=next(self._order_numbers))
        return replace(
            fresh,
            number=known.number,
            issued=known.issued,
            paid_at=None if known.is_cancelled else known.paid_at,
            created_times=known.created_times + known.is_cancelled,
        )

    def _keep(self, order: Order, at: datetime | None) -> Order:
        """Store `order` and settle what has changed by it."""
        before = self._orders.get(order.id)
        if order.is_paid and order.paid_at is None:
            order = replace(order, paid_at=at or self._now())
        self._settlement.settle(before, order)
        if order.is_paid and not order.issued:
            order = replace(order, issued=self._issue(order))
        self._coupons.consume(order.id, () if order.is_cancelled else order.codes)
        self._gift_cards.settle(order.id, () if order.is_cancelled else order.gift_payments, order.sold_cards)
        self._orders[order.id] = order
        return order

    def _issue(self, order: Order) -> tuple[str, ...]:
        account = self.accounts.get(order.account)
        if account is None:
            return ()
        coupons = self._purchase_codes.issue(account.profile.phone, order.total)
        for coupon in coupons:
            self._coupons.add(coupon)
            account.codes.append(coupon.code)
        return tuple(coupon.code for coupon in coupons)
