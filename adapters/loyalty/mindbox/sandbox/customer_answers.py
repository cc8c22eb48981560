"""Sections about customers: Mindbox developers docs, "get-customer-data-json", "get-customer-segments"."""

from collections.abc import Iterable, Sequence

from adapters.loyalty.mindbox.sandbox.refusals import Json
from adapters.loyalty.programme import Account, Card, Programme
from gateway.domain.customer import Balance, SegmentMembership

CARD_TYPES = {"plastic": "Пластик", "virtual": "Виртуальная"}
NOT_FOUND: Json = {"processingStatus": "NotFound"}


def customer_ids(account: Account) -> Json:
    """`mindboxId` is a number there; an id of the seed that is not one stays a string."""
    return {"mindboxId": int(account.id) if account.id.isdigit() else account.id}


def found(account: Account) -> Json:
    """The short form that answers about orders carry."""
    return {"processingStatus": "Found", "ids": customer_ids(account)}


def _customer(account: Account) -> Json:
    profile = account.profile
    fields = {
        "firstName": profile.first_name,
        "middleName": profile.middle_name,
        "lastName": profile.last_name,
        "email": profile.email,
        "mobilePhone": int(profile.phone),
        "birthDate": profile.birth_date.isoformat() if profile.birth_date else None,
        "sex": profile.sex,
    }
    confirmed = {"isMobilePhoneInvalid": False, "isMobilePhoneConfirmed": account.confirmed}
    filled = {name: value for name, value in fields.items() if value}
    if account.fields:
        filled["customFields"] = account.fields
    return {**found(account), **filled, **confirmed, "ianaTimeZone": "Europe/Moscow"}


def points(balance: Balance) -> Json:
    """`blocked` are points that were earned and are not active yet."""
    return {
        "total": balance.available + balance.pending,
        "available": balance.available,
        "blocked": balance.pending,
    }


def balance_type(programme: Programme) -> Json:
    terms = programme.seed.points
    return {"ids": {"systemName": terms.id}, "name": terms.name}


def customer_sections(account: Account, programme: Programme) -> Json:
    """All that a get-customer operation returns."""
    return {
        "customer": _customer(account),
        "balances": balances(account, programme),
        "discountCards": cards(account, programme),
        "customerSegmentations": segmentations(programme.segments(account), ()),
        "retailOrderStatistics": {"totalPaidAmount": account.turnover},
    }


def balances(account: Account, programme: Programme) -> list[Json]:
    """All points accounts of the customer: there is one."""
    balance = {**points(programme.balance(account)), "systemName": programme.seed.points.id}
    return [{**balance, "balanceType": balance_type(programme)}]


def cards(account: Account, programme: Programme) -> list[Json]:
    """All that lead to him, the working ones first."""
    return [card_section(card) for card in sorted(programme.cards.of(account), key=lambda card: card.status)]


def card_section(card: Card) -> Json:
    return {
        "ids": {"number": card.number},
        "status": {"ids": {"systemName": card.status}},
        "type": {"ids": {"externalId": card.type}, "name": CARD_TYPES.get(card.type, card.type)},
    }


def segmentations(memberships: Sequence[SegmentMembership], asked: Iterable[str]) -> list[Json]:
    """Those `asked` for, or (none asked) all the customer is in; no `segment` means "not a member"."""
    by_name = {one.segmentation: one for one in memberships}
    return [_segmentation(name, by_name.get(name)) for name in (list(asked) or by_name)]


def _segmentation(name: str, membership: SegmentMembership | None) -> Json:
    section: Json = {"segmentation": {"ids": {"externalId": name}, "name": name}}
    if membership:
        section["segment"] = {"ids": {"externalId": membership.segment}, "name": membership.name}
    return section
