"""A new participant at the register: what the customer says of himself, and what the loyalty server makes of it."""

from datetime import date
from enum import StrEnum

from msgspec import Struct


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"


class Application(Struct, frozen=True, kw_only=True):
    """What a customer tells to take part. Not shown: all of it is personal.

    `phone` digits with the country code; `card` the number of the plastic card he is given, if any; `rules` the
    version of the programme's rules he agreed to; `fields` the project's own further fields by their external names.
    Of a known customer `cleared` names what is to be erased, of these fields or of the further ones.
    """

    phone: str
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    email: str = ""
    birth_date: date | None = None
    sex: Sex | None = None
    card: str = ""
    rules: str = ""
    fields: dict[str, str] = {}
    cleared: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return "Application()"


class Enrolment(Struct, frozen=True, kw_only=True):
    """The loyalty server has taken an application.

    `already`: he was a participant before. `code_sent`: the server sends a code to his phone that proves it is his;
    `code` is that code where the server tells it (a register that compares codes itself needs it), else empty.
    `wallet_link` is the address of his wallet card, empty where the server does not make one.
    """

    customer_id: str
    already: bool = False
    code_sent: bool = False
    code: str = ""
    wallet_link: str = ""

    def __repr__(self) -> str:
        return f"Enrolment(customer_id={self.customer_id!r})"
