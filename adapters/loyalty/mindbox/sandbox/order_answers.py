"""Sections about orders: Mindbox developers docs, "preorder", "create-order-with-processing", "get-order-info",
"gift-cards-in-order-save-operations".
"""

from decimal import Decimal

from adapters.loyalty.mindbox.sandbox.customer_answers import balance_type, points
from adapters.loyalty.mindbox.sandbox.degraded import STATUS, Degraded
from adapters.loyalty.mindbox.sandbox.line_answers import LineAnswers, placeholders, possible_discounts
from adapters.loyalty.mindbox.sandbox.refusals import Json
from adapters.loyalty.mindbox.sandbox.seed import MindboxTable
from adapters.loyalty.programme import (
    Account,
    AskedCoupon,
    AskedGiftCard,
    CouponState,
    GiftCardState,
    Hint,
    Order,
    Placed,
    Pricing,
    Programme,
)

COUPON_STATUS = {
    CouponState.USABLE: "CanBeUsed",
    CouponState.NO_USE_HERE: "CanNotBeUsedForCurrentOrder",
    CouponState.NOT_FOUND: "NotFound",
    CouponState.USED: "Used",
    CouponState.TOO_EARLY: "YetNotActive",
    CouponState.EXPIRED: "AlreadyNotActive",
    CouponState.BLOCKED: "Blocked",
    CouponState.NOT_ISSUED: "NotIssued",
}

GIFT_CARD_STATUS = {
    GiftCardState.USABLE: "canBeUsed",
    GiftCardState.NOT_FOUND: "notFound",
    GiftCardState.INACTIVE: "inactive",
    GiftCardState.SPENT: "alreadyUsed",
    GiftCardState.BLOCKED: "blocked",
    GiftCardState.EXPIRED: "expired",
}


class OrderAnswers:
    """Builds the `order` section of every operation."""

    def __init__(self, programme: Programme, names: MindboxTable) -> None:
        self._programme = programme
        self._names = names
        self._lines = LineAnswers(programme, names)
        self._titles = {good.sku: good.name for good in programme.seed.goods if good.name}

    def calculated(self, pricing: Pricing, account: Account | None, degraded: Degraded) -> Json:
        """A preorder. `ids.mindboxId` is null: nothing was saved."""
        by_line = [hint for hint in pricing.hints if hint.number is not None]
        on_screen = [hint for hint in pricing.hints if hint.number is None]
        return {
            "processingStatus": STATUS[degraded.discounts],
            "ids": {"mindboxId": None},
            "totalPrice": pricing.total,
            "deliveryCost": 0,
            "lines": [self._lines.priced(piece, by_line) for piece in pricing.pieces],
            "appliedPromotions": [],
            "placeholders": [
                *placeholders("CashierScreen", on_screen),
                *possible_discounts(self._programme.suggestions(pricing), self._titles, self._names),
            ],
            "couponsInfo": [self._coupon(asked, works=degraded.coupons) for asked in pricing.coupons],
            "paymentsInfo": [self._payment(card) for card in pricing.gift_cards],
            **self._points(pricing, account, works=degraded.points),
        }

    def processed(self, placed: Placed, account: Account | None) -> Json:
        """A create. The text to print goes out under `ReceiptFooter`."""
        order = placed.order
        return {
            "processingStatus": "Processed",
            "ids": self._ids(order),
            "issuedCoupons": [self._issued(code) for code in order.issued],
            "placeholders": placeholders("ReceiptFooter", self._footer(placed, account)),
            "bonusPointsChanges": self._changes(placed.pricing, account),
        }

    def found(self, order: Order) -> Json:
        """An order read: points as they stand now, the price as it was sold for."""
        effect = order.effect
        balance = {"balanceType": balance_type(self._programme)}
        spent = {**balance, "spentAmount": effect.redeemed, "earnedAmount": effect.accrued}
        return {
            "processingStatus": "Found",
            "ids": self._ids(order),
            "totalPrice": order.total,
            "lines": [self._lines.stored(line) for line in order.lines],
            "appliedPromotions": [],
            "bonusPointsInfoPerBalanceTypes": [spent] if order.account else [],
        }

    def _ids(self, order: Order) -> Json:
        return {self._names.order_id_name: order.id, "mindboxId": order.number}

    def _points(self, pricing: Pricing, account: Account | None, *, works: bool) -> Json:
        if account is not None and not works:
            away: Json = {"status": "Unavailable", "balanceType": balance_type(self._programme)}
            return {"bonusPointsInfo": [away], "bonusPointsChanges": []}
        if account is None:
            return {"bonusPointsInfo": [], "bonusPointsChanges": []}
        total = {
            "availableAmountForCurrentOrder": pricing.redeemable,
            "spentAmountForCurrentOrder": pricing.redeemed,
            "balance": points(self._programme.balance(account)),
        }
        info = {"status": "Success", **total, "balanceType": balance_type(self._programme)}
        return {
            "bonusPointsInfo": [info],
            "totalBonusPointsInfo": total,
            "bonusPointsChanges": self._changes(pricing, account),
        }

    def _changes(self, pricing: Pricing, account: Account | None) -> list[Json]:
        """What the order redeems, and what it earns once it is paid."""
        if account is None:
            return []
        amounts = {"earnedAmount": pricing.accrued, "spentAmount": pricing.redeemed}
        return [{"balanceType": balance_type(self._programme), **amounts}]

    def _coupon(self, asked: AskedCoupon, *, works: bool) -> Json:
        if not works:
            return {"coupon": {"ids": {"code": asked.code}, "status": "Unavailable"}}
        section: Json = {"ids": {"code": asked.code}, "status": COUPON_STATUS[asked.state]}
        if asked.coupon:
            section["pool"] = {"ids": {"externalId": asked.coupon.pool}, "name": asked.coupon.name}
        return {"discountAmountForCurrentOrder": asked.amount, "coupon": section}

    def _payment(self, card: AskedGiftCard) -> Json:
        balance = {"total": card.nominal, "available": card.left, "used": card.nominal - card.left}
        known = {} if card.state is GiftCardState.NOT_FOUND else {"balance": balance}
        about = {"ids": {"number": card.number}, "status": GIFT_CARD_STATUS[card.state], **known}
        return {
            "type": self._names.gift_card_payment,
            "availableAmountForCurrentOrder": card.available,
            "giftCard": about,
        }

    def _issued(self, code: str) -> Json:
        coupon = self._programme.coupon(code)
        pool = {"ids": {"externalId": coupon.pool if coupon else ""}, "name": coupon.name if coupon else ""}
        return {"promotion": {**pool, "type": "mindbox"}, "coupon": {"ids": {"code": code}, "pool": pool}}

    def _footer(self, placed: Placed, account: Account | None) -> list[Hint]:
        texts = self._programme.seed.texts
        if account is None:
            text = texts.invitation
        else:
            available = self._programme.balance(account).available
            text = texts.receipt.format(
                accrued=_plain(placed.pricing.accrued),
                redeemed=_plain(placed.pricing.redeemed),
                balance=_plain(available),
            )
        return [Hint(promotion="receipt-text", name="Текст на чеке", text=text)] if text else []


def _plain(amount: Decimal) -> str:
    """Points without idle zeros, as people read them."""
    return f"{amount.normalize():f}"
