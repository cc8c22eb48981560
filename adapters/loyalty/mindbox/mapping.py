"""Our values as Mindbox's answers mean them: customers, quotes, outcomes. Requests: `composing.py`."""

from datetime import date
from decimal import Decimal, InvalidOperation

from msgspec.structs import replace

from adapters.loyalty.mindbox.placeholders import texts
from adapters.loyalty.mindbox.settings import MindboxSettings
from adapters.loyalty.mindbox.wire import (
    FOUND,
    BalanceBlock,
    CustomerBlock,
    Envelope,
    GiftCardBlock,
    LineBlock,
    Named,
    OrderBlock,
    PaymentInfo,
    PointsChange,
    PointsInfo,
    Scalar,
)
from gateway.domain.call import Accepted, IssuedCoupon, OrderState, OrderView
from gateway.domain.customer import Balance, Customer, SegmentMembership
from gateway.domain.money import ZERO
from gateway.domain.quote import CouponAnswer, CouponState, GiftCardAnswer, GiftCardState, Piece, Quote
from gateway.domain.receipt import LineItem, Receipt
from gateway.errors import LoyaltyProtocolError

COUPONS = {
    "CanBeUsed": CouponState.USED_HERE,
    "CanNotBeUsedForCurrentOrder": CouponState.NOT_FOR_THIS_RECEIPT,
    "NotFound": CouponState.UNKNOWN,
    "NotIssued": CouponState.NOT_ISSUED,
    "Used": CouponState.SPENT,
    "YetNotActive": CouponState.TOO_EARLY,
    "AlreadyNotActive": CouponState.EXPIRED,
    "Blocked": CouponState.BLOCKED,
    "Unavailable": CouponState.UNCHECKED,
}
"""`coupon.status`, all there are (developers docs, "preorder"); an unknown one does not work now."""


GIFT_CARDS = {
    "canbeused": GiftCardState.USABLE,
    "notfound": GiftCardState.UNKNOWN,
    "inactive": GiftCardState.INACTIVE,
    "preactivated": GiftCardState.INACTIVE,
    "alreadyused": GiftCardState.SPENT,
    "blocked": GiftCardState.BLOCKED,
    "expired": GiftCardState.EXPIRED,
}
"""`giftCard.status` in small letters, its spelling differs (docs, "gift cards in order save operations")."""


def customer(answer: Envelope, settings: MindboxSettings) -> Customer | None:
    block = answer.customer
    if block is None or block.processing_status not in FOUND:
        return None
    memberships = segments(answer)
    known = Customer(
        id=block.id("mindboxId"),
        first_name=block.first_name or "",
        middle_name=block.middle_name or "",
        last_name=block.last_name or "",
        phone=_phone(block),
        email=block.email or "",
        card=answer.discount_cards[0].id("number") if answer.discount_cards else "",
        birth_date=_date(block.birth_date),
        balance=_balance(answer.balances, settings.balance),
        level=_level(memberships, settings),
        segments=memberships,
    )
    return known if block.custom_fields is None else _with_own_fields(known, block, settings)


def _with_own_fields(known: Customer, block: CustomerBlock, settings: MindboxSettings) -> Customer:
    """What a project keeps of its customers in fields of its own."""
    return replace(
        known,
        favourite_category=_custom(block, settings.favourite_category_field),
        expiring_points=_points(_custom(block, settings.expiring_points_field)),
        points_expire_on=_date(_custom(block, settings.points_expire_on_field)),
    )


def _level(memberships: tuple[SegmentMembership, ...], settings: MindboxSettings) -> str:
    for row in memberships:
        if row.segmentation == settings.level_segmentation:
            return row.name
    return ""


def _custom(block: CustomerBlock, name: str) -> str | None:
    """A custom field as text: empty when the customer has none, None when the project keeps no such thing."""
    if not name:
        return None
    value = block.custom(name)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _points(text: str | None) -> Decimal:
    try:
        return Decimal(text or 0)
    except InvalidOperation:
        return ZERO


def _phone(block: CustomerBlock) -> str:
    return "" if block.mobile_phone is None else str(block.mobile_phone)


