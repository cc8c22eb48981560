"""Orders: pieces with statuses, what they do to an account, and how a refund divides them."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from adapters.loyalty.programme.basket import GiftPayment, LineStatus
from adapters.loyalty.programme.pieces import Piece, divide
from adapters.loyalty.programme.refusals import UnknownOrder
from gateway.domain.money import ZERO


class OrderLine(Struct, frozen=True, kw_only=True):
    piece: Piece
    status: LineStatus

    @property
    def number(self) -> int:
        return self.piece.number


class Effect(Struct, frozen=True, kw_only=True):
    """What an order does to its customer's account as long as it stands: points, and roubles of turnover."""

    redeemed: Decimal = ZERO
    accrued: Decimal = ZERO
    turnover: Decimal = ZERO


NO_EFFECT = Effect()


class RefundPart(Struct, frozen=True, kw_only=True):
    """Which line is given back: by its number, by the caller's line id, or by goods and price of a piece."""

    quantity: Decimal
    number: int | None = None
    line_id: str = ""
    sku: str = ""
    unit_price: Decimal | None = None

    def names(self, piece: Piece) -> bool:
        """Whether `piece` fits all that the part says."""
        given = (
            (self.number, piece.number),
            (self.line_id or None, piece.line.line_id),
            (self.sku or None, piece.line.sku),
            (self.unit_price, piece.line.unit_price),
        )
        said = [(wanted, own) for wanted, own in given if wanted is not None]
        return bool(said) and all(wanted == own for wanted, own in said)


class Order(Struct, frozen=True, kw_only=True):
    """`number` is the programme's own, `account` is empty for an anonymous one.

    `created_times` counts how often it came to life: an update does not count, a new life after a
    cancellation does. `codes` are the coupons it uses, `issued` those the customer got for it; `gift_payments`
    what gift cards have paid of it.
    """

    id: str
    number: int
    account: str
    at: datetime
    lines: tuple[OrderLine, ...]
    codes: tuple[str, ...] = ()
    issued: tuple[str, ...] = ()
    paid_at: datetime | None = None
    created_times: int = 1
    gift_payments: tuple[GiftPayment, ...] = ()

    @property
    def sold_cards(self) -> tuple[str, ...]:
        """Gift cards it has sold: paid for, and not brought back."""
        paid = [line.piece.line for line in self.lines if line.status is LineStatus.PAID]
        return tuple(line.gift_card for line in paid if line.gift_card)

    @property
    def total(self) -> Decimal:
        """What it was sold for, whatever became of its lines later."""
        return sum((line.piece.total for line in self.lines), ZERO)

    @property
    def effect(self) -> Effect:
        standing = [line.piece for line in self.lines if line.status in {LineStatus.CHECKED_OUT, LineStatus.PAID}]
        paid = [line.piece for line in self.lines if line.status is LineStatus.PAID]
        return Effect(
            redeemed=sum((piece.redeemed for piece in standing), ZERO),
            accrued=sum((piece.accrued for piece in paid), ZERO),
            turnover=sum((piece.total for piece in paid), ZERO),
        )

    @property
    def is_cancelled(self) -> bool:
        return all(line.status is LineStatus.CANCELLED for line in self.lines)

    @property
    def is_paid(self) -> bool:
        return any(line.status is LineStatus.PAID for line in self.lines)

    @property
    def summary(self) -> str:
        """One word for the whole order: CheckedOut, Paid, Cancelled, Returned or PartlyReturned."""
        statuses = {line.status for line in self.lines}
        if LineStatus.RETURNED in statuses:
            return "Returned" if statuses == {LineStatus.RETURNED} else "PartlyReturned"
        if statuses == {LineStatus.CANCELLED}:
            return "Cancelled"
        return "Paid" if LineStatus.PAID in statuses else "CheckedOut"

    def with_status(self, status: LineStatus) -> "Order":
        """Every line at `status`, save what was given back already."""
        lines = tuple(
            line if line.status is LineStatus.RETURNED else replace(line, status=status) for line in self.lines
        )
        return replace(self, lines=lines)

    def refunded(self, parts: Iterable[RefundPart]) -> "Order":
        """The order without `parts`, all of them or none.

        Raises:
            UnknownOrder: a line is not there, or less of it is left.

        """
        order = self
        for part in parts:
            order = order._without(part)
        return order

    def paid_back(self, returned: Iterable[GiftPayment]) -> "Order":
        """The order with these sums back on the gift cards they were paid from, as far as they were."""
        back: dict[str, Decimal] = {}
        for one in returned:
            back[one.number] = back.get(one.number, ZERO) + one.amount
        kept = (replace(one, amount=one.amount - back.get(one.number, ZERO)) for one in self.gift_payments)
        return replace(self, gift_payments=tuple(one for one in kept if one.amount > ZERO))

    def _without(self, part: RefundPart) -> "Order":
        left, lines = part.quantity, list(self.lines)
        for line in self.lines:
            if left <= ZERO or line.status in {LineStatus.RETURNED, LineStatus.CANCELLED}:
                continue
            if part.names(line.piece):
                quantity = min(left, line.piece.quantity)
                _give_back(lines, line, quantity)
                left -= quantity
        if left > ZERO:
            raise UnknownOrder("no such line, or not so much of it is left")
        return replace(self, lines=tuple(lines))


def _give_back(lines: list[OrderLine], line: OrderLine, quantity: Decimal) -> None:
    place = lines.index(line)
    if quantity == line.piece.quantity:
        lines[place] = replace(line, status=LineStatus.RETURNED)
        return
    kept, taken = divide(line.piece, quantity)
    number = max(other.number for other in lines) + 1
    lines[place] = replace(line, piece=kept)
    lines.append(OrderLine(piece=replace(taken, number=number), status=LineStatus.RETURNED))
