"""Codes given for a paid order."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import count

from adapters.loyalty.programme.seed import Coupon, PurchaseCode


class PurchaseCodes:
    """Remembers which code of each rule comes next."""

    def __init__(self, rules: Iterable[PurchaseCode]) -> None:
        self._rules = [(rule, count(rule.first_code)) for rule in rules]

    def issue(self, phone: str, total: Decimal) -> list[Coupon]:
        """The codes that the customer with `phone` gets for an order of `total` roubles."""
        return [
            Coupon(code=str(next(numbers)), promotion=rule.promotion, pool=rule.id, name=rule.name)
            for rule, numbers in self._rules
            if total >= rule.minimum_total and (not rule.phones or phone in rule.phones)
        ]
