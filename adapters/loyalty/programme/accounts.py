"""Customers: how they are found, their ledger of points, their turnover."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from msgspec import Struct, field

from adapters.loyalty.programme.refusals import AmbiguousKeys
from adapters.loyalty.programme.seed import CustomerSeed, Level
from adapters.loyalty.programme.segments import Transition
from gateway.domain.customer import Balance
from gateway.domain.money import ZERO


class AccountKeys(Struct, frozen=True, kw_only=True):
    """By what a customer is looked for; empty ones are not used. Not shown: keys are personal."""

    id: str = ""
    phone: str = ""
    email: str = ""
    card: str = ""

    def __repr__(self) -> str:
        return "AccountKeys()"


class Posting(Struct, frozen=True, kw_only=True):
    """One change of points, available from `since` on; `order_id` is empty for the opening balance."""

    order_id: str
    amount: Decimal
    since: datetime


class ActionRecord(Struct, frozen=True, kw_only=True):
    """Something the customer did or was shown, as reported by a register."""

    name: str
    at: datetime
    fields: dict[str, str]


class Account(Struct, kw_only=True):
    """A participant and all that is his.

    `confirmed`: his phone is known to be his; `rules`: the version of the programme's rules he agreed to, where he
    joined at a register.
    """

    profile: CustomerSeed
    turnover: Decimal
    postings: list[Posting] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    actions: list[ActionRecord] = field(default_factory=list)
    confirmed: bool = True
    rules: str = ""

    @property
    def id(self) -> str:
        return self.profile.id

    def balance(self, now: datetime) -> Balance:
        return Balance(
            available=sum((one.amount for one in self.postings if one.since <= now), ZERO),
            pending=sum((one.amount for one in self.postings if one.since > now), ZERO),
        )

    def post(self, order_id: str, amount: Decimal, since: datetime) -> None:
        """Give (or, negative, take) points; nothing is noted for none."""
        if amount:
            self.postings.append(Posting(order_id=order_id, amount=amount, since=since))

    def __repr__(self) -> str:
        return f"Account(id={self.id!r})"


class Accounts:
    """All participants."""

    def __init__(self, customers: Iterable[CustomerSeed], now: datetime) -> None:
        self._accounts = [_opened(customer, now) for customer in customers]

    def open(self, customer: CustomerSeed, now: datetime) -> Account:
        """A new participant."""
        account = _opened(customer, now)
        self._accounts.append(account)
        return account

    def __len__(self) -> int:
        return len(self._accounts)

    def get(self, account_id: str) -> Account | None:
        return self.find(AccountKeys(id=account_id)) if account_id else None

    def find(self, keys: AccountKeys) -> Account | None:
        """The customer all given keys lead to; None when none of them leads anywhere.

        Raises:
            AmbiguousKeys: they lead to different customers.

        """
        found = [account for account in self._accounts if _fits(account.profile, keys)]
        if len(found) > 1:
            raise AmbiguousKeys
        return found[0] if found else None


def _opened(customer: CustomerSeed, now: datetime) -> Account:
    account = Account(profile=customer, turnover=customer.turnover)
    account.post("", customer.points, now)
    return account


def _fits(profile: CustomerSeed, keys: AccountKeys) -> bool:
    pairs = (
        (keys.id, profile.id),
        (keys.phone, profile.phone),
        (keys.email.lower(), profile.email.lower()),
        (keys.card, profile.card),
    )
    return any(key and key == own for key, own in pairs)


def level_at(levels: Sequence[Level], turnover: Decimal) -> Level:
    """The highest level that `turnover` reaches; the lowest one for a turnover below all."""
    reached = [level for level in levels if level.turnover <= turnover]
    return max(reached or [min(levels, key=_height)], key=_height)


def _height(level: Level) -> Decimal:
    return level.turnover
