"""Coupons: which may be used, by which order each was, and codes issued for a purchase."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from adapters.loyalty.programme.seed import Coupon, day_of


class CouponState(StrEnum):
    """The names are those every loyalty server has some word for."""

    USABLE = "usable"
    NO_USE_HERE = "no_use_here"
    NOT_FOUND = "not_found"
    USED = "used"
    TOO_EARLY = "too_early"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    NOT_ISSUED = "not_issued"


class _Entry(Struct, kw_only=True):
    coupon: Coupon
    orders: set[str]


class CouponBook:
    """All coupons there are. Codes are compared without regard to case."""

    def __init__(self, coupons: Iterable[Coupon]) -> None:
        self._entries: dict[str, _Entry] = {}
        self._used_by: dict[str, frozenset[str]] = {}
        for coupon in coupons:
            self.add(coupon)

    def add(self, coupon: Coupon) -> None:
        """A coupon that exists from now on."""
        self._entries[coupon.code.upper()] = _Entry(coupon=coupon, orders=set())

    def get(self, code: str) -> Coupon | None:
        entry = self._entries.get(code.upper())
        return entry.coupon if entry else None

    def state(self, code: str, order_id: str, moment: datetime) -> CouponState:
        """Whether `code` may be used for `order_id`; an order's own coupon is not used up for itself."""
        entry = self._entries.get(code.upper())
        if entry is None:
            return CouponState.NOT_FOUND
        coupon, others = entry.coupon, entry.orders - {order_id}
        if coupon.blocked:
            return CouponState.BLOCKED
        if not coupon.issued:
            return CouponState.NOT_ISSUED
        if coupon.uses and len(others) >= coupon.uses:
            return CouponState.USED
        if coupon.since and day_of(moment) < coupon.since:
            return CouponState.TOO_EARLY
        if coupon.till and day_of(moment) > coupon.till:
            return CouponState.EXPIRED
        return CouponState.USABLE

    def consume(self, order_id: str, codes: Iterable[str]) -> None:
        """`order_id` uses exactly `codes`: what it used before and does not now is free again."""
        wanted = {code.upper() for code in codes} & self._entries.keys()
        for code in self._used_by.pop(order_id, frozenset()) - wanted:
            self._entries[code].orders.discard(order_id)
        for code in wanted:
            self._entries[code].orders.add(order_id)
        if wanted:
            self._used_by[order_id] = frozenset(wanted)
