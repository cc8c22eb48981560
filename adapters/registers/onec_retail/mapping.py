"""1C's words and ours: requests into receipts, outcomes into answers. Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from adapters.registers.onec_retail.printing import printed
from adapters.registers.onec_retail.wire import Client, Line, Payment, Request
from adapters.registers.phones import phone_digits
from gateway.domain.customer import Customer, CustomerKey, KeyKind
from gateway.domain.enrolment_form import Form
from gateway.domain.identification import Identification
from gateway.domain.ids import document_id
from gateway.domain.money import ZERO, kopecks
from gateway.domain.receipt import LineItem, Receipt, Refund, RegisterRef, Tender, TenderKind
from gateway.domain.slip import Slip
from gateway.domain.told import (
    About,
    Begun,
    Closed,
    CodeSent,
    Declined,
    Enrolled,
    Identified,
    Quoted,
    Redeemed,
    Released,
)
from gateway.errors import MalformedRequest

KINDS = {
    "cash": TenderKind.CASH,
    "card": TenderKind.CARD,
    "points": TenderKind.POINTS,
    "gift_card": TenderKind.GIFT_CARD,
}

TEMPLATES = {
    "identify": "customer",
    "quote": "quote",
    "complete": "sale",
    "refund": "refund",
    "enrol": "welcome",
}

Answer = dict[str, Any]
Place = Literal["identify", "quote", "complete", "refund", "enrol"]


class Style(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How this chain's 1C wants its answers (`[onec_retail]`).

    `columns`: the width of its printer; `inside_receipt`: whether the extension prints the lines in the fiscal
    receipt or after it; `slips` which answers carry lines to print.
    """

    columns: Literal[32, 42, 48] = 32
    inside_receipt: bool = False
    slips: tuple[Place, ...] = ("complete", "refund", "enrol")

    @property
    def templates(self) -> frozenset[str]:
        """The slips these answers carry, by the names of their templates."""
        return frozenset(TEMPLATES[place] for place in self.slips)


def customer_key(client: Client, identification: Identification) -> CustomerKey | None:
    """The phone wins over the card; None for nobody. A card that is a phone typed into its field stays a card."""
    if client.phone:
        return CustomerKey(KeyKind.PHONE, phone_digits(client.phone))
    return identification.scanned(client.card) if client.card else None


def undiscounted(request: Request) -> Request:
    """The receipt as it is before our discounts: what is calculated again."""
    return replace(request, lines=tuple(replace(row, sum=row.sum + row.discount) for row in request.lines))


def receipt(request: Request, register: RegisterRef, identification: Identification) -> Receipt:
    """The document of a request. Raises `MalformedRequest` without its UUID."""
    if not request.document:
        raise MalformedRequest("document: не указан")
    return Receipt(
        id=document_id(request.document, register),
        register=register,
        number=request.number,
        shift=request.shift,
        at=request.at,
        customer=customer_key(request.client, identification),
        lines=tuple(_line(row, place) for place, row in enumerate(request.lines, 1) if row.quantity != ZERO),
        tenders=tuple(map(_tender, request.payments)),
        coupons=request.coupons,
    )


def refund(
    request: Request, register: RegisterRef, identification: Identification, colleagues: Iterable[RegisterRef]
) -> Refund:
    """A refund document. Raises `MalformedRequest` when it does not say what is returned."""
    if not request.sale:
        raise MalformedRequest("sale: не указан документ продажи")
    if not request.lines:
        raise MalformedRequest("lines: нечего возвращать")
    own = document_id(request.sale, register)
    others = (document_id(request.sale, one) for one in colleagues if one.outlet == register.outlet)
    return Refund(
        document=receipt(request, register, identification),
        original_id=own,
        elsewhere=tuple(sorted({other for other in others if other != own})),
    )


def answered(form: Form, values: Mapping[str, str]) -> dict[str, str]:
    """`values` by the names of the form's fields: the extension knows its questions by what they mean."""
    return {field.name: values.get(field.name) or values.get(field.meaning, "") for field in form.fields}


def _line(row: Line, place: int) -> LineItem:
    return LineItem(
        index=_index(row.key, place),
        sku=row.code,
        name=row.name,
        quantity=row.quantity,
        unit_price=row.price,
        minimum_price=row.minimum_price,
        total=kopecks(row.sum),
        original_index=int(row.sale_key) if _is_number(row.sale_key) else None,
        gift_card=row.gift_card,
    )


