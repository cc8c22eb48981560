"""Sentences for the cashier, made of what is known."""

from datetime import datetime
from decimal import Decimal

import structlog

from gateway.domain.customer import Customer
from gateway.domain.prompt import Moment, PromptRule
from gateway.domain.texts import Language, Phrase, points, say
from gateway.errors import TemplateError
from gateway.ports import Line
from gateway.services.slips import Slips

log = structlog.get_logger()


class Wording:
    """One language; `slips` are what the customer takes home."""

    def __init__(self, language: Language, line: Line, rules: tuple[PromptRule, ...], slips: Slips) -> None:
        self.slips = slips
        self._language = language
        self._line = line
        self.use(rules)

    def use(self, rules: tuple[PromptRule, ...]) -> None:
        """From the next sentence on."""
        self._at_once = tuple(rule for rule in rules if rule.moment is Moment.IDENTIFIED)

    def local_now(self) -> datetime:
        """The outlet's own time."""
        return self.slips.local_now()

    def local(self, at: datetime) -> datetime:
        return self.slips.local(at)

    def say(self, phrase: Phrase, **values: str | Decimal) -> str:
        """A sentence; amounts of points are spelt out."""
        spelt = {
            name: points(self._language, value) if isinstance(value, Decimal) else value
            for name, value in values.items()
        }
        return say(self._language, phrase, **spelt)

    def about(self, customer: Customer) -> tuple[str, ...]:
        """Who it is, his level, his balance."""
        lines = [self.say(Phrase.CUSTOMER, name=customer.name)] if customer.name else []
        if customer.level:
            lines.append(self.say(Phrase.LEVEL, level=customer.level))
        return (*lines, self.say(Phrase.BALANCE, points=customer.balance.available))

    def prompts(self, customer: Customer) -> tuple[str, ...]:
        """Hints of the rules that speak as soon as the customer is known."""
        today = self.local_now().date()
        said = (self.prompt_text(rule, customer) for rule in self._at_once if rule.applies(customer, today))
        return tuple(text for text in said if text)

    def prompt_text(self, rule: PromptRule, customer: Customer) -> str:
        """Empty when the rule's text fails on this customer: the others must not suffer."""
        try:
            return self._line(rule.text, customer)
        except TemplateError as error:
            log.warning("prompt_not_rendered", rule=rule.name, error=type(error).__name__)
            return ""
