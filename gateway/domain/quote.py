"""What the loyalty server makes of a receipt that is still open."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from operator import attrgetter

from msgspec import Struct

from gateway.domain.customer import Customer
from gateway.domain.money import KOPECK, ZERO, kopecks
from gateway.domain.receipt import LineItem, Receipt


class Piece(Struct, frozen=True, kw_only=True, gc=False):
    """A part of a line that the server prices by itself: it may split one line into several.

    `number` is the server's own line number (refunds name it), `index` the register's line, `total` the
    price in roubles after all discounts and before points; `register_discount` is the part of them that the
    register gave by itself, `gift_card` the number of the gift card that it sells.
    """

    number: int
    index: int
    sku: str
    quantity: Decimal
    unit_price: Decimal
    minimum_price: Decimal = ZERO
    register_discount: Decimal = ZERO
    total: Decimal
    gift_card: str = ""


class CouponState(StrEnum):
    USED_HERE = "used_here"
    NOT_FOR_THIS_RECEIPT = "not_for_this_receipt"
    UNKNOWN = "unknown"
    SPENT = "spent"
    NOT_NOW = "not_now"
    TOO_EARLY = "too_early"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    NOT_ISSUED = "not_issued"
    UNCHECKED = "unchecked"  # whoever checks coupons does not answer just now


class CouponAnswer(Struct, frozen=True, kw_only=True):
    code: str
    state: CouponState


class GiftCardState(StrEnum):
    USABLE = "usable"
    UNKNOWN = "unknown"
    INACTIVE = "inactive"
    SPENT = "spent"
    BLOCKED = "blocked"
    EXPIRED = "expired"


class GiftCardAnswer(Struct, frozen=True, kw_only=True, gc=False):
    """`available`: roubles it can pay of this receipt."""

    number: str
    state: GiftCardState
    available: Decimal = ZERO

    def __repr__(self) -> str:
        return f"GiftCardAnswer(state={str(self.state)!r}, available={self.available})"


class Quote(Struct, frozen=True, kw_only=True, gc=False):
    """Prices, points and texts for one basket.

    `spendable` is the most that may be paid with points on this receipt, `accrual` the points it will earn;
    both in points. `complete` is False when the server computed only a part (public discounts, or nothing);
    `undiscounted` says that it is nothing. `stranger` is True when it says that nobody has the customer's key,
    `card_blocked` when it does not take his card; `points_away`: whoever keeps the points does not answer just now.
    """

    customer: Customer | None = None
    stranger: bool = False
    card_blocked: bool = False
    points_away: bool = False
    undiscounted: bool = False
    pieces: tuple[Piece, ...] = ()
    spendable: Decimal = ZERO
    accrual: Decimal = ZERO
    hints: tuple[str, ...] = ()
    slip_texts: tuple[str, ...] = ()
    coupons: tuple[CouponAnswer, ...] = ()
    gift_cards: tuple[GiftCardAnswer, ...] = ()
    complete: bool = True

    @property
    def total(self) -> Decimal:
        return sum((piece.total for piece in self.pieces), ZERO)

    @property
    def saved(self) -> Decimal:
        """What all discounts together, the register's own too, take off the shelf prices."""
        return sum((kopecks(row.unit_price * row.quantity) - row.total for row in self.pieces), ZERO)

    def usable(self, coupons: tuple[str, ...]) -> tuple[str, ...]:
        """Of the coupons those the server has not declined: a declined one would make it refuse the whole order."""
        declined = {row.code for row in self.coupons if row.state is not CouponState.USED_HERE}
        return tuple(code for code in coupons if code not in declined)

    def line_total(self, index: int) -> Decimal:
        """What the line costs after the server's discounts."""
        return sum((piece.total for piece in self.pieces if piece.index == index), ZERO)

    def discount(self, line: LineItem) -> Decimal:
        """The server's discount on the whole line, on top of the register's own."""
        return self.discounts((line,)).get(line.index, ZERO)

    def discounts(self, lines: Sequence[LineItem]) -> dict[int, Decimal]:
        """By line index, of the lines that the server gives one on; no floor undercut."""
        priced = self._totals()
        told = {}
        for line in lines:
            discount = line.total - priced.get(line.index, line.total)
            if line.minimum_price:
                discount = min(discount, _room(line))
            if discount:
                told[line.index] = discount
        return told

    def _totals(self) -> dict[int, Decimal]:
        """By line index; only where the server has split a line is there anything to add up."""
        totals = {piece.index: piece.total for piece in self.pieces}
        if len(totals) < len(self.pieces):
            totals = dict.fromkeys(totals, ZERO)
            for piece in self.pieces:
                totals[piece.index] += piece.total
        return totals

    def payable(self, lines: Sequence[LineItem], discounts: Mapping[int, Decimal]) -> Decimal:
        """The most that points may pay of `lines` once they have `discounts`: no line falls below its floor."""
        if not any(map(_floored, lines)):
            return self.spendable
        return min(self.spendable, sum((_room(line, discounts.get(line.index, ZERO)) for line in lines), ZERO))


_floored = attrgetter("minimum_price")


def _room(line: LineItem, discount: Decimal = ZERO) -> Decimal:
    """Whole kopecks that may still be taken off the line."""
    return max((line.total - discount - line.floor).quantize(KOPECK, ROUND_FLOOR), ZERO)


def same_basket(receipt: Receipt, other: Receipt) -> bool:
    """The same goods and sums for the same customer with the same coupons and gift cards: one question, whenever it
    is asked.
    """
    return _asked(receipt) == _asked(other)


def _asked(receipt: Receipt) -> tuple[object, ...]:
    return receipt.customer, receipt.lines, receipt.coupons, receipt.gift_payments


def is_priced_by(receipt: Receipt, quoted: Receipt, quote: Quote) -> bool:
    """Whether `receipt` is the basket of `quoted` after the register has applied the quote's discounts."""
    if len(receipt.lines) != len(quoted.lines) or receipt.customer != quoted.customer:
        return False
    discounts = quote.discounts(quoted.lines)
    return all(
        (now.index, now.sku, now.quantity, now.unit_price) == (then.index, then.sku, then.quantity, then.unit_price)
        and now.total == then.total - discounts.get(then.index, ZERO)
        for now, then in zip(receipt.lines, quoted.lines, strict=True)
    )


def carries(receipt: Receipt, quoted: Receipt, quote: Quote) -> bool:
    """Whether the closed receipt's total is the quote's, less the points: the server will compute the same.

    Registers differ in whether line totals already leave out the points, so both readings are taken;
    kopecks dropped by rounding are no difference.
    """
    return same_goods(receipt, quoted) and costs_what(receipt, quote)


def costs_what(receipt: Receipt, quote: Quote) -> bool:
    """As `carries`, of the goods that were quoted."""
    paid, priced = receipt.total, quote.total
    return any(abs(paid - total) <= receipt.discarded for total in (priced - receipt.points, priced))


def same_goods(receipt: Receipt, other: Receipt) -> bool:
    """The same lines of goods, whatever they cost."""
    return len(receipt.lines) == len(other.lines) and all(map(_is_same, receipt.lines, other.lines))


def _is_same(line: LineItem, other: LineItem) -> bool:
    return (
        line.index == other.index
        and line.sku == other.sku
        and line.quantity == other.quantity
        and line.unit_price == other.unit_price
    )
