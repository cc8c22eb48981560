"""What a scanned or typed text is: a phone, a plastic card, a wallet card, a one-time code; and what each may do."""

import re
from enum import StrEnum

from msgspec import Struct

from gateway.domain.customer import CustomerKey, KeyKind

ONE_TIME = r"QR:(?P<phone>\d{10,15}):(?P<code>\w{3,20})"
"""Mindbox developers docs, "chat bots, QR authentication": `QR:<phone>:<code>`."""


class Spending(StrEnum):
    """What a customer found by such a key may do with his points."""

    FREELY = "freely"
    WITH_CODE = "with_code"  # once a code sent to his phone is told
    NEVER = "never"  # he only earns


class Identification(Struct, frozen=True, kw_only=True):
    """How texts are told apart, and what each kind may do.

    `wallet`: a regular expression that fits the whole barcode of the chain's wallet cards, empty when they look like
    plastic ones. `one_time` has the groups `phone` and `code`.
    """

    wallet: str = ""
    one_time: str = ONE_TIME
    spending: dict[KeyKind, Spending] = {}

    def scanned(self, text: str) -> CustomerKey:
        """The key of a text from a scanner, a card reader or the cashier's fingers."""
        if self.one_time and re.fullmatch(self.one_time, text):
            return CustomerKey(KeyKind.ONE_TIME, text)
        if self.wallet and re.fullmatch(self.wallet, text):
            return CustomerKey(KeyKind.WALLET, text)
        return CustomerKey(KeyKind.CARD, text)

    def one_time_parts(self, key: CustomerKey) -> tuple[str, str]:
        """Phone and code of a one-time key. Raises `ValueError` for any other."""
        found = re.fullmatch(self.one_time, key.value) if key.kind is KeyKind.ONE_TIME else None
        if found is None:
            raise ValueError("not a one-time key")
        return found["phone"], found["code"]

    def may(self, kind: KeyKind) -> Spending:
        return self.spending.get(kind, Spending.FREELY)
