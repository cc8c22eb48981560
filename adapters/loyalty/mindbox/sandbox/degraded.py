"""What a loyalty server may be unable to do for a while, and says so with HTTP 200 (developers docs, "preorder")."""

from typing import Literal

from msgspec import Struct


class Degraded(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`discounts`: "public" when personal ones cannot be computed, "none" when no discount can.

    `points` and `coupons` False: their services do not answer, and their statuses say `Unavailable`.
    `customers` False: nobody can be recognised (`customer.processingStatus` is `Unavailable`).
    """

    discounts: Literal["all", "public", "none"] = "all"
    points: bool = True
    coupons: bool = True
    customers: bool = True


STATUS = {
    "all": "Calculated",
    "public": "PersonalDiscountsCalculationIsUnavailable",
    "none": "DiscountsCalculationIsUnavailable",
}
"""`order.processingStatus` of a calculation."""
