"""Discount cards: plastic and virtual ones, whose they are, and whether they work."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from adapters.loyalty.programme.accounts import Account, Accounts
from adapters.loyalty.programme.seed import CardSeed, CardStatus

PLASTIC = "plastic"


class Card(Struct, kw_only=True):
    """Not shown: a number leads to a person."""

    number: str
    type: str
    status: CardStatus
    account: str = ""

    def __repr__(self) -> str:
        return "Card(***)"


class Binding(StrEnum):
    """What became of a card that was to be given to a customer."""

    BOUND = "Bound"
    HIS_ALREADY = "AlreadyBoundToCurrentCustomer"
    ANOTHERS = "AlreadyBoundToAnotherCustomer"
    NOT_FOUND = "NotFound"
    NOT_PROCESSED = "NotProcessed"


class CardBook:
    """All cards there are."""

    def __init__(self, seeds: Iterable[CardSeed], accounts: Accounts) -> None:
        self._accounts = accounts
        self._cards = {
            account.profile.card: Card(
                number=account.profile.card, type=PLASTIC, status="Activated", account=account.id
            )
            for account in accounts
            if account.profile.card
        }
        for seed in seeds:
            self._cards[seed.number] = Card(
                number=seed.number, type=seed.type, status=seed.status, account=seed.account
            )
            if owner := accounts.get(seed.account):
                accounts.know_card(owner, seed.number)

    def get(self, number: str) -> Card | None:
        return self._cards.get(number)

    def of(self, account: Account) -> list[Card]:
        return [card for number in account.cards if (card := self._cards.get(number))]

    def bind(self, number: str, account: Account) -> Binding:
        """Give the card to the customer; it works at once."""
        card = self._cards.get(number)
        if card is None:
            return Binding.NOT_FOUND
        if card.account:
            return Binding.HIS_ALREADY if card.account == account.id else Binding.ANOTHERS
        if card.status in {"Blocked", "Inactive"}:
            return Binding.NOT_PROCESSED
        card.account, card.status = account.id, "Activated"
        self._accounts.know_card(account, number)
        return Binding.BOUND

    def issue(self, account: Account, kind: str) -> Card | None:
        """Give the customer the next free card of that kind; None when there is none left."""
        free = (card for card in self._cards.values() if card.type == kind and card.status == "NotIssued")
        card = next(free, None)
        if card is not None:
            self.bind(card.number, account)
        return card

    def block(self, number: str) -> bool:
        """Whether the card works no longer by this: False when it did not before."""
        card = self._cards.get(number)
        if card is None or card.status == "Blocked":
            return False
        card.status = "Blocked"
        return True

    def replace(self, old: str, new: str) -> Binding:
        """The owner of `old` gets `new`; the old one is blocked."""
        worn = self._cards.get(old)
        owner = self._accounts.get(worn.account) if worn else None
        if owner is None:
            return Binding.NOT_FOUND
        outcome = self.bind(new, owner)
        if outcome is Binding.BOUND:
            self.block(old)
        return outcome

    def is_blocked(self, number: str) -> bool:
        card = self._cards.get(number)
        return card is not None and card.status == "Blocked"

    def take_over(self, account: Account) -> None:
        """A card that a new customer brought along is his, whether or not it stood in the book."""
        number = account.profile.card
        if number and number not in self._cards:
            self._cards[number] = Card(number=number, type=PLASTIC, status="Activated", account=account.id)
        elif number:
            self.bind(number, account)
