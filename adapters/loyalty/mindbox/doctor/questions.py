"""A harmless call for each operation.

A question asks for what nobody has. A change is called with an empty body: without an order, a customer or a card
there is nothing to change, and the refusal shows that the operation is there.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

from msgspec.structs import asdict

from adapters.loyalty.mindbox import composing
from adapters.loyalty.mindbox.doctor.line import NO_BODY
from adapters.loyalty.mindbox.people import composing as people
from adapters.loyalty.mindbox.settings import MindboxSettings
from gateway.domain.customer import CustomerKey, KeyKind
from gateway.domain.receipt import LineItem, Receipt, RegisterRef

NOBODY = CustomerKey(KeyKind.PHONE, "70000000000")
"""A phone that no operator gives to anybody."""

NO_CUSTOMER, NO_CARD, NO_GOODS = "0", "0", "pos-gateway-doctor"


def questions(settings: MindboxSettings, register: RegisterRef) -> Mapping[str, tuple[str, bytes]]:
    """Name and body by our name of the operation; one that the project does not have, or need, is left out."""
    bodies = _reading(settings, register)
    named = asdict(settings.named)
    if settings.sale_status != "separate":
        del named["mark_paid"]
    return {ours: (theirs, bodies.get(ours, NO_BODY)) for ours, theirs in named.items() if theirs}


def _reading(settings: MindboxSettings, register: RegisterRef) -> dict[str, bytes]:
    order_id, now = str(uuid4()), datetime.now(UTC)
    return {
        "get_customer": composing.get_customer(NOBODY, register, settings),
        "preorder": composing.preorder(_receipt(register, NOBODY, order_id), order_id, now, settings),
        "anonymous_preorder": composing.preorder(_receipt(register, None, order_id), order_id, now, settings),
        "get_order": composing.get_order(order_id, settings),
        "segments": composing.get_segments(NO_CUSTOMER),
        "check_code": people.code(NOBODY, "0", settings),
        "get_card": people.card(NO_CARD),
        "balance_history": people.history(NO_CUSTOMER),
        "promotions": people.by_id(NO_CUSTOMER),
    }


def _receipt(register: RegisterRef, customer: CustomerKey | None, document: str) -> Receipt:
    line = LineItem(index=1, sku=NO_GOODS, quantity=Decimal(1), unit_price=Decimal(100), total=Decimal(100))
    return Receipt(id=document, register=register, customer=customer, lines=(line,))
