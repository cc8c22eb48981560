"""`extra/client`: describe, check, execute (Frontol Priority API, registration form). Bodies into questions and back.

The till compares the code it gets from `check`; `execute` carries the same values again, and no code.
"""

from collections.abc import Mapping
from typing import Any

from adapters.registers.frontol import wire
from adapters.registers.frontol.mapping import Answer, Style, answer, cashier, refused
from adapters.registers.frontol.slips import slips
from adapters.registers.phones import phone_digits
from gateway.domain.deadline import Deadline
from gateway.domain.enrolment_form import Form, FormFault, FormField, application
from gateway.domain.receipt import RegisterRef
from gateway.domain.texts import Language, Phrase, say
from gateway.domain.told import Begun, Declined, Enrolled
from gateway.ports import EnrolmentDesk

OPERATIONS = frozenset({"describe", "check", "execute"})


class Registration:
    """Answers the three actions; `budget` is what each may take, in seconds."""

    def __init__(self, desk: EnrolmentDesk, style: Style, budget: float, language: Language) -> None:
        self._desk = desk
        self._style = style
        self._budget = budget
        self._language = language

    async def answer(self, request: wire.Request, fields: wire.Fields, register: RegisterRef, since: float) -> Answer:
        """`fields` is the whole body: the values are in no other request."""
        form = self._desk.form()
        if form is None:
            return self._refused(Phrase.NO_REGISTRATION)
        if request.action not in OPERATIONS:
            return self._refused(Phrase.UNKNOWN_ACTION)
        if not request.client.mobile_phone:
            return self._refused(Phrase.ENROLMENT_PHONE)
        if request.action == "describe":
            return answer(form=described(form, self._style))
        phone, card = phone_digits(request.client.mobile_phone), request.client.card
        try:
            told = application(form, phone, values(fields), card)
        except FormFault as fault:
            return self._refused(Phrase.ENROLMENT_FIELD, field=fault.caption)
        deadline = Deadline(since + self._budget)
        if request.action == "check":
            return checked(await self._desk.begin(told, register, deadline), self._style)
        code = request.client.validation_code
        return executed(await self._desk.finish(told, code, register, deadline), self._style)

    def _refused(self, phrase: Phrase, **said: str) -> Answer:
        return refused(say(self._language, phrase, **said), self._style)


def values(fields: wire.Fields) -> Mapping[str, str]:
    """`values` by name; the last of a repeated one counts."""
    return {wire.text(row, "name"): wire.text(row, "value") for row in wire.rows(fields, "values")}


def described(form: Form, style: Style) -> dict[str, Any]:
    """The form: a label, then a line or a list for each field; never without any element."""
    elements = [{"type": "label", "text": form.hint or form.title, "alignment": "center"}]
    return {
        "title": {"text": form.title},
        "elements": [*elements, *(_element(field, style) for field in form.fields)],
    }


def _element(field: FormField, style: Style) -> dict[str, Any]:
    named = {"name": field.name, "text": field.caption}
    if field.choices:
        items = [{"value": row.value, "text": row.text} for row in field.choices]
        return {"type": "comboBox", **named, "items": items}
    pattern = _pattern(field)
    return {"type": "inputLine", **named, **({"regExp": pattern} if pattern and style.form_patterns else {})}


def _pattern(field: FormField) -> str:
    """For the whole answer; an answer nobody needs may be empty."""
    if not field.pattern:
        return "^.+$" if field.required else ""
    return f"^(?:{field.pattern})$" if field.required else f"^(?:{field.pattern})?$"


def checked(told: Begun | Declined, style: Style) -> Answer:
    """Only the code: a check's answer has no place for words."""
    if isinstance(told, Declined):
        return refused(told.text, style)
    return answer(client={"validationCode": told.code} if told.code else None)


def executed(told: Enrolled | Declined, style: Style) -> Answer:
    if isinstance(told, Declined):
        return refused(told.text, style)
    printed = slips(told.slip) if "enrolment" in style.slips else []
    return answer(cashierInformation=cashier(told.notices), printingInformation=printed)
