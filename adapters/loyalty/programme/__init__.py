"""A loyalty programme in one process: accounts, prices, orders and segments, without wire, sockets or clock.

Sandboxes of loyalty servers put their own protocol over it. How it works: a seed (TOML) gives levels,
promotions and customers; `Programme.price` prices a basket piece by piece; `Programme.place` turns it into an
order. What an order does to an account (points redeemed and accrued, turnover) is a function of the statuses of
its lines; every change posts the difference between the effect before and after, so that a repeated
cancellation or an update can neither lose points nor give them twice.
"""

from adapters.loyalty.programme.accounts import Account, AccountKeys
from adapters.loyalty.programme.basket import ANY_CARD, Basket, BasketLine, GiftPayment, LineStatus, TillDiscount
from adapters.loyalty.programme.cards import Binding, Card
from adapters.loyalty.programme.gift_cards import AskedGiftCard, GiftCardState
from adapters.loyalty.programme.orders import Order, OrderLine, RefundPart
from adapters.loyalty.programme.pieces import Piece
from adapters.loyalty.programme.pricing import AskedCoupon, CouponState, Hint, Pricing
from adapters.loyalty.programme.programme import Placed, Programme
from adapters.loyalty.programme.refusals import (
    AmbiguousKeys,
    CodeRefused,
    GiftCardRefused,
    OrderClosed,
    PointsRefused,
    PriceChanged,
    Refusal,
    UnknownOrder,
    UnsplitLine,
)
from adapters.loyalty.programme.seed import ProgrammeSeed, read_seed
from adapters.loyalty.programme.variants import Variants

__all__ = [
    "ANY_CARD",
    "Account",
    "AccountKeys",
    "AmbiguousKeys",
    "AskedCoupon",
    "AskedGiftCard",
    "Basket",
    "BasketLine",
    "Binding",
    "Card",
    "CodeRefused",
    "CouponState",
    "GiftCardRefused",
    "GiftCardState",
    "GiftPayment",
    "Hint",
    "LineStatus",
    "Order",
    "OrderClosed",
    "OrderLine",
    "Piece",
    "Placed",
    "PointsRefused",
    "PriceChanged",
    "Pricing",
    "Programme",
    "ProgrammeSeed",
    "RefundPart",
    "Refusal",
    "TillDiscount",
    "UnknownOrder",
    "UnsplitLine",
    "Variants",
    "read_seed",
]
