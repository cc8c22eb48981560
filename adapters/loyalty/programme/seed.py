"""The seed: a programme written down as TOML, decoded strictly."""

import tomllib
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from adapters.loyalty.programme.promotions import Promotion
from adapters.loyalty.programme.variants import Variants
from gateway.domain.money import ZERO
from gateway.errors import ConfigError

CardStatus = Literal["NotIssued", "Issued", "Inactive", "Activated", "Blocked"]


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file: a misspelt key is an error."""


class PointsTerms(_Table, frozen=True, kw_only=True):
    """The points account: how fine points are counted, and what earns."""

    id: str = "Main"
    name: str = "Основной"
    whole_redemption: bool = False  # False: points are redeemed to the hundredth
    whole_accrual: bool = True  # True: an accrual is rounded down to whole points
    redeemed_part_earns: bool = True  # whether the part of a receipt paid with points earns too
    pending_seconds: float = 0  # how long accrued points are not yet available


class OrderTerms(_Table, frozen=True, kw_only=True):
    cancelled_reopens: bool = True  # a cancelled order that is created again lives again


class TransitionTerms(_Table, frozen=True, kw_only=True):
    """Segments of customers who have just risen by a level, and the popup that tells them so."""

    segmentation: str = "LevelTransition"
    name: str = "Переход на новый уровень"
    enter_after_seconds: float = 5
    window_seconds: float = 120  # counted from the sale; a popup shown later brings no code
    code_prefix: str = "UP-"
    shown: tuple[str, ...] = ()  # actions that mean "the cashier saw the popup"


class Texts(_Table, frozen=True, kw_only=True):
    """Printed on the receipt. Fields: {accrued}, {redeemed}, {balance}."""

    receipt: str = "Начислено баллов: {accrued}. Баланс: {balance}"
    invitation: str = ""


class Level(_Table, frozen=True, kw_only=True):
    """Reached at `turnover` roubles. `receipt_cap`: at most so many points on one receipt."""

    id: str
    name: str
    turnover: Decimal = ZERO
    accrual_percent: Decimal
    redeemable_percent: Decimal
    receipt_cap: Decimal | None = None


class Good(_Table, frozen=True, kw_only=True):
    sku: str
    name: str = ""
    groups: tuple[str, ...] = ()
    payable_with_points: bool = True


class Coupon(_Table, frozen=True, kw_only=True):
    """A code that switches `promotion` on. `uses` 0 means without limit; dates include both ends; a code of the pool
    that was given to nobody yet is not `issued`.
    """

    code: str
    promotion: str
    pool: str = ""
    name: str = ""
    uses: int = 1
    blocked: bool = False
    issued: bool = True
    since: date | None = None
    till: date | None = None


class GiftCardSeed(_Table, frozen=True, kw_only=True):
    """`nominal` roubles, of which `used` are gone. One that is not `active` has yet to be sold; `code` is asked for
    with every payment, when there is one; `till` is the last day.
    """

    number: str
    nominal: Decimal
    active: bool = False
    used: Decimal = ZERO
    blocked: bool = False
    till: date | None = None
    code: str = ""


class PurchaseCode(_Table, frozen=True, kw_only=True):
    """A code given for a paid order; the first is `first_code`, each next one is greater by one."""

    id: str
    name: str
    first_code: int
    promotion: str = ""  # which promotion the code switches on, if any
    minimum_total: Decimal = ZERO
    phones: tuple[str, ...] = ()  # only these customers; empty: everybody


class AbsenceHint(_Table, frozen=True, kw_only=True):
    """Shown to the cashier while `absent_sku` is not in the basket."""

    id: str
    name: str
    absent_sku: str
    text: str


class SegmentSeed(_Table, frozen=True, kw_only=True):
    segmentation: str
    segment: str
    name: str = ""


class CustomerSeed(_Table, frozen=True, kw_only=True):
    """`custom_fields` are the project's own by name; "in 5 days" is that day, counted from the start."""

    id: str
    phone: str
    email: str = ""
    card: str = ""
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    birth_date: date | None = None
    sex: str = ""
    points: Decimal = ZERO
    turnover: Decimal = ZERO
    custom_fields: dict[str, str] = {}
    segments: tuple[SegmentSeed, ...] = ()

    def __post_init__(self) -> None:
        """Refuses a phone that no register's key would ever equal."""
        if not self.phone.isdigit():
            raise ValueError("phone: digits only, with the country code")


class SegmentRule(_Table, frozen=True, kw_only=True):
    """A segment that customers are in while all conditions hold and no action of `left_by` has been reported;
    `back_after_days` after that they may enter again, without it never.
    """

    segmentation: str
    segment: str
    name: str = ""
    turnover_from: Decimal = ZERO
    turnover_below: Decimal | None = None
    birthday_within_days: int | None = None
    bought_within_days: int | None = None
    not_bought_for_days: int | None = None
    left_by: tuple[str, ...] = ()
    back_after_days: int | None = None


class Suggestion(_Table, frozen=True, kw_only=True):
    """ "Add one of these and get so much off": shown while none of `skus` is in the basket."""

    id: str
    name: str
    skus: tuple[str, ...]
    percent: Decimal


class CardSeed(_Table, frozen=True, kw_only=True):
    """A card that nobody has yet, or (`account`, a customer's id) that is his beside his first one."""

    number: str
    type: str = "plastic"
    status: CardStatus = "NotIssued"
    account: str = ""


class ProgrammeSeed(_Table, frozen=True, kw_only=True):
    """The whole programme. A sandbox adds tables of its own protocol by inheriting."""

    points: PointsTerms = PointsTerms()
    orders: OrderTerms = OrderTerms()
    variants: Variants = Variants()
    transitions: TransitionTerms = TransitionTerms()
    texts: Texts = Texts()
    levels: tuple[Level, ...]
    goods: tuple[Good, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    coupons: tuple[Coupon, ...] = ()
    purchase_codes: tuple[PurchaseCode, ...] = ()
    hints: tuple[AbsenceHint, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    segments: tuple[SegmentRule, ...] = ()
    customers: tuple[CustomerSeed, ...] = ()
    cards: tuple[CardSeed, ...] = ()
    gift_cards: tuple[GiftCardSeed, ...] = ()

    def __post_init__(self) -> None:
        """Refuses what would fail only at the first sale."""
        if not self.levels or min(level.turnover for level in self.levels) > ZERO:
            raise ValueError("levels: one of them must begin at turnover 0")
        known = {promotion.id for promotion in self.promotions}
        codes = [coupon.promotion for coupon in self.coupons]
        codes += [code.promotion for code in self.purchase_codes if code.promotion]
        for promotion in codes:
            if promotion not in known:
                raise ValueError(f"coupons: there is no promotion {promotion!r}")
        self.texts.receipt.format(accrued=0, redeemed=0, balance=0)


S = TypeVar("S", bound=ProgrammeSeed)


def read_seed(path: Path, shape: type[S]) -> S:
    """The seed in the file `path`.

    Raises:
        ConfigError: the file cannot be read, is not TOML, or does not fit the shape.

    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        return msgspec.convert(data, type=shape)
    except (OSError, ValueError, LookupError) as error:
        raise ConfigError(f"{path}: {error}") from error


def day_of(moment: datetime) -> date:
    """The day a coupon's dates are compared with."""
    return moment.date()
