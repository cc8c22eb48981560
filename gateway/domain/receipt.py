"""A receipt as the register sees it, before and after it is closed."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

from msgspec import Struct, json
from msgspec.structs import replace

from gateway.domain.customer import CustomerKey
from gateway.domain.hashing import hexdigest
from gateway.domain.money import ZERO, kopecks, spread


class RegisterRef(Struct, frozen=True, kw_only=True):
    """Which register of which outlet (shop), by the chain's own ids."""

    outlet: str
    register: str

    def __str__(self) -> str:
        return f"{self.outlet}/{self.register}"


class LineItem(Struct, frozen=True, kw_only=True, gc=False):
    """One line of goods.

    `total` is the line's sum in roubles: while the receipt is open, after the register's own discounts and
    before the loyalty server's; once closed, after everything. `discarded` are kopecks dropped by rounding.
    `original_index` names the line of the sale that a refund line gives back, `gift_card` is the number of the gift
    card that the line sells.
    """

    index: int
    sku: str
    name: str = ""
    quantity: Decimal
    unit_price: Decimal
    minimum_price: Decimal = ZERO
    total: Decimal
    discarded: Decimal = ZERO
    coupons: tuple[str, ...] = ()
    original_index: int | None = None
    gift_card: str = ""

    @property
    def register_discount(self) -> Decimal:
        """What the register itself has taken off the shelf price, to the kopeck; of most lines nothing."""
        full = self.unit_price * self.quantity
        return ZERO if full == self.total else kopecks(full) - self.total

    @property
    def floor(self) -> Decimal:
        """The lowest sum this line may be sold for."""
        return self.minimum_price * self.quantity


class TenderKind(StrEnum):
    CASH = "cash"
    CARD = "card"
    POINTS = "points"
    GIFT_CARD = "gift_card"
    OTHER = "other"


class Tender(Struct, frozen=True, kw_only=True, gc=False):
    """A payment. Points that are not fiscal lower the price instead of paying it.

    `gift_card` is the number of the gift card it is made with; not shown: whoever knows it may spend it.
    """

    kind: TenderKind
    amount: Decimal
    fiscal: bool = True
    gift_card: str = ""

    def __repr__(self) -> str:
        return f"Tender(kind={str(self.kind)!r}, amount={self.amount}, fiscal={self.fiscal})"


class Receipt(Struct, frozen=True, kw_only=True, gc=False):
    """`id` is the register's document id, normalised; `at` is the register's clock, None when unreadable."""

    id: str
    register: RegisterRef
    number: str = ""
    shift: str = ""
    at: datetime | None = None
    customer: CustomerKey | None = None
    lines: tuple[LineItem, ...] = ()
    tenders: tuple[Tender, ...] = ()
    coupons: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal:
        return sum((line.total for line in self.lines), ZERO)

    @property
    def discarded(self) -> Decimal:
        return sum((line.discarded for line in self.lines), ZERO)

    @property
    def gift_payments(self) -> tuple[Tender, ...]:
        """What is paid with gift cards that the loyalty server keeps."""
        return tuple(tender for tender in self.tenders if tender.gift_card)

    @property
    def points(self) -> Decimal:
        """Points the customer paid with."""
        return sum((tender.amount for tender in self.tenders if tender.kind is TenderKind.POINTS), ZERO)


class Refund(Struct, frozen=True, kw_only=True):
    """A refund document; amounts are positive. `original_id` is the document id of the sale given back.

    `elsewhere` are the ids it has if another register of the outlet has sold it; none where the id is the same at
    every register.
    """

    document: Receipt
    original_id: str
    elsewhere: tuple[str, ...] = ()


def before_points(receipt: Receipt) -> Receipt:
    """The receipt with its points back on the lines, where the register has taken them off already.

    Registers differ in that; the payments tell: lines that leave the points out add up to the money paid.
    """
    money = sum((tender.amount for tender in receipt.tenders if tender.kind is not TenderKind.POINTS), ZERO)
    if receipt.points == ZERO or receipt.total - receipt.discarded != money:
        return receipt
    room = [line.register_discount for line in receipt.lines]
    parts = spread(receipt.points, [line.total for line in receipt.lines], room)
    if parts is None:
        return receipt
    lines = (replace(line, total=line.total + part) for line, part in zip(receipt.lines, parts, strict=True))
    return replace(receipt, lines=tuple(lines))


def content_digest(document: Receipt | Refund) -> str:
    """Names what a document says: a repeat with another clock reading is the same document."""
    if isinstance(document, Refund):
        content: object = (document.original_id, replace(document.document, at=None))
    else:
        content = replace(document, at=None)
    return hexdigest(sha256(), json.encode(content))