def _index(key: str, place: int) -> int:
    """A row's number where its key is one; else its place."""
    return int(key) if _is_number(key) else place


def _is_number(key: str) -> bool:
    return key.isdecimal() and len(key) < 10  # noqa: PLR2004 - more digits are no row's number


def _tender(row: Payment) -> Tender:
    kind = KINDS.get(row.kind, TenderKind.OTHER)
    number = row.gift_card if kind is TenderKind.GIFT_CARD else ""
    return Tender(kind=kind, amount=kopecks(row.sum), fiscal=row.kind != "points", gift_card=number)


def identified(told: Identified, style: Style) -> Answer:
    return _answer(
        known=told.known,
        customer=_customer(told.customer),
        notices=told.notices,
        print=_print(told.slip, "identify", style),
    )


def quoted(told: Quoted, request: Request, style: Style) -> Answer:
    """Discounts by the rows' own keys, for the whole row; rows without one are left out."""
    keys = {_index(row.key, place): row.key for place, row in enumerate(request.lines, 1)}
    lines = [{"key": keys[index], "discount": kopecks(sum_)} for index, sum_ in told.discounts.items()]
    return _answer(
        customer=_customer(told.customer),
        lines=lines,
        points_available=told.spendable,
        code_needed=told.code_needed,
        notices=told.notices,
        print=_print(told.slip, "quote", style),
    )


def redeemed(told: Redeemed, request: Request) -> Answer:
    keys = {_index(row.key, place): row.key for place, row in enumerate(request.lines, 1)}
    lines = [{"key": keys[index], "points": kopecks(part)} for index, part in (told.by_line or {}).items()]
    return _answer(points=told.points, lines=lines, notices=told.notices)


def code_sent(told: CodeSent) -> Answer:
    """Never the code: the gateway compares it."""
    return _answer(notices=told.notices)


def form(shown: Form) -> Answer:
    """What to ask a new customer, in its order."""
    elements = [
        {
            "name": field.name,
            "text": field.caption,
            "required": field.required,
            "choices": [{"value": row.value, "text": row.text} for row in field.choices],
        }
        for field in shown.fields
    ]
    return _answer(title=shown.title, hint=shown.hint, elements=elements)


def begun(told: Begun) -> Answer:
    return _answer(code_needed=told.code_needed, notices=told.notices)


def enrolled(told: Enrolled, style: Style) -> Answer:
    return _answer(
        already=told.already,
        wallet_link=told.wallet_link,
        notices=told.notices,
        print=_print(told.slip, "enrol", style),
        inside_receipt=False,
    )


def about(told: About) -> Answer:
    """For the staff's eyes: who it is, his last movements, what he may use now."""
    movements = [
        {"at": row.at.isoformat(), "kind": row.kind, "points": _points(row.amount), "comment": row.comment}
        for row in told.movements
    ]
    offers = [
        {
            "name": row.name,
            "description": row.description,
            "until": row.until.isoformat() if row.until else None,
            "codes": row.codes,
        }
        for row in told.offers
    ]
    return _answer(customer=_customer(told.customer), movements=movements, offers=offers)


def released(told: Released) -> Answer:
    return _answer(points=told.points, notices=told.notices)


def closed(told: Closed, place: Place, style: Style) -> Answer:
    return _answer(notices=told.notices, print=_print(told.slip, place, style), inside_receipt=style.inside_receipt)


def declined(told: Declined) -> Answer:
    return refused(told.reason, told.text)


def refused(reason: str, text: str) -> Answer:
    """`ok` stands last: 1C takes a cut JSON for a whole one, and looks for it (1C:Retail reference, 1.4)."""
    return {"reason": reason, "error": text, "ok": False}


def _answer(**members: object) -> Answer:
    return {**members, "ok": True}


def _print(slip: Slip, place: Place, style: Style) -> list[Answer]:
    return printed(slip, style.columns) if place in style.slips else []


def _customer(customer: Customer | None) -> Answer | None:
    if customer is None:
        return None
    return {
        "name": customer.name,
        "level": customer.level,
        "points": _points(customer.balance.available),
        "points_pending": _points(customer.balance.pending),
        "birth_date": customer.birth_date.isoformat() if customer.birth_date else None,
        "phone": f"+{customer.phone}" if customer.phone else "",
        "email": customer.email,
    }


def _points(amount: Decimal) -> Decimal:
    return kopecks(amount)
