"""Promotions, as the seed names them: discounts on units and additional points."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from adapters.loyalty.programme.units import Unit, even, runs
from gateway.domain.money import ZERO, kopecks

HUNDRED = Decimal(100)


class _Promotion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """`skus` and `groups` say which goods it is for (neither: all), `levels` and `segments` for whom (none: all).

    A personal promotion is one for a segment. With `needs_coupon` it works only when a coupon that names it is in the
    basket.
    """

    id: str
    name: str
    skus: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    needs_coupon: bool = False
    line_hint: str = ""  # shown at each line it is for

    def is_for(self, level: str, segments: Collection[str]) -> bool:
        """Whether a customer of this level, in these segments, takes part; an anonymous one is of none."""
        fits_level = not self.levels or level in self.levels
        return fits_level and (not self.segments or any(one in segments for one in self.segments))

    def concerns(self, sku: str, groups: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether goods `sku` take part; `groups` are the groups of each."""
        if not self.skus and not self.groups:
            return True
        return sku in self.skus or any(group in self.groups for group in groups.get(sku, ()))

    def discount(self, units: Sequence[Unit]) -> None:
        """Lower the prices of `units`, all of which the promotion is for."""

    def points(self, quantity: Decimal) -> Decimal:  # noqa: ARG002 - the promotions of points use it
        """Additional points for `quantity` pieces."""
        return ZERO

    def screen_hint(self, units: Sequence[Unit]) -> str:  # noqa: ARG002 - the same
        """What to tell the cashier about the basket as it is; empty: nothing."""
        return ""


class PercentOff(_Promotion, frozen=True, kw_only=True, tag="percent_off"):
    """`percent` off what is left of the price."""

    percent: Decimal

    def discount(self, units: Sequence[Unit]) -> None:
        for run in runs(units):
            off = kopecks(sum((unit.net for unit in run), ZERO) * self.percent / HUNDRED)
            for unit, part in zip(run, even(off, len(run)), strict=True):
                unit.take(self.id, part)


class CheapestFree(_Promotion, frozen=True, kw_only=True, tag="cheapest_free"):
    """Of every `of` pieces in the basket one is free (at its minimum price): the cheapest of all."""

    of: int
    screen_text: str = ""  # said while one more piece would make another set

    def discount(self, units: Sequence[Unit]) -> None:
        pieces = [(unit.net, -place, unit) for place, unit in enumerate(units) if unit.line.is_counted]
        # Among equals the last, so that the pieces of a split line keep their places when they are sent back.
        for _, _, unit in sorted(pieces, key=lambda piece: piece[:2])[: len(pieces) // self.of]:
            unit.take(self.id, unit.room)

    def screen_hint(self, units: Sequence[Unit]) -> str:
        pieces = sum(1 for unit in units if unit.line.is_counted)
        return self.screen_text if pieces % self.of == self.of - 1 else ""


class AmountOff(_Promotion, frozen=True, kw_only=True, tag="amount_off"):
    """`roubles` off each piece; weighed goods count as one."""

    roubles: Decimal

    def discount(self, units: Sequence[Unit]) -> None:
        for unit in units:
            unit.take(self.id, self.roubles)


class Gift(_Promotion, frozen=True, kw_only=True, tag="gift"):
    """With goods of `minimum_total` roubles in the basket, one piece of `gift_sku` costs `price`: no receipt takes
    less than a rouble.
    """

    gift_sku: str
    minimum_total: Decimal = ZERO
    price: Decimal = Decimal(1)
    screen_text: str = ""  # said while the gift is due and not in the basket

    def concerns(self, sku: str, groups: Mapping[str, tuple[str, ...]]) -> bool:
        return sku == self.gift_sku or super().concerns(sku, groups)

    def discount(self, units: Sequence[Unit]) -> None:
        gift = next((unit for unit in reversed(units) if unit.line.sku == self.gift_sku), None)
        if gift is not None and self._is_due(units):
            gift.take(self.id, gift.net - self.price)

    def screen_hint(self, units: Sequence[Unit]) -> str:
        has_gift = any(unit.line.sku == self.gift_sku for unit in units)
        return self.screen_text if self._is_due(units) and not has_gift else ""

    def _is_due(self, units: Sequence[Unit]) -> bool:
        bought = [unit.net for unit in units if unit.line.sku != self.gift_sku]
        return bool(bought) and sum(bought, ZERO) >= self.minimum_total


class ExtraPoints(_Promotion, frozen=True, kw_only=True, tag="extra_points"):
    """`points_per_piece` more than the level gives."""

    points_per_piece: Decimal

    def points(self, quantity: Decimal) -> Decimal:
        return self.points_per_piece * quantity


Promotion = PercentOff | AmountOff | CheapestFree | Gift | ExtraPoints