def _date(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _balance(blocks: tuple[BalanceBlock, ...], name: str) -> Balance:
    """The order of balances is not guaranteed: chosen by system name, the only one when it has none."""
    for block in blocks:
        if name in (block.balance_type.id("systemName"), block.system_name) or len(blocks) == 1:
            return Balance(
                available=_first(block.available, block.available_value),
                pending=_first(block.blocked, block.blocked_value),
            )
    return Balance()


def _first(amount: Decimal | None, otherwise: Decimal | None = None) -> Decimal:
    if amount is not None:
        return amount
    return ZERO if otherwise is None else otherwise


def segments(answer: Envelope) -> tuple[SegmentMembership, ...]:
    return tuple(
        [
            SegmentMembership(
                segmentation=row.segmentation.id("externalId"),
                segment=row.segment.id("externalId"),
                name=row.segment.name or "",
            )
            for row in answer.customer_segmentations or ()
            if row.segment is not None
        ]
    )


def quote(answer: Envelope, asked: Receipt, settings: MindboxSettings) -> Quote:
    """A preorder's answer (developers docs, "preorder"); degraded calculations are marked incomplete.

    What a line is of stands in the lines that were `asked`: the answer need not repeat it. Raises
    `LoyaltyProtocolError` when it is about another one.
    """
    order = answer.order or OrderBlock()
    hints, printed = texts(order, asked.lines, settings)
    status = answer.customer.processing_status if answer.customer else ""
    known = {str(line.index): line for line in asked.lines}
    return Quote(
        customer=customer(answer, settings),
        stranger=status == "NotFound",
        card_blocked=status == "DiscountCardIsBlocked",
        points_away=_points_away(order, settings),
        undiscounted=order.processing_status == "DiscountsCalculationIsUnavailable",
        pieces=tuple([_piece(line, place, known) for place, line in enumerate(order.lines, 1)]),
        spendable=_spendable(order, settings),
        accrual=_earned(order, settings) or ZERO,
        hints=hints,
        slip_texts=printed,
        coupons=tuple([_coupon(info.coupon.id("code"), info.coupon.status) for info in order.coupons_info]),
        gift_cards=tuple([_gift_card(info, info.gift_card) for info in order.payments_info if info.gift_card]),
        complete=order.processing_status == "Calculated",
    )


def _whole(value: Scalar, default: int) -> int:
    """A line's number or id as we sent it; `default` for one that is not ours."""
    if type(value) is int or (type(value) is str and value.isdecimal()):
        return int(value)
    try:
        return int(Decimal(str(value)))
    except (InvalidOperation, ValueError):
        return default


def _piece(line: LineBlock, place: int, known: dict[str, LineItem]) -> Piece:
    """By the id we gave the line; by its number where the server does not repeat ids, or has its own."""
    number = _whole(line.line_number, place)
    asked = known.get(str(line.line_id)) or known.get(str(_whole(line.line_id, number))) or known.get(str(number))
    if asked is None:
        raise LoyaltyProtocolError("the loyalty server priced a line that nobody asked about")
    of_register, points = _taken_off(line)
    return Piece(
        number=number,
        index=asked.index,
        sku=asked.sku,
        quantity=line.quantity,
        unit_price=asked.unit_price,
        minimum_price=asked.minimum_price,
        register_discount=of_register,
        total=_price(line, asked) + points,
        gift_card=asked.gift_card,
    )


def _price(line: LineBlock, asked: LineItem) -> Decimal:
    """Of the whole line; the server need not repeat what it left alone."""
    if line.discounted_price_of_line is not None:
        return line.discounted_price_of_line
    return line.price_of_line if line.price_of_line is not None else asked.unit_price * line.quantity


def _taken_off(line: LineBlock) -> tuple[Decimal, Decimal]:
    """Of a line's promotions the register's own discounts, and what is paid with points."""
    of_register = points = ZERO
    for row in line.applied_promotions:
        if row.type == "spentBonusPoints":
            points += row.amount or ZERO
        elif row.type == "discount" and row.promotion and row.promotion.type == "external":
            of_register += row.amount or ZERO
    return of_register, points


def _points_away(order: OrderBlock, settings: MindboxSettings) -> bool:
    """Of one balance there may be more than one row: it is away when all of them are."""
    if not any(map(_is_away, order.bonus_points_info)):
        return False
    own = [_is_away(info) for info in order.bonus_points_info if _is_own(info.balance_type, settings)]
    return bool(own) and all(own)


def _is_away(info: PointsInfo) -> bool:
    return info.status == "Unavailable"


def _is_own(balance: Named, settings: MindboxSettings) -> bool:
    """Of the balance that registers spend; where the project has one only, it may have no name."""
    return balance.id("systemName") in (settings.balance, "")


def _spendable(order: OrderBlock, settings: MindboxSettings) -> Decimal:
    for info in order.bonus_points_info:
        if info.balance_type.id("systemName") == settings.balance:
            return info.available_amount_for_current_order or ZERO
    total = order.total_bonus_points_info
    return (total.available_amount_for_current_order if total else None) or ZERO


def _change(order: OrderBlock, settings: MindboxSettings) -> PointsChange | None:
    changes = order.bonus_points_changes or order.bonus_points_info_per_balance_types
    for row in changes:
        if _is_own(row.balance_type, settings):
            return row
    return None


def _earned(order: OrderBlock, settings: MindboxSettings) -> Decimal | None:
    change = _change(order, settings)
    return None if change is None else change.earned_amount


def _coupon(code: str, status: str) -> CouponAnswer:
    return CouponAnswer(code=code, state=COUPONS.get(status, CouponState.NOT_NOW))


def _gift_card(info: PaymentInfo, card: GiftCardBlock) -> GiftCardAnswer:
    """An unknown status cannot be relied on."""
    state = GIFT_CARDS.get(card.status.lower(), GiftCardState.UNKNOWN)
    usable = (info.available_amount_for_current_order or ZERO) if state is GiftCardState.USABLE else ZERO
    return GiftCardAnswer(number=card.id("number"), state=state, available=usable)


def accepted(answer: Envelope, settings: MindboxSettings) -> Accepted:
    """What a created order did (developers docs, "create order with processing")."""
    order = answer.order or OrderBlock()
    change = _change(order, settings)
    return Accepted(
        spent=None if change is None else change.spent_amount,
        earned=None if change is None else change.earned_amount,
        available=_available_after(answer, settings),
        texts=sum(texts(order, (), settings)[::-1], ()),
        coupons=tuple(
            IssuedCoupon(code=code, title=info.coupon.pool.name or info.promotion.name or "")
            for info in order.issued_coupons
            if (code := info.coupon.id("code"))
        ),
    )


def _available_after(answer: Envelope, settings: MindboxSettings) -> Decimal | None:
    for info in (answer.order or OrderBlock()).bonus_points_info:
        if info.balance_type.id("systemName") == settings.balance:
            return info.balance.available
    return _balance(answer.balances, settings.balance).available if answer.balances else None


def order_view(answer: Envelope, settings: MindboxSettings) -> OrderView | None:
    """An order as read back (developers docs, "get order info"); None when the server does not know it."""
    order = answer.order
    if order is None or order.processing_status == "NotFound":
        return None
    change = _change(order, settings)
    returned = sum((line.quantity for line in order.lines if _status(line) == settings.statuses.returned), ZERO)
    return OrderView(
        state=_state(order, settings),
        total=order.total_price or ZERO,
        spent=_first(change.spent_amount if change else None),
        earned=change.earned_amount if change else None,
        returned=returned,
    )


def _status(line: LineBlock) -> str:
    return line.status if isinstance(line.status, str) else line.status.id("externalId") if line.status else ""


def _state(order: OrderBlock, settings: MindboxSettings) -> OrderState:
    found = {_status(line) for line in order.lines}
    names = settings.statuses
    if names.returned in found:
        return OrderState.RETURNED if found == {names.returned} else OrderState.PARTLY_RETURNED
    if found <= {names.cancelled}:
        return OrderState.CANCELLED
    return OrderState.PAID if names.paid in found else OrderState.PLACED
