"""What is asked to be priced: lines of goods as the register has them, and what the customer wants to use."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from gateway.domain.money import ZERO, kopecks


class LineStatus(StrEnum):
    """How far a line of an order has come; a project names several statuses of its own for each."""

    CHECKED_OUT = "CheckedOut"
    PAID = "Paid"
    CANCELLED = "Cancelled"
    RETURNED = "Returned"


class TillDiscount(Struct, frozen=True, kw_only=True):
    """A discount the register computed itself: `amount` in roubles for the whole line."""

    promotion: str
    amount: Decimal


ANY_CARD = "*"
"""Instead of a gift card's number: one out of the pool."""


class GiftPayment(Struct, frozen=True, kw_only=True):
    """`amount` roubles from a gift card; `code` is the secret one on the card, empty when it was not told."""

    number: str
    amount: Decimal
    code: str = ""

    def __repr__(self) -> str:
        return f"GiftPayment(amount={self.amount})"


class BasketLine(Struct, frozen=True, kw_only=True):
    """One line as the caller numbers it; `line_id` is the caller's own id, shared by pieces of one line.

    `gift_card` is the number of the gift card that the line sells; empty for other goods.
    """

    number: int
    line_id: str = ""
    sku: str
    quantity: Decimal
    unit_price: Decimal
    minimum_price: Decimal = ZERO
    till_discounts: tuple[TillDiscount, ...] = ()
    status: LineStatus = LineStatus.CHECKED_OUT
    gift_card: str = ""

    @property
    def base(self) -> Decimal:
        """Price times quantity in roubles, before any discount."""
        return kopecks(self.unit_price * self.quantity)

    @property
    def is_counted(self) -> bool:
        """Sold by the piece, so that each piece may have a price of its own; weighed goods have one."""
        return self.quantity == self.quantity.to_integral_value()


class Basket(Struct, frozen=True, kw_only=True):
    """`account` is empty for an anonymous one; `points` are wanted to be redeemed.

    `total` in roubles is what the caller believes it costs, None when he does not say; `at` is the register's
    moment of the sale; `may_redeem` is False for a customer who is recognised but not proven.
    """

    order_id: str = ""
    account: str = ""
    lines: tuple[BasketLine, ...] = ()
    points: Decimal = ZERO
    coupons: tuple[str, ...] = ()
    total: Decimal | None = None
    at: datetime | None = None
    may_redeem: bool = True
    gift_payments: tuple[GiftPayment, ...] = ()
