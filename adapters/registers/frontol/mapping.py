"""Frontol's words and ours: requests into receipts, outcomes into answers. Pure."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct

from adapters.registers.frontol.lines import lines
from adapters.registers.frontol.slips import slips
from adapters.registers.frontol.wire import Client, Fields, Payment, Request
from adapters.registers.phones import phone_digits
from gateway.domain.customer import Customer, CustomerKey, KeyKind
from gateway.domain.ids import document_id, numbered_document_id
from gateway.domain.money import kopecks
from gateway.domain.receipt import Receipt, Refund, RegisterRef, Tender, TenderKind
from gateway.domain.told import Closed, Declined, Identified, Quoted, Redeemed, Released
from gateway.errors import ConfigError, MalformedRequest

KINDS = {"bonus": TenderKind.POINTS, "cash": TenderKind.CASH, "creditCard": TenderKind.CARD}

TEMPLATES = {
    "client": "customer",
    "calculate": "quote",
    "confirm": "sale",
    "refund": "refund",
    "enrolment": "welcome",
}

Answer = dict[str, Any]
SlipPlace = Literal["client", "calculate", "confirm", "refund", "enrolment"]
Contact = Literal["email", "mobilePhone"]


class Style(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How this chain's tills want their answers; what no source settles is a setting (`[frontol]`).

    `refusal_code` any number but 0; `decimals` JSON numbers or strings with two places; `slips` which answers carry
    `printingInformation` (a till may print each of them: then at every scan); `paid_amounts` whether payByBonus says
    how points divide over the lines; `electronic_check` which contacts known to the server may become the address of
    the electronic receipt, the first known one does; `position_id` which member of a position names the goods (a till
    may send another beside `id`); `form_patterns` whether the registration form carries regular expressions for the
    till to check; `bold_name` whether the customer's name stands out on the cashier's screen; `record` a file for all
    requests and answers, masked, of at most `record_megabytes`.
    """

    refusal_code: int = -1
    decimals: Literal["number", "string"] = "number"
    slips: tuple[SlipPlace, ...] = ("confirm", "refund", "enrolment")
    paid_amounts: bool = True
    electronic_check: tuple[Contact, ...] = ("email",)
    position_id: str = "id"
    form_patterns: bool = True
    bold_name: bool = True
    record: str = ""
    record_megabytes: int = 50

    @property
    def templates(self) -> frozenset[str]:
        """The slips these answers carry, by the names of their templates."""
        return frozenset(TEMPLATES[place] for place in self.slips)

    def __post_init__(self) -> None:
        """Raises `ConfigError`: a refusal with the code of success would be a success."""
        if self.refusal_code == 0:
            raise ConfigError("frontol.refusal_code: указано 0; допустимо любое число, кроме 0")
        if not self.position_id.strip():
            raise ConfigError('frontol.position_id: указано ""; допустимо имя поля позиции, обычно "id"')
        if self.record_megabytes < 1:
            raise ConfigError("frontol.record_megabytes: допустимо целое число мегабайт от 1")


def customer_key(client: Client) -> CustomerKey | None:
    """The phone wins over the card; None for an anonymous document."""
    if client.mobile_phone:
        return CustomerKey(KeyKind.PHONE, phone_digits(client.mobile_phone))
    return CustomerKey(KeyKind.CARD, client.card) if client.card else None


def with_goods_ids(fields: Fields, member: str) -> Fields:
    """The body with its goods named by another member of each position; `id` where that is missing."""
    rows = fields.get("positions")
    if member == "id" or not isinstance(rows, list):
        return fields
    named = [{**row, "id": row.get(member) or row.get("id")} if isinstance(row, dict) else row for row in rows]
    return {**fields, "positions": named}


def receipt(request: Request, register: RegisterRef, kind: str = "receipt") -> Receipt:
    """The document of a request. Raises `MalformedRequest` when it has neither an id nor a number."""
    if not request.uid and not request.number:
        raise MalformedRequest("uid: не указан")
    return Receipt(
        id=document_id(request.uid, register)
        if request.uid
        else numbered_document_id(register, kind, request.shift, request.number),
        register=register,
        number=request.number,
        shift=request.shift,
        at=request.date_time,
        customer=customer_key(request.client),
        lines=lines(request.positions),
        tenders=tuple(_tender(row) for row in request.payments),
        coupons=request.coupons,
    )


