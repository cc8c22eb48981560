"""A request's body as values of the programme."""

from collections.abc import Iterable
from decimal import Decimal

from adapters.loyalty.mindbox.sandbox.refusals import BadRequest
from adapters.loyalty.mindbox.sandbox.requests import (
    Body,
    CustomerBody,
    GiftCardBody,
    LineBody,
    Payment,
    Ref,
    Scalar,
    status_name,
)
from adapters.loyalty.mindbox.sandbox.seed import MindboxTable
from adapters.loyalty.programme import (
    ANY_CARD,
    AccountKeys,
    Basket,
    BasketLine,
    GiftPayment,
    LineStatus,
    RefundPart,
    TillDiscount,
)
from gateway.domain.money import KOPECK, ZERO

# Beyond this a sum is a mistake of the caller, and arithmetic to the kopeck would lose digits.
TOO_MUCH = Decimal(10) ** 12
FINEST_QUANTITY = Decimal("0.001")
RUSSIAN_PHONE_DIGITS = 11


def phone_digits(phone: Scalar) -> str:
    """Digits only, Russian numbers from 7 (Mindbox help centre, "Field validation rules")."""
    digits = "".join(char for char in str(phone or "") if char.isdigit())
    return "7" + digits[1:] if len(digits) == RUSSIAN_PHONE_DIGITS and digits[0] == "8" else digits


def account_keys(customer: CustomerBody) -> AccountKeys:
    """By what the customer is looked for; an id of any external system is taken for the programme's own."""
    return AccountKeys(
        id=customer.first,
        phone=phone_digits(customer.mobile_phone),
        email=customer.email or "",
        card=customer.discount_card.first if customer.discount_card else "",
    )


def order_id(order: Ref) -> str:
    """The external id of the order; its mindboxId names no order of a register."""
    ids = [str(value) for name, value in order.ids.items() if name != "mindboxId" and value is not None]
    return ids[0] if ids else ""


def basket(body: Body, account: str, names: MindboxTable) -> Basket:
    """The body of a preorder or a create, for the customer `account` (empty: anonymous)."""
    order = body.order
    lines = tuple(_line(line, place, names) for place, line in enumerate(order.lines, start=1))
    if len({line.number for line in lines}) != len(lines):
        raise BadRequest("lineNumber is not unique")
    return Basket(
        order_id=order_id(order),
        account=account,
        lines=lines,
        points=sum((_amount(points.amount, "bonusPoints") for points in order.bonus_points), ZERO),
        coupons=tuple(dict.fromkeys(coupon.first for coupon in order.coupons)),
        total=None if order.total_price is None else _amount(order.total_price, "totalPrice"),
        at=body.at,
        gift_payments=gift_payments(order.payments, names),
    )


def gift_payments(payments: Iterable[Payment], names: MindboxTable) -> tuple[GiftPayment, ...]:
    """Those of the payments that gift cards make; without a sum (a preorder need not name it) it is 0."""
    return tuple(
        GiftPayment(number=one.number, amount=_amount(one.amount or ZERO, "payments"), code=str(one.cvv or ""))
        for one in payments
        if one.number and (one.type or "").lower() == names.gift_card_payment.lower()
    )


def _sold_card(card: GiftCardBody | None) -> str:
    if card is None:
        return ""
    if bool(card.first) is card.get_from_pool:
        raise BadRequest("giftCard: either a number or getFromPool")
    return card.first or ANY_CARD


def _line(line: LineBody, place: int, names: MindboxTable) -> BasketLine:
    if line.product is None or not line.product.first or line.base_price_per_item is None:
        raise BadRequest(f"line {place}: product or basePricePerItem is missing")
    if line.quantity != line.quantity.to_integral_value() and line.quantity_type != "double":
        raise BadRequest(f"line {place}: a fraction needs quantityType double")
    return BasketLine(
        number=_number(line.line_number) or place,
        line_id=str(line.line_id or ""),
        sku=line.product.first,
        quantity=_quantity(line.quantity),
        unit_price=_amount(line.base_price_per_item, "basePricePerItem"),
        minimum_price=_amount(line.min_price_per_item or ZERO, "minPricePerItem"),
        till_discounts=tuple(
            TillDiscount(promotion=one.promotion.first, amount=_amount(one.amount, "requestedPromotions"))
            for one in line.requested_promotions
            if one.type == "discount"
        ),
        status=line_status(status_name(line.status) or names.status_name(LineStatus.CHECKED_OUT), names),
        gift_card=_sold_card(line.gift_card),
    )


def line_status(name: str, names: MindboxTable) -> LineStatus:
    """The project's status `name`.

    Raises:
        BadRequest: the project has no such status.

    """
    status = names.status(name)
    if status is None:
        raise BadRequest("unknown status of an order line")
    return status


def refund_parts(body: Body) -> list[RefundPart]:
    """What a return gives back."""
    return [
        RefundPart(
            quantity=_quantity(line.quantity),
            number=_number(line.line_number),
            line_id=str(line.line_id or ""),
            sku=line.product.first if line.product else "",
            unit_price=line.base_price_per_item,
        )
        for line in body.order.lines
    ]


def _number(number: Scalar) -> int | None:
    try:
        return int(number) if number is not None else None
    except ValueError as error:
        raise BadRequest("lineNumber is not a number") from error


def _quantity(quantity: Decimal) -> Decimal:
    if not quantity.is_finite() or not ZERO < quantity < TOO_MUCH or quantity % FINEST_QUANTITY:
        raise BadRequest("quantity must be above zero, with three decimals at most")
    return quantity


def _amount(amount: Decimal, name: str) -> Decimal:
    if not amount.is_finite() or not ZERO <= amount < TOO_MUCH or amount % KOPECK:
        raise BadRequest(f"{name} must not be negative and has two decimals at most")
    return amount
