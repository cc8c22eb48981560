"""Our values as Mindbox's answers about people mean them. Pure."""

from datetime import UTC, datetime

from adapters.loyalty.mindbox.people.wire import (
    ActionBlock,
    BalanceChangeBlock,
    PeopleEnvelope,
    PersonBlock,
    PromoActionBlock,
)
from adapters.loyalty.mindbox.settings import MindboxSettings
from gateway.domain.account import MovementKind, Offer, PointsMovement
from gateway.domain.loyalty_card import CardAnswer

CONFIRMED = {"MobilePhoneConfirmed", "SubscriptionAndMobilePhoneConfirmed", "AlreadyConfirmed"}
"""`smsConfirmation.processingStatus` of a phone that is the customer's (docs, "mobile-phone-verification")."""

KINDS = {
    "RetailOrderBonus": MovementKind.PURCHASE,
    "RetailOrderPayment": MovementKind.PAYMENT,
    "Expired": MovementKind.EXPIRED,
}

CARDS = {
    "Bound": CardAnswer.BOUND,
    "AlreadyBoundToCurrentCustomer": CardAnswer.BOUND,
    "Changed": CardAnswer.BOUND,
    "NotChanged": CardAnswer.BOUND,
    "AlreadyBoundToAnotherCustomer": CardAnswer.ANOTHERS,
    "NotFound": CardAnswer.UNKNOWN,
    "NotBoundToCustomer": CardAnswer.UNKNOWN,
}


def is_confirmed(answer: PeopleEnvelope) -> bool:
    """A wrong code comes as a success with this status inside."""
    return answer.sms_confirmation is not None and answer.sms_confirmation.processing_status in CONFIRMED


def wallet_link(person: PersonBlock, settings: MindboxSettings) -> str:
    link = person.custom(settings.wallet_link_field)
    return link if isinstance(link, str) else ""


def movements(answer: PeopleEnvelope, settings: MindboxSettings) -> list[PointsMovement]:
    """Of our points account only; the newest first."""
    rows = [
        _movement(action, change)
        for action in answer.customer_actions
        for change in action.customer_balance_changes
        if change.balance_type.id("systemName") in (settings.balance, "")
    ]
    return sorted(rows, key=lambda row: row.at, reverse=True)


def _movement(action: ActionBlock, change: BalanceChangeBlock) -> PointsMovement:
    return PointsMovement(
        at=instant(action.date_time_utc) or datetime.min.replace(tzinfo=UTC),
        kind=KINDS.get(change.balance_change_kind.system_name, MovementKind.GIFT),
        amount=change.change_amount,
        outlet=action.point_of_contact.id("externalId"),
        comment=change.comment or "",
        available_from=instant(change.available_from_date_time_utc),
        expires=instant(change.expiration_date_time_utc),
    )


def offers(answer: PeopleEnvelope) -> list[Offer]:
    return [_offer(block) for block in answer.promo_actions if block.name]


def _offer(block: PromoActionBlock) -> Offer:
    return Offer(
        name=block.name or "",
        description=block.description or "",
        until=instant(block.end_date_time_utc),
        codes=tuple(code for one in block.promo_codes if (code := one.id("value"))),
    )


def card(answer: PeopleEnvelope) -> CardAnswer:
    """An unknown status is "not now": nothing is promised to the customer."""
    block = answer.discount_card
    return CARDS.get(block.processing_status if block else "", CardAnswer.NOT_NOW)


def instant(text: str | None) -> datetime | None:
    """`2026-03-01 10:20:30.123` and `2027-05-01T12:00:00.0000000Z` both stand for UTC; None for what is no time."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
