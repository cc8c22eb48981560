"""Requests about people in Mindbox's own shapes. Pure.

Bodies: Mindbox developers docs, "json" (register), "userredjson-1" (edit), "mobile-phone-verification",
"send-confirmation-code", "secret-code-authentication", "customer-card-activation", "replace-card",
"get-customer-bonus-balance-history", "get-promotions-for-customer".
"""

from typing import Any

from adapters.loyalty.mindbox.composing import customer
from adapters.loyalty.mindbox.settings import MindboxSettings
from adapters.loyalty.mindbox.wire import encode
from gateway.domain.customer import CustomerKey
from gateway.domain.enrolment import Application
from gateway.domain.receipt import RegisterRef

Body = dict[str, Any]

CLEAR = "%CLEAR%"
"""Instead of a value: the field is erased (developers docs, "userredjson-1")."""

ERASABLE = {
    "last_name": "lastName",
    "first_name": "firstName",
    "middle_name": "middleName",
    "email": "email",
    "birth_date": "birthDate",
    "sex": "sex",
}
"""Fields of an `Application`; a phone is changed, never erased: the customer is known by it."""

MOST_ROWS = 1000
"""Of one page of the balance history, as the documentation has it."""


def by_id(customer_id: str, **more: object) -> bytes:
    """A question about a known customer."""
    return encode({"customer": {"ids": {"mindboxId": customer_id}}, **more})


def register(application: Application, register: RegisterRef, settings: MindboxSettings) -> bytes:
    return encode({"pointOfContact": register.outlet, "customer": _person(application, settings)})


def edit(customer_id: str, changed: Application, register: RegisterRef, settings: MindboxSettings) -> bytes:
    """What is cleared wins over what is filled in."""
    person = {"ids": {"mindboxId": customer_id}, **_person(changed, settings)}
    person |= {wire: CLEAR for ours, wire in ERASABLE.items() if ours in changed.cleared}
    if further := dict.fromkeys(sorted(changed.cleared - ERASABLE.keys()), CLEAR):
        person["customFields"] = {**person.get("customFields", {}), **further}
    return encode({"pointOfContact": register.outlet, "customer": person})


def _person(application: Application, settings: MindboxSettings) -> Body:
    """What the customer said, nothing else: an empty field would mean "unknown" and not "erase it"."""
    fields = dict(application.fields)
    if application.rules and settings.rules_field:
        fields[settings.rules_field] = application.rules
    said: Body = {
        "mobilePhone": application.phone,
        "lastName": application.last_name,
        "firstName": application.first_name,
        "middleName": application.middle_name,
        "email": application.email,
        "birthDate": application.birth_date.isoformat() if application.birth_date else "",
        "sex": str(application.sex or ""),
        "discountCard": {"ids": {"number": application.card}} if application.card else {},
        "customFields": fields,
    }
    return {name: value for name, value in said.items() if value}


def confirm(customer_id: str, code: str) -> bytes:
    return by_id(customer_id, smsConfirmation={"code": code})


def code(key: CustomerKey, code: str, settings: MindboxSettings) -> bytes:
    """For sending (a code of our own, or none) and for checking; the field is spelt so there."""
    body: Body = {"customer": customer(key, settings)}
    return encode({**body, "authentificationCode": code} if code else body)


def history(customer_id: str) -> bytes:
    """The order of the rows is not documented: all there are, as far as a page goes."""
    return by_id(customer_id, page={"pageNumber": 1, "itemsPerPage": MOST_ROWS})


def card(number: str) -> bytes:
    return encode({"discountCard": {"ids": {"number": number}}})


def bind_card(customer_id: str, number: str, code: str) -> bytes:
    """`number` empty: one from the project's pool; `code` where the project asks for one."""
    body: Body = {"customer": {"ids": {"mindboxId": customer_id}}}
    if number:
        body["discountCard"] = {"ids": {"number": number}}
    if code:
        body["authentificationCode"] = code
    return encode(body)


def replace_card(old: str, new: str) -> bytes:
    return encode({"oldDiscountCard": {"ids": {"number": old}}, "newDiscountCard": {"ids": {"number": new}}})
