"""Lines of an order with their promotions and hints: Mindbox developers docs, "preorder"."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from adapters.loyalty.mindbox.sandbox.customer_answers import balance_type
from adapters.loyalty.mindbox.sandbox.refusals import Json
from adapters.loyalty.mindbox.sandbox.seed import MindboxTable
from adapters.loyalty.programme import Hint, LineStatus, OrderLine, Piece, Programme
from adapters.loyalty.programme.seed import Suggestion

# What no promotion of the seed stands for, but appears among the promotions of a line.
BUILT_IN = {"level-accrual": "Начисление по уровню", "pay-with-points": "Оплата баллами"}


def placeholders(name: str, hints: Sequence[Hint]) -> list[Json]:
    """The output area `name` with these texts; no area without a text."""
    content = [
        {
            "type": "text",
            "message": hint.text,
            "promotion": {"ids": {"externalId": hint.promotion}, "name": hint.name, "type": "mindbox"},
        }
        for hint in hints
    ]
    return [{"ids": {"externalId": name}, "content": content}] if content else []


def possible_discounts(
    suggestions: Sequence[Suggestion], titles: Mapping[str, str], names: MindboxTable
) -> list[Json]:
    """What the cashier may suggest; goods have a name where the seed gives them one."""
    content = [
        {
            "type": "possibleDiscounts",
            "possibleDiscounts": {
                "discountsCount": 1,
                "discount": {"amount": one.percent, "amountType": "Percent"},
                "products": [
                    {"ids": {names.product_id_name: sku}} | ({"name": titles[sku]} if sku in titles else {})
                    for sku in one.skus
                ],
            },
            "promotion": {"ids": {"externalId": one.id}, "name": one.name, "type": "mindbox"},
        }
        for one in suggestions
    ]
    return [{"ids": {"externalId": "CashierScreen"}, "content": content}] if content else []


class LineAnswers:
    """Builds items of `lines`."""

    def __init__(self, programme: Programme, names: MindboxTable) -> None:
        self._programme = programme
        self._names = names
        self._titles = {one.id: one.name for one in programme.seed.promotions} | BUILT_IN

    def priced(self, piece: Piece, hints: Sequence[Hint]) -> Json:
        """A line of a preorder."""
        own = [hint for hint in hints if hint.number == piece.number]
        return {
            **self._line(piece, piece.line.status),
            "discountedPriceOfLine": piece.total,
            "placeholders": placeholders("LineHint", own),
        }

    def stored(self, line: OrderLine) -> Json:
        """A line of an order read."""
        return {**self._line(line.piece, line.status), "priceOfLine": line.piece.total}

    def _line(self, piece: Piece, status: LineStatus) -> Json:
        card: Json = {"giftCard": {"ids": {"number": piece.line.gift_card}}} if piece.line.gift_card else {}
        return {
            **card,
            "lineId": piece.line.line_id,
            "lineNumber": piece.number,
            "quantity": piece.quantity,
            "basePricePerItem": piece.line.unit_price,
            "product": {"ids": {self._names.product_id_name: piece.line.sku}},
            "status": {"ids": {"externalId": self._names.status_name(status)}},
            "appliedPromotions": self._applied(piece),
        }

    def _applied(self, piece: Piece) -> list[Json]:
        discounts = [
            {
                "type": "discount",
                "groupingKey": "0",
                "amount": discount.amount,
                "promotion": self._promotion(discount.promotion, external=discount.of_till),
            }
            for discount in piece.discounts
        ]
        spent = [self._of_points("spentBonusPoints", "pay-with-points", piece.redeemed)] if piece.redeemed else []
        earned = [
            self._of_points("earnedBonusPoints", accrual.promotion, accrual.amount) for accrual in piece.accruals
        ]
        return [*discounts, *spent, *earned]

    def _of_points(self, kind: str, promotion: str, amount: Decimal) -> Json:
        return {
            "type": kind,
            "amount": amount,
            "balanceType": balance_type(self._programme),
            "promotion": self._promotion(promotion, external=False),
        }

    def _promotion(self, promotion: str, *, external: bool) -> Json:
        return {
            "ids": {"externalId": promotion},
            "name": promotion if external else self._titles.get(promotion, promotion),
            "type": "external" if external else "mindbox",
        }
