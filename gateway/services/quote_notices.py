"""What a cashier is told of a calculation beside its sums: in the order in which it matters."""

from typing import Protocol

from gateway.domain.quote import CouponState, GiftCardState, Quote
from gateway.domain.texts import Phrase

COUPON_PHRASES = {
    CouponState.NOT_FOR_THIS_RECEIPT: Phrase.COUPON_NOT_HERE,
    CouponState.UNKNOWN: Phrase.COUPON_UNKNOWN,
    CouponState.SPENT: Phrase.COUPON_SPENT,
    CouponState.NOT_NOW: Phrase.COUPON_NOT_NOW,
    CouponState.TOO_EARLY: Phrase.COUPON_TOO_EARLY,
    CouponState.EXPIRED: Phrase.COUPON_EXPIRED,
    CouponState.BLOCKED: Phrase.COUPON_BLOCKED,
    CouponState.NOT_ISSUED: Phrase.COUPON_NOT_ISSUED,
    CouponState.UNCHECKED: Phrase.COUPON_UNCHECKED,
}

GIFT_CARD_PHRASES = {
    GiftCardState.USABLE: Phrase.GIFT_CARD_PAYS,
    GiftCardState.UNKNOWN: Phrase.GIFT_CARD_UNKNOWN,
    GiftCardState.INACTIVE: Phrase.GIFT_CARD_INACTIVE,
    GiftCardState.SPENT: Phrase.GIFT_CARD_SPENT,
    GiftCardState.BLOCKED: Phrase.GIFT_CARD_BLOCKED,
    GiftCardState.EXPIRED: Phrase.GIFT_CARD_EXPIRED,
}


class Say(Protocol):
    def __call__(self, phrase: Phrase, **values: str) -> str: ...


def notices(quote: Quote, say: Say) -> tuple[str, ...]:
    """Coupons and gift cards first, then what could not be computed, then the server's own hints."""
    shown = _shown(quote, say) if quote.coupons or quote.gift_cards else ()
    return (*shown, *map(say, _shortcomings(quote)), *quote.hints)


def _shown(quote: Quote, say: Say) -> list[str]:
    """What the customer showed."""
    said = [say(COUPON_PHRASES[row.state]) for row in quote.coupons if row.state in COUPON_PHRASES]
    return [*said, *(say(GIFT_CARD_PHRASES[row.state], sum=f"{row.available:.2f}") for row in quote.gift_cards)]


def _shortcomings(quote: Quote) -> list[Phrase]:
    found = []
    if quote.stranger:
        found.append(Phrase.CUSTOMER_UNKNOWN)
    if quote.card_blocked:
        found.append(Phrase.CARD_BLOCKED)
    if not quote.complete:
        nothing = quote.undiscounted or not quote.pieces
        found.append(Phrase.NO_DISCOUNTS if nothing else Phrase.PARTLY_QUOTED)
    if quote.points_away:
        found.append(Phrase.POINTS_AWAY)
    return found
