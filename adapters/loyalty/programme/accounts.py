"""Customers: how they are found, their ledger of points, their turnover."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from adapters.loyalty.programme.refusals import AmbiguousKeys
from adapters.loyalty.programme.seed import CustomerSeed, Level, day_of
from adapters.loyalty.programme.segments import Transition
from gateway.domain.customer import Balance
from gateway.domain.money import ZERO

IN_DAYS = re.compile(r"in (\d+) days?")


class AccountKeys(Struct, frozen=True, kw_only=True):
    """By what a customer is looked for; empty ones are not used. Not shown: keys are personal."""

    id: str = ""
    phone: str = ""
    email: str = ""
    card: str = ""

    def __repr__(self) -> str:
        return "AccountKeys()"


class Posting(Struct, frozen=True, kw_only=True):
    """One change of points, made `at`, available from `since` on; `order_id` is empty when no order made it."""

    order_id: str
    amount: Decimal
    since: datetime
    at: datetime
    comment: str = ""


class ActionRecord(Struct, frozen=True, kw_only=True):
    """Something the customer did or was shown, as reported by a register."""

    name: str
    at: datetime
    fields: dict[str, str]


class Account(Struct, kw_only=True):
    """A participant and all that is his.

    `cards`: all numbers that lead to him; `fields`: the project's own further ones by name. `confirmed`: his phone is
    known to be his; `rules`: the version of the programme's rules he agreed to, where he joined at
    a register. `ripe` and `unripe`: what of the postings was available when it was last counted, and what was not.
    """

    profile: CustomerSeed
    turnover: Decimal
    postings: list[Posting] = field(default_factory=list)
    ripe: Decimal = ZERO
    unripe: list[Posting] = field(default_factory=list)
    counted_at: datetime | None = None
    transitions: list[Transition] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    actions: list[ActionRecord] = field(default_factory=list)
    cards: list[str] = field(default_factory=list)
    confirmed: bool = True
    rules: str = ""
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.profile.id

    def balance(self, now: datetime) -> Balance:
        """Only what has ripened since the last question is looked at: a busy customer has very many postings."""
        if self.counted_at is not None and now < self.counted_at:  # the clock was moved back
            self.ripe, self.unripe = ZERO, list(self.postings)
        self.ripe += sum((one.amount for one in self.unripe if one.since <= now), ZERO)
        self.unripe = [one for one in self.unripe if one.since > now]
        self.counted_at = now
        return Balance(available=self.ripe, pending=sum((one.amount for one in self.unripe), ZERO))

    def post(
        self, order_id: str, amount: Decimal, at: datetime, *, since: datetime | None = None, comment: str = ""
    ) -> None:
        """Give (or, negative, take) points, available `since` later or at once; nothing is noted for none."""
        if amount:
            posting = Posting(order_id=order_id, amount=amount, at=at, since=since or at, comment=comment)
            self.postings.append(posting)
            self.unripe.append(posting)

    def __repr__(self) -> str:
        return f"Account(id={self.id!r})"


class Accounts:
    """All participants, found by each of their keys without looking at the others."""

    def __init__(self, customers: Iterable[CustomerSeed], now: datetime) -> None:
        self._accounts: dict[str, Account] = {}
        self._by_key: dict[tuple[str, str], Account] = {}
        for customer in customers:
            self.open(customer, now)

    def open(self, customer: CustomerSeed, now: datetime) -> Account:
        """A new participant."""
        account = _opened(customer, now)
        self._accounts[account.id] = account
        if customer.card:
            account.cards.append(customer.card)
        self._by_key.update(dict.fromkeys(_keys_of(customer), account))
        return account

    def change(self, account: Account, profile: CustomerSeed) -> None:
        """He is found by the keys of his new profile, and by no other."""
        for key in _keys_of(account.profile):
            self._by_key.pop(key, None)
        account.profile = profile
        self._by_key.update(dict.fromkeys(_keys_of(profile), account))

    def know_card(self, account: Account, number: str) -> None:
        """He is found by this card, too."""
        if number not in account.cards:
            account.cards.append(number)
        self._by_key["card", number] = account

    def __len__(self) -> int:
        return len(self._accounts)

    def __iter__(self) -> Iterator[Account]:
        return iter(self._accounts.values())

    def get(self, account_id: str) -> Account | None:
        return self._accounts.get(account_id)

    def find(self, keys: AccountKeys) -> Account | None:
        """The customer all given keys lead to; None when none of them leads anywhere.

        Raises:
            AmbiguousKeys: they lead to different customers.

        """
        found = {id(one): one for key in _asked(keys) if (one := self._by_key.get(key)) is not None}
        if len(found) > 1:
            raise AmbiguousKeys
        return next(iter(found.values()), None)


def _opened(customer: CustomerSeed, now: datetime) -> Account:
    fields = {name: _dated(value, now) for name, value in customer.custom_fields.items()}
    account = Account(profile=customer, turnover=customer.turnover, fields=fields)
    account.post("", customer.points, now)
    return account


def _dated(value: str, now: datetime) -> str:
    """A seed is used on any day: its days are counted from today."""
    ahead = IN_DAYS.fullmatch(value)
    return (day_of(now) + timedelta(days=int(ahead[1]))).isoformat() if ahead else value


def _keys_of(profile: CustomerSeed) -> list[tuple[str, str]]:
    return _asked(AccountKeys(id=profile.id, phone=profile.phone, email=profile.email, card=profile.card))


def _asked(keys: AccountKeys) -> list[tuple[str, str]]:
    pairs = [("id", keys.id), ("phone", keys.phone), ("email", keys.email.lower()), ("card", keys.card)]
    return [(name, value) for name, value in pairs if value]


def level_at(levels: Sequence[Level], turnover: Decimal) -> Level:
    """The highest level that `turnover` reaches; the lowest one for a turnover below all."""
    reached = [level for level in levels if level.turnover <= turnover]
    return max(reached or [min(levels, key=_height)], key=_height)


def _height(level: Level) -> Decimal:
    return level.turnover
