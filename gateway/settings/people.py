"""The tables of the configuration about customers: who a key is, what he may spend, codes by SMS, registration."""

import re
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import asdict

from gateway.domain.code import CodeMode, CodeRules
from gateway.domain.customer import KeyKind
from gateway.domain.enrolment_form import Choice, Form, FormField
from gateway.domain.identification import ONE_TIME, Identification, Spending
from gateway.settings.section import Duration, Pattern, Section, Text


def _compiled(key: str, pattern: str) -> "re.Pattern[str]":
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{key}: {pattern!r} — не регулярное выражение: {error}") from error


class SpendingBy(Section, frozen=True, kw_only=True):
    """What a customer found by each kind of key may do with his points."""

    phone: Spending = Spending.FREELY
    card: Spending = Spending.FREELY
    wallet: Spending = Spending.FREELY
    one_time: Spending = Spending.FREELY


class Identifying(Section, frozen=True, kw_only=True):
    """`wallet`: a regular expression for the barcodes of the chain's wallet cards; `one_time`: for one-time QR codes,
    with the groups `phone` and `code`; empty: there are none.
    """

    wallet: Pattern = ""
    one_time: Pattern = ONE_TIME
    spending: SpendingBy = SpendingBy()

    def __post_init__(self) -> None:
        """Raises `ValueError` when one-time codes could not be taken apart."""
        _compiled("wallet", self.wallet)
        if self.one_time and {"phone", "code"} - set(_compiled("one_time", self.one_time).groupindex):
            raise ValueError("one_time: нужны группы (?P<phone>...) и (?P<code>...)")

    def rules(self) -> Identification:
        spending = {KeyKind(name): may for name, may in asdict(self.spending).items()}
        return Identification(wallet=self.wallet, one_time=self.one_time, spending=spending)

    @property
    def asks_for_codes(self) -> bool:
        return Spending.WITH_CODE in asdict(self.spending).values()


class Codes(Section, frozen=True, kw_only=True):
    """Codes by SMS: who makes them when points are spent and when a customer is enrolled; off by default.

    `registers_compare`: the kinds of registers that compare what the customer says by themselves; for the others the
    gateway does, or (mode "server") the loyalty server.
    """

    spending: CodeMode = CodeMode.OFF
    enrolment: CodeMode = CodeMode.OFF
    registers_compare: tuple[Literal["frontol", "onec_retail"], ...] = ("frontol",)
    length: Annotated[int, Meta(ge=4, le=8, description="целое число от 4 до 8")] = 4
    lifetime_seconds: Duration = 600
    rest_seconds: Duration = 600
    daily_cap: Annotated[int, Meta(ge=1, le=1000000, description="целое число от 1 до 1000000")] = 1000
    tries: Annotated[int, Meta(ge=1, le=10, description="целое число от 1 до 10")] = 3

    def rules(self, patience: float) -> CodeRules:
        return CodeRules(
            spending=self.spending,
            enrolment=self.enrolment,
            length=self.length,
            lifetime=self.lifetime_seconds,
            rest=self.rest_seconds,
            daily_cap=self.daily_cap,
            tries=self.tries,
            patience=patience,
        )


class EnrolmentChoice(Section, frozen=True, kw_only=True):
    value: Text
    text: Text


class EnrolmentField(Section, frozen=True, kw_only=True):
    """One question of the form. `means`: what it fills in, where that is not its `name`; any word that is not one of
    ours is a field of the loyalty project.
    """

    name: Text
    caption: Text
    means: str = ""
    pattern: Pattern = ""
    required: bool = False
    choices: tuple[EnrolmentChoice, ...] = ()

    def __post_init__(self) -> None:
        """Raises `ValueError` for a pattern that is none."""
        _compiled("pattern", self.pattern)

    def field(self) -> FormField:
        choices = tuple(Choice(value=row.value, text=row.text) for row in self.choices)
        return FormField(
            name=self.name,
            caption=self.caption,
            means=self.means,
            pattern=self.pattern,
            required=self.required,
            choices=choices,
        )


class Enrolment(Section, frozen=True, kw_only=True):
    """New participants at the register: off by default. `rules`: the version of the programme's rules they agree to.

    `welcome`: what the cashier reads out; empty: our own words.
    """

    enabled: bool = False
    title: Text = "Новый участник"
    hint: str = "Заполните со слов покупателя"
    rules: str = ""
    welcome: str = ""
    fields: tuple[EnrolmentField, ...] = (EnrolmentField(name="first_name", caption="Имя", required=True),)

    def __post_init__(self) -> None:
        """Raises `ValueError` for two fields of one name."""
        names = [row.name for row in self.fields]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"fields: имя {twice.pop()!r} у двух полей, нужно своё у каждого")

    def form(self) -> Form | None:
        """None while it is off."""
        if not self.enabled:
            return None
        fields = tuple(row.field() for row in self.fields)
        return Form(title=self.title, hint=self.hint, fields=fields, rules=self.rules)
