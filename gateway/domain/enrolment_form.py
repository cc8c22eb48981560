"""The form a cashier fills in for a new participant, and the application it makes."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from gateway.domain.enrolment import Application, Sex

OWN = ("first_name", "middle_name", "last_name", "email", "birth_date", "sex", "card")
"""What the gateway itself understands; any other meaning is a field of the chain's project."""

DATES = ("%d.%m.%Y", "%Y-%m-%d")
OLDEST = date(1900, 1, 1)


class Choice(Struct, frozen=True, kw_only=True):
    """One answer to choose: `value` is kept, `text` is read."""

    value: str
    text: str


class FormField(Struct, frozen=True, kw_only=True):
    """One question. `name` is what the register calls it, `means` what it fills in (empty: the same as `name`).

    `pattern` is a regular expression for the whole answer; `choices` make it a list to choose from.
    """

    name: str
    caption: str
    means: str = ""
    pattern: str = ""
    required: bool = False
    choices: tuple[Choice, ...] = ()

    @property
    def meaning(self) -> str:
        return self.means or self.name


class Form(Struct, frozen=True, kw_only=True):
    """`rules` is the version of the programme's rules that the customer agrees to."""

    title: str
    hint: str = ""
    fields: tuple[FormField, ...] = ()
    rules: str = ""


class FormFault(Exception):
    """An answer that cannot be used; says which question, never what was answered."""

    def __init__(self, caption: str) -> None:
        super().__init__(caption)
        self.caption = caption


def application(form: Form, phone: str, values: Mapping[str, str], card: str = "") -> Application:
    """What the customer has said, as an application. Raises `FormFault`.

    `phone` digits with the country code; `values` by the fields' names. Answers nobody asked for are left out.
    """
    told: dict[str, Any] = {"card": card} if card else {}
    project: dict[str, str] = {}
    for field in form.fields:
        value = values.get(field.name, "").strip()
        _check(field, value)
        if value and field.meaning in OWN:
            told[field.meaning] = _read(field, value)
        elif value:
            project[field.meaning] = value
    return Application(phone=phone, rules=form.rules, fields=project, **told)


def _check(field: FormField, value: str) -> None:
    if not value:
        if field.required:
            raise FormFault(field.caption)
        return
    if field.pattern and not re.fullmatch(field.pattern, value):
        raise FormFault(field.caption)
    if field.choices and value not in {choice.value for choice in field.choices}:
        raise FormFault(field.caption)


def _read(field: FormField, value: str) -> object:
    read = READERS.get(field.meaning)
    try:
        return value if read is None else read(value)
    except ValueError:
        raise FormFault(field.caption) from None


def _date(text: str) -> date:
    for shape in DATES:
        try:
            read = datetime.strptime(text, shape).date()  # noqa: DTZ007 - a birthday has no zone
        except ValueError:
            continue
        if read >= OLDEST:
            return read
    raise ValueError("no such day")


def _sex(text: str) -> Sex:
    """By its first letter: `f`, `female`, `женский`."""
    found = {"f": Sex.FEMALE, "ж": Sex.FEMALE, "m": Sex.MALE, "м": Sex.MALE}.get(text[:1].lower())
    if found is None:
        raise ValueError("neither")
    return found


READERS: Mapping[str, Callable[[str], object]] = {"birth_date": _date, "sex": _sex}
