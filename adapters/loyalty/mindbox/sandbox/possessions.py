"""Operations about what a customer has: cards, points and their history, promotions, promo codes.

Shapes: Mindbox developers docs, "get-discount-card-details", "customer-card-activation", "change-card-status-at-pos",
"replace-card", "get-customer-discount-cards-list", "get-customer-bonus-balance-history",
"update-customer-bonus-account", "get-promotions-for-customer", "get-promocodes-list".
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from adapters.loyalty.mindbox.sandbox.catalogue import Kind
from adapters.loyalty.mindbox.sandbox.customer_answers import (
    NOT_FOUND,
    balance_type,
    balances,
    card_section,
    cards,
    found,
)
from adapters.loyalty.mindbox.sandbox.mapping import account_keys
from adapters.loyalty.mindbox.sandbox.refusals import BadRequest, Json
from adapters.loyalty.mindbox.sandbox.requests import Body, Page, moment
from adapters.loyalty.programme import Account, Binding, Programme
from adapters.loyalty.programme.accounts import Posting
from adapters.loyalty.programme.promotions import Promotion

T = TypeVar("T")
VIRTUAL = "virtual"
MOST_ITEMS, MOST_CODES_SHOWN = 1000, 5
PROMO_CODE_STATUS = {
    "usable": "Active",
    "used": "Used",
    "too_early": "YetNotActive",
    "expired": "AlreadyNotActive",
    "blocked": "Blocked",
    "not_issued": "YetNotActive",
}


class Possessions:
    """The operations over one programme."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme

    @property
    def handlers(self) -> Mapping[Kind, Callable[[Body], Json]]:
        return {
            Kind.GET_CARD: self._get_card,
            Kind.LIST_CARDS: self._list_cards,
            Kind.BIND_CARD: self._bind_card,
            Kind.ISSUE_CARD: self._issue_card,
            Kind.BLOCK_CARD: self._block_card,
            Kind.REPLACE_CARD: self._replace_card,
            Kind.BALANCE_HISTORY: self._history,
            Kind.CHANGE_BALANCE: self._change_balance,
            Kind.PROMOTIONS: self._promotions,
            Kind.PROMO_CODES: self._promo_codes,
        }

    def _account(self, body: Body) -> Account | None:
        return self._programme.find(account_keys(body.customer))

    def _get_card(self, body: Body) -> Json:
        card = self._programme.cards.get(body.discount_card.first)
        return {"discountCard": {"processingStatus": "Found", **card_section(card)} if card else NOT_FOUND}

    def _list_cards(self, body: Body) -> Json:
        account = self._account(body)
        if account is None:
            return {"customer": NOT_FOUND}
        return {"customer": found(account), "discountCards": cards(account, self._programme)}

    def _bind_card(self, body: Body) -> Json:
        account = self._account(body)
        if account is None:
            return {"customer": NOT_FOUND, "discountCard": {"processingStatus": Binding.NOT_PROCESSED}}
        number = body.discount_card.first
        section = {"processingStatus": self._programme.cards.bind(number, account), "ids": {"number": number}}
        return {"customer": found(account), "discountCard": section}

    def _issue_card(self, body: Body) -> Json:
        account = self._account(body)
        card = self._programme.cards.issue(account, VIRTUAL) if account else None
        who = found(account) if account else NOT_FOUND
        if card is None:
            return {"customer": who, "discountCard": {"processingStatus": Binding.NOT_PROCESSED}}
        return {"customer": who, "discountCard": {"processingStatus": Binding.BOUND, **card_section(card)}}

    def _block_card(self, body: Body) -> Json:
        """The status this operation sets is configured in the project; here it blocks."""
        card = self._programme.cards.get(body.discount_card.first)
        if card is None:
            return {"discountCard": NOT_FOUND}
        if not card.account:
            return {"discountCard": {"processingStatus": "NotBoundToCustomer"}}
        changed = self._programme.cards.block(card.number)
        return {"discountCard": {"processingStatus": "Changed" if changed else "NotChanged"}}

    def _replace_card(self, body: Body) -> Json:
        outcome = self._programme.cards.replace(body.old_discount_card.first, body.new_discount_card.first)
        return {"discountCard": {"processingStatus": outcome}}

    def _history(self, body: Body) -> Json:
        """The newest first."""
        account = self._account(body)
        if account is None:
            return {"customer": NOT_FOUND}
        since, till = moment(body.page.since_date_time_utc), moment(body.page.till_date_time_utc)
        rows = [
            one
            for one in reversed(account.postings)
            if (not since or one.at >= since) and (not till or one.at < till)
        ]
        actions = [self._action(one) for one in _page(rows, body.page)]
        return {"customer": found(account), "customerActions": actions, "customerActionsCount": len(rows)}

    def _action(self, posting: Posting) -> Json:
        kind = ("RetailOrderPayment" if posting.amount < 0 else "RetailOrderBonus") if posting.order_id else "Custom"
        change = {
            "changeAmount": posting.amount,
            "availableFromDateTimeUtc": posting.since,
            "expirationDateTimeUtc": None,
            "isAvailable": posting.since <= posting.at,
            "comment": posting.comment,
            "balanceType": balance_type(self._programme),
            "balanceChangeKind": {"systemName": kind},
        }
        return {
            "actionTemplate": {"systemName": kind, "name": kind},
            "dateTimeUtc": posting.at,
            "customerBalanceChanges": [change],
        }

    def _change_balance(self, body: Body) -> Json:
        account = self._account(body)
        if account is None:
            return {"customer": NOT_FOUND}
        for change in body.balance_changes:
            self._programme.give_points(account, change.change_amount, change.comment)
        return {"customer": found(account), "balances": balances(account, self._programme)}

    def _promotions(self, body: Body) -> Json:
        account = self._account(body)
        if account is None:
            return {"customer": NOT_FOUND}
        shown = [self._promotion(account, one) for one in self._programme.offers(account)]
        return {"customer": found(account), "promoActions": shown}

    def _promotion(self, account: Account, promotion: Promotion) -> Json:
        codes = [
            code
            for code in account.codes
            if (known := self._programme.coupon(code)) and known.promotion == promotion.id
        ]
        return {
            "ids": {"externalId": promotion.id},
            "name": promotion.name,
            "description": promotion.line_hint,
            "startDateTimeUtc": None,
            "endDateTimeUtc": None,
            "limits": [],
            "customFields": {},
            "promoCodes": [{"ids": {"value": code}} for code in codes[:MOST_CODES_SHOWN]],
        }

    def _promo_codes(self, body: Body) -> Json:
        """An unknown customer is an error of the caller here, not an answer."""
        account = self._account(body)
        if account is None:
            raise BadRequest("Customer not found")
        return {"promoCodes": [self._promo_code(code) for code in _page(account.codes, body.page)]}

    def _promo_code(self, code: str) -> Json:
        state = self._programme.coupon_state(code)
        return {"ids": {"value": code}, "status": PROMO_CODE_STATUS.get(state, "Active"), "isUsed": state == "used"}


def _page(rows: Sequence[T], page: Page) -> Sequence[T]:
    size = min(max(page.items_per_page, 1), MOST_ITEMS)
    first = (max(page.page_number, 1) - 1) * size
    return rows[first : first + size]
