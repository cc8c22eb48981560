"""Values of the gateway as the programme means them, and back."""

from collections.abc import Sequence
from decimal import Decimal

from adapters.loyalty.programme import (
    Account,
    AccountKeys,
    BasketLine,
    CouponState,
    GiftCardState,
    GiftPayment,
    Hint,
    LineStatus,
    Order,
    PointsRefused,
    PriceChanged,
    Pricing,
    Programme,
    Refusal,
    TillDiscount,
    UnknownOrder,
    Variants,
)
from adapters.loyalty.programme import Piece as PricedPiece
from gateway.domain import quote as quotes
from gateway.domain.call import Operation, OrderState, OrderView, RefusalReason, Refused
from gateway.domain.customer import Customer, CustomerKey, KeyKind
from gateway.domain.money import ZERO
from gateway.domain.receipt import LineItem, Tender

KEYED = frozenset({Operation.HOLD, Operation.SALE})


def account_of(programme: Programme, key: CustomerKey | None) -> Account | None:
    if key is None:
        return None
    return programme.find(keys_of(key))


def keys_of(key: CustomerKey) -> AccountKeys:
    """A wallet card carries the number of the plastic one."""
    match key.kind:
        case KeyKind.PHONE:
            return AccountKeys(phone=key.value)
        case KeyKind.EMAIL:
            return AccountKeys(email=key.value)
        case KeyKind.EXTERNAL:
            return AccountKeys(id=key.value)
        case _:
            return AccountKeys(card=key.value)


def customer_of(programme: Programme, account: Account) -> Customer:
    profile = account.profile
    return Customer(
        id=account.id,
        first_name=profile.first_name,
        middle_name=profile.middle_name,
        last_name=profile.last_name,
        phone=profile.phone,
        email=profile.email,
        card=profile.card,
        birth_date=profile.birth_date,
        balance=programme.balance(account),
        level=programme.level(account).name,
        segments=programme.segments(account),
    )


def id_of(account: Account | None) -> str:
    return account.id if account else ""


def once(codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))


def texts_of(hints: tuple[Hint, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(hint.text for hint in hints))


def plain(amount: Decimal) -> str:
    """Points without idle zeros, as people read them."""
    return f"{amount.normalize():f}"


TILL = "register-discount"


def _till(amount: Decimal) -> tuple[TillDiscount, ...]:
    return (TillDiscount(promotion=TILL, amount=amount),) if amount > ZERO else ()


def open_line(line: LineItem, status: LineStatus = LineStatus.CHECKED_OUT) -> BasketLine:
    """A line as the register prices it; what it costs less than its price is the register's own discount."""
    return BasketLine(
        number=line.index,
        line_id=str(line.index),
        sku=line.sku,
        quantity=line.quantity,
        unit_price=line.unit_price,
        minimum_price=line.minimum_price,
        till_discounts=_till(line.register_discount),
        status=status,
        gift_card=line.gift_card,
    )


def placed_line(piece: quotes.Piece, status: LineStatus) -> BasketLine:
    return BasketLine(
        number=piece.number,
        line_id=str(piece.index),
        sku=piece.sku,
        quantity=piece.quantity,
        unit_price=piece.unit_price,
        minimum_price=piece.minimum_price,
        till_discounts=_till(piece.register_discount),
        status=status,
        gift_card=piece.gift_card,
    )


def quoted(piece: PricedPiece) -> quotes.Piece:
    return quotes.Piece(
        number=piece.number,
        index=int(piece.line.line_id),
        sku=piece.line.sku,
        quantity=piece.quantity,
        unit_price=piece.line.unit_price,
        minimum_price=piece.line.minimum_price,
        register_discount=sum((one.amount for one in piece.discounts if one.of_till), ZERO),
        total=piece.price,
        gift_card=piece.line.gift_card,
    )


def gifts_of(tenders: Sequence[Tender]) -> tuple[GiftPayment, ...]:
    return tuple(GiftPayment(number=one.gift_card, amount=one.amount) for one in tenders if one.gift_card)


GIFT_CARDS = {
    GiftCardState.USABLE: quotes.GiftCardState.USABLE,
    GiftCardState.NOT_FOUND: quotes.GiftCardState.UNKNOWN,
    GiftCardState.INACTIVE: quotes.GiftCardState.INACTIVE,
    GiftCardState.SPENT: quotes.GiftCardState.SPENT,
    GiftCardState.BLOCKED: quotes.GiftCardState.BLOCKED,
    GiftCardState.EXPIRED: quotes.GiftCardState.EXPIRED,
}


def gift_cards_of(priced: Pricing) -> tuple[quotes.GiftCardAnswer, ...]:
    return tuple(
        quotes.GiftCardAnswer(number=card.number, state=GIFT_CARDS[card.state], available=card.available)
        for card in priced.gift_cards
    )


COUPONS = {
    CouponState.USABLE: quotes.CouponState.USED_HERE,
    CouponState.NO_USE_HERE: quotes.CouponState.NOT_FOR_THIS_RECEIPT,
    CouponState.NOT_FOUND: quotes.CouponState.UNKNOWN,
    CouponState.USED: quotes.CouponState.SPENT,
    CouponState.TOO_EARLY: quotes.CouponState.TOO_EARLY,
    CouponState.EXPIRED: quotes.CouponState.EXPIRED,
    CouponState.BLOCKED: quotes.CouponState.BLOCKED,
    CouponState.NOT_ISSUED: quotes.CouponState.NOT_ISSUED,
}


def coupons_of(priced: Pricing) -> tuple[quotes.CouponAnswer, ...]:
    return tuple(
        quotes.CouponAnswer(code=asked.code, state=COUPONS.get(asked.state, quotes.CouponState.NOT_NOW))
        for asked in priced.coupons
    )


STATES = {
    "CheckedOut": OrderState.PLACED,
    "Paid": OrderState.PAID,
    "Cancelled": OrderState.CANCELLED,
    "Returned": OrderState.RETURNED,
    "PartlyReturned": OrderState.PARTLY_RETURNED,
}


def order_view(order: Order) -> OrderView:
    effect = order.effect
    back = (line.piece.quantity for line in order.lines if line.status is LineStatus.RETURNED)
    return OrderView(
        state=STATES[order.summary],
        total=order.total,
        spent=effect.redeemed,
        earned=effect.accrued if order.account else None,
        returned=sum(back, ZERO),
    )


def refused(refusal: Refusal, operation: Operation, variants: Variants) -> Refused:
    text = str(refusal)
    match refusal:
        case PointsRefused():
            return Refused(reason=RefusalReason.POINTS, text=text)
        case PriceChanged(total=total):
            return Refused(
                reason=RefusalReason.PRICE, text=text, total=total if variants.total_with_new_price else None
            )
        case UnknownOrder() if operation not in KEYED:
            return Refused(reason=RefusalReason.NOT_FOUND, text=text)
        case _:
            return Refused(reason=RefusalReason.OTHER, text=text)
