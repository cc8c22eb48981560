"""Why the programme says no. Messages are Russian where a cashier may read them."""

from decimal import Decimal


class Refusal(Exception):
    """The programme did nothing."""


class AmbiguousKeys(Refusal):
    """The keys of the question belong to different customers."""


class UnknownOrder(Refusal):
    """No such order, or no such line or quantity left in it."""


class OrderClosed(Refusal):
    """The order was cancelled, and this programme does not open it again."""


class UnsplitLine(Refusal):
    """The caller sent whole a line whose pieces have different prices."""


class PointsRefused(Refusal):
    """More points were asked for than may be redeemed on this order."""

    def __init__(self, available: Decimal) -> None:
        super().__init__(f"Нельзя списать больше {available.normalize():f} баллов")
        self.available = available


class CodeRefused(Refusal):
    """A coupon cannot be used."""

    def __init__(self, code: str) -> None:
        super().__init__("Купон нельзя использовать")
        self.code = code


class GiftCardRefused(Refusal):
    """A gift card cannot be sold, or not be paid with; `number` is empty when none was named."""

    def __init__(self, number: str, why: str) -> None:
        super().__init__(f"Подарочная карта {number}: {why}" if number else f"Подарочная карта {why}")
        self.number = number


class PriceChanged(Refusal):
    """The caller's total is not the programme's."""

    def __init__(self, total: Decimal) -> None:
        super().__init__(f"Стоимость заказа изменилась, теперь она {total:f} руб.")
        self.total = total
