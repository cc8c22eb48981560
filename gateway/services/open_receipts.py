"""What we remember about receipts that are still open: who buys, and the last prices the register was told.

Memory only: a register asks again after a restart. Nothing here outlives its receipt, and nothing about
promotions is shared between receipts.
"""

from collections import OrderedDict
from datetime import datetime

from msgspec import Struct

from gateway.domain.customer import Customer, CustomerKey
from gateway.domain.quote import Quote, same_basket
from gateway.domain.receipt import Receipt
from gateway.domain.sale_record import Priced

KEPT = 2000
"""Receipts remembered at once: a busy store's hour. The oldest goes first."""


class OpenReceipt(Struct):
    """`quoted` and `quote` belong together; `generation` is the sale's, None until the store was asked; `seen_at` is
    when its register last asked; `code_for` by what name the key's customer is sent codes. `is_stored`: its sale is
    in the store already, as far as is remembered.
    """

    key: CustomerKey | None = None
    customer: Customer | None = None
    quoted: Receipt | None = None
    quote: Quote | None = None
    generation: int | None = None
    seen_at: datetime | None = None
    code_for: tuple[CustomerKey, str] | None = None
    is_stored: bool = False

    @property
    def priced(self) -> Priced | None:
        return Priced(receipt=self.quoted, quote=self.quote) if self.quoted and self.quote else None

    def told(self, receipt: Receipt, quote: Quote) -> None:
        self.quoted, self.quote = receipt, quote

    def quote_of(self, receipt: Receipt) -> Quote | None:
        """The last quote, when it was of this very basket."""
        return self.quote if self.quoted and same_basket(receipt, self.quoted) else None

    def coupons_of(self, receipt: Receipt) -> tuple[str, ...]:
        """The receipt's coupons; those of its last quote when this request does not repeat them."""
        return receipt.coupons or (self.quoted.coupons if self.quoted else ())

    def customer_of(self, key: CustomerKey | None) -> Customer | None:
        return self.customer if key == self.key else None

    def met(self, key: CustomerKey, customer: Customer | None) -> None:
        self.key, self.customer = key, customer


class OpenReceipts:
    def __init__(self) -> None:
        self._kept: OrderedDict[str, OpenReceipt] = OrderedDict()

    def recall(self, receipt_id: str) -> OpenReceipt:
        """What is known about this receipt; something empty when nothing is."""
        remembered = self._kept.get(receipt_id) or self._kept.setdefault(receipt_id, OpenReceipt())
        self._kept.move_to_end(receipt_id)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return remembered

    def peek(self, receipt_id: str) -> OpenReceipt | None:
        """What is known, without making anything known."""
        return self._kept.get(receipt_id)

    def forget(self, receipt_id: str) -> None:
        self._kept.pop(receipt_id, None)
