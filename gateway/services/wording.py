"""Sentences for the cashier, made of what is known."""

from datetime import datetime
from decimal import Decimal

import structlog

from gateway.domain.customer import Customer
from gateway.domain.prompt_rule import Moment, PromptRule, Scene, by_priority
from gateway.domain.receipt import RegisterRef
from gateway.domain.texts import Language, Phrase, points, say
from gateway.errors import TemplateError
from gateway.ports import Line
from gateway.services.slips import Slips

log = structlog.get_logger()


class Wording:
    """One language; `slips` are what the customer takes home. `at_once`: how many hints at most."""

    def __init__(
        self, language: Language, line: Line, rules: tuple[PromptRule, ...], slips: Slips, at_once: int = 2
    ) -> None:
        self.slips = slips
        self._language = language
        self._line = line
        self._at_once = at_once
        self.use(rules)

    def use(self, rules: tuple[PromptRule, ...]) -> None:
        """From the next sentence on."""
        self._hints = {moment: by_priority(rules, moment) for moment in Moment}

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

    def prompts(self, moment: Moment, customer: Customer, register: RegisterRef) -> tuple[str, ...]:
        """Hints of the rules that speak while the receipt is open, the most important first."""
        rules = self._hints[moment]
        if not rules:
            return ()
        here = Scene(register=register, at=self.local_now())
        said = (self.filled(rule, rule.text, customer) for rule in rules if rule.applies(customer, here))
        return tuple(text for text in said if text)[: self._at_once]

    def filled(self, rule: PromptRule, text: str, customer: Customer) -> str:
        """One of the rule's texts. Empty when it fails on this customer: the others must not suffer."""
        try:
            return self._line(text, customer)
        except TemplateError as error:
            log.warning("prompt_not_rendered", rule=rule.name, error=type(error).__name__)
            return ""
