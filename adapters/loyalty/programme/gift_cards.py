"""Gift cards: which may be sold, what is left on them, what orders have paid with them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from adapters.loyalty.programme.basket import ANY_CARD, BasketLine, GiftPayment
from adapters.loyalty.programme.refusals import GiftCardRefused
from adapters.loyalty.programme.seed import GiftCardSeed, day_of
from gateway.domain.money import ZERO

ONE = Decimal(1)


class GiftCardState(StrEnum):
    USABLE = "usable"
    NOT_FOUND = "not_found"
    INACTIVE = "inactive"  # not sold yet
    SPENT = "spent"
    BLOCKED = "blocked"
    EXPIRED = "expired"


WORDS = {
    GiftCardState.NOT_FOUND: "не найдена",
    GiftCardState.INACTIVE: "не активирована",
    GiftCardState.SPENT: "уже использована",
    GiftCardState.BLOCKED: "заблокирована",
    GiftCardState.EXPIRED: "просрочена",
}


class AskedGiftCard(Struct, frozen=True, kw_only=True):
    """A card a basket is paid with. `available` is what it may pay of this basket, `left` all that is on it."""

    number: str
    state: GiftCardState
    nominal: Decimal = ZERO
    left: Decimal = ZERO
    available: Decimal = ZERO


class _Card(Struct, kw_only=True):
    """`paid`: roubles by the order they paid for; `sold_by`: the order that sold it, empty for none of ours."""

    seed: GiftCardSeed
    paid: dict[str, Decimal]
    sold_by: str = ""

    @property
    def is_active(self) -> bool:
        return self.seed.active or bool(self.sold_by)

    def may_be_sold(self, line: BasketLine, order_id: str) -> bool:
        """By `line` of that order; an order's own card may be sold by it again."""
        is_free = not self.is_active or self.sold_by == order_id
        is_nominal = (line.unit_price, line.quantity) == (self.seed.nominal, ONE)
        return is_free and is_nominal and not self.seed.blocked

    def left(self, order_id: str) -> Decimal:
        """What `order_id` may pay with it: its own payment is not in its way."""
        others = [amount for order, amount in self.paid.items() if order != order_id]
        return self.seed.nominal - self.seed.used - sum(others, ZERO)

    def state(self, order_id: str, today: date) -> GiftCardState:
        if self.seed.blocked:
            return GiftCardState.BLOCKED
        if not self.is_active:
            return GiftCardState.INACTIVE
        if self.seed.till and today > self.seed.till:
            return GiftCardState.EXPIRED
        return GiftCardState.USABLE if self.left(order_id) > ZERO else GiftCardState.SPENT


class GiftCardBook:
    """All gift cards there are."""

    def __init__(self, cards: Iterable[GiftCardSeed]) -> None:
        self._cards = {card.number: _Card(seed=card, paid={}) for card in cards}

    def asked(
        self, payments: Iterable[GiftPayment], order_id: str, total: Decimal, moment: datetime
    ) -> tuple[AskedGiftCard, ...]:
        """What the cards of `payments` are good for; together they pay no more than `total`."""
        found, rest = [], total
        for number in dict.fromkeys(payment.number for payment in payments):
            card = self._asked(number, order_id, rest, moment)
            rest -= card.available
            found.append(card)
        return tuple(found)

    def _asked(self, number: str, order_id: str, rest: Decimal, moment: datetime) -> AskedGiftCard:
        card = self._cards.get(number)
        if card is None:
            return AskedGiftCard(number=number, state=GiftCardState.NOT_FOUND)
        state, left = card.state(order_id, day_of(moment)), card.left(order_id)
        available = min(left, rest) if state is GiftCardState.USABLE else ZERO
        return AskedGiftCard(number=number, state=state, nominal=card.seed.nominal, left=left, available=available)

    def require(self, payments: Sequence[GiftPayment], order_id: str, moment: datetime) -> None:
        """Raises `GiftCardRefused` for a payment that cannot be made."""
        for payment in payments:
            card = self._asked(payment.number, order_id, payment.amount, moment)
            if card.state is not GiftCardState.USABLE:
                raise GiftCardRefused(payment.number, WORDS[card.state])
            if (code := self._cards[payment.number].seed.code) and payment.code != code:
                raise GiftCardRefused(payment.number, "неверный код CVV")
            if payment.amount > card.left:
                raise GiftCardRefused(payment.number, f"осталось только {card.left:f} руб.")

    def numbered(self, lines: Iterable[BasketLine], order_id: str) -> tuple[BasketLine, ...]:
        """`lines` with the number of the card that each of them sells, where it is any out of the pool.

        Raises:
            GiftCardRefused: only a card that is not active yet is sold, once, at its nominal.

        """
        taken: set[str] = set()
        return tuple(self._numbered(line, order_id, taken) if line.gift_card else line for line in lines)

    def _numbered(self, line: BasketLine, order_id: str, taken: set[str]) -> BasketLine:
        is_any = line.gift_card == ANY_CARD
        fits = [
            card
            for card in self._cards.values()
            if card.seed.number not in taken
            and (is_any or card.seed.number == line.gift_card)
            and card.may_be_sold(line, order_id)
        ]
        if not fits:
            raise GiftCardRefused("" if is_any else line.gift_card, "не может быть продана по этой цене")
        number = max(fits, key=lambda card: card.sold_by == order_id).seed.number
        taken.add(number)
        return replace(line, gift_card=number)

    def settle(self, order_id: str, payments: Iterable[GiftPayment], sold: Iterable[str]) -> None:
        """`order_id` has paid exactly `payments` and sold exactly the cards `sold`: what it did before is undone."""
        numbers = frozenset(sold)
        for card in self._cards.values():
            card.paid.pop(order_id, None)
            if card.sold_by == order_id and card.seed.number not in numbers:
                card.sold_by = ""
        for payment in payments:
            paid = self._cards[payment.number].paid
            paid[order_id] = paid.get(order_id, ZERO) + payment.amount
        for number in numbers:
            self._cards[number].sold_by = order_id