def refund(request: Request, register: RegisterRef, colleagues: Iterable[RegisterRef] = ()) -> Refund:
    """A refund document. Raises `MalformedRequest` when it does not say what is returned.

    `colleagues` are the registers that may have sold it: all a refund says of its sale is the document's id.
    """
    if not request.reference_uid:
        raise MalformedRequest("referenceUid: не указан")
    document = receipt(request, register, "refund")
    if not document.lines:
        raise MalformedRequest("positions: нечего возвращать")
    own = document_id(request.reference_uid, register)
    others = (document_id(request.reference_uid, one) for one in colleagues if one.outlet == register.outlet)
    return Refund(
        document=document,
        original_id=own,
        elsewhere=tuple(sorted({other for other in others if other != own})),
    )


def _tender(row: Payment) -> Tender:
    return Tender(
        kind=KINDS.get(row.type, TenderKind.OTHER), amount=kopecks(row.amount), fiscal=row.mode != "nonFiscal"
    )


def identified(told: Identified, style: Style) -> Answer:
    shown = cashier(told.notices)
    name = told.customer.name if told.customer is not None else ""
    if style.bold_name and name:
        shown = [{**row, "weight": "bold"} if row["text"] == name else row for row in shown]
    printed = slips(told.slip) if "client" in style.slips else []
    return answer(cashierInformation=shown, printingInformation=printed)


def quoted(told: Quoted, asked: Receipt, style: Style) -> Answer:
    spelt = _spelling(style)
    positions = [{"index": index, "discountAmount": spelt(discount)} for index, discount in told.discounts.items()]
    return answer(
        client=_client(told, asked, style),
        document={"positions": positions} if positions else None,
        electronicCheck=_electronic_check(told.customer, style),
        cashierInformation=cashier(told.notices),
        printingInformation=slips(told.slip) if "calculate" in style.slips else [],
    )


def _client(told: Quoted, asked: Receipt, style: Style) -> Answer:
    """Who it is and how much of this document may be paid with points; nothing for nobody."""
    if asked.customer is None or (told.customer is None and told.spendable is None):
        return {}
    customer = told.customer or Customer(id="")
    phone = customer.phone or (asked.customer.value if asked.customer.kind is KeyKind.PHONE else "")
    block: Answer = {"mobilePhone": f"+{phone.lstrip('+')}"} if phone else {}
    if customer.email:
        block["email"] = customer.email
    if told.spendable is not None:
        block["availableAmount"] = _spelling(style)(told.spendable)
    if told.code:
        block["validationCode"] = told.code
    return block


def _electronic_check(customer: Customer | None, style: Style) -> Answer | None:
    """The contact's value stands in `client` of the same answer."""
    if customer is None:
        return None
    known = {"email": customer.email, "mobilePhone": customer.phone}
    contact = next((contact for contact in style.electronic_check if known[contact]), None)
    return {"form": "electronicAndPrinted", "contact": contact} if contact else None


def redeemed(told: Redeemed | Declined, style: Style) -> Answer:
    if isinstance(told, Declined):
        return refused(told.text, style)
    spelt = _spelling(style)
    positions = [{"index": index, "paidAmount": spelt(part)} for index, part in (told.by_line or {}).items()]
    return answer(
        document={"positions": positions} if positions and style.paid_amounts else None,
        cashierInformation=cashier(told.notices),
    )


def released(told: Released) -> Answer:
    return answer(cashierInformation=cashier(told.notices))


def closed(told: Closed, style: Style, place: SlipPlace) -> Answer:
    return answer(
        cashierInformation=cashier(told.notices),
        printingInformation=slips(told.slip) if place in style.slips else [],
    )


def refused(error: str, style: Style) -> Answer:
    return {"code": style.refusal_code, "error": error}


def cashier(notices: tuple[str, ...]) -> list[Answer]:
    return [{"text": notice} for notice in notices]


def answer(**members: object) -> Answer:
    """`code` 0 and whatever is not empty: `code` alone is a full answer."""
    return {"code": 0, **{name: member for name, member in members.items() if member}}


def _spelling(style: Style) -> Callable[[Decimal], Decimal | str]:
    """How sums are told: to the kopeck."""
    return _text if style.decimals == "string" else kopecks


def _text(amount: Decimal) -> str:
    return str(kopecks(amount))
