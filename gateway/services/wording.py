"""Sentences for the cashier and slips for the customer, made of what is known."""

from collections.abc import Set as AbstractSet
from datetime import datetime, tzinfo
from decimal import Decimal

import structlog
from msgspec.structs import replace

from gateway.domain.call import Accepted
from gateway.domain.customer import Customer
from gateway.domain.money import ZERO
from gateway.domain.prompt import Moment, PromptRule
from gateway.domain.quote import Quote
from gateway.domain.receipt import Receipt, Refund, RegisterRef
from gateway.domain.sale_record import Close
from gateway.domain.slip import Slip
from gateway.domain.slip_data import SlipCoupon, SlipCustomer, SlipData, masked, slip_customer
from gateway.domain.texts import Language, Phrase, points, say
from gateway.errors import TemplateError
from gateway.ports import Clock, Line, Templates

log = structlog.get_logger()


class Wording:
    """One language, one set of templates."""

    def __init__(
        self,
        language: Language,
        templates: Templates,
        line: Line,
        clock: Clock,
        zone: tzinfo | None,
        rules: tuple[PromptRule, ...],
        printed: AbstractSet[str],
    ) -> None:
        """`printed` names the templates that anybody prints: no others are rendered."""
        self._language = language
        self._templates = templates
        self._line = line
        self._clock = clock
        self._zone = zone
        self._at_once = tuple(rule for rule in rules if rule.moment is Moment.IDENTIFIED)
        self._printed = printed

    def local_now(self) -> datetime:
        """The outlet's own time: what stands on paper, and which day it is."""
        return self._clock.now().astimezone(self._zone)

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

    def customer_slip(self, customer: Customer, register: RegisterRef) -> Slip:
        if "customer" not in self._printed:
            return ()
        return self._render(
            "customer",
            SlipData(
                outlet=register.outlet,
                register=register.register,
                now=self.local_now(),
                customer=slip_customer(customer),
                available=customer.balance.available,
            ),
        )

    def quote_slip(self, receipt: Receipt, quote: Quote, customer: Customer | None) -> Slip:
        """What the customer saves and will earn; nothing when there is nothing to say."""
        if "quote" not in self._printed:
            return ()
        discount = sum((quote.discount(line) for line in receipt.lines), ZERO)
        if not discount and not quote.accrual:
            return ()
        return self._render(
            "quote",
            SlipData(
                outlet=receipt.register.outlet,
                register=receipt.register.register,
                number=receipt.number,
                now=self.local_now(),
                customer=_who(receipt, customer),
                total=quote.total,
                discount=discount,
                earned=quote.accrual if receipt.customer else None,
                texts=quote.slip_texts,
            ),
        )

    def sale_slip(self, close: Close, outcome: Accepted | None, customer: Customer | None) -> Slip:
        """The slip of a closed receipt, with as much of the server's outcome as has come."""
        if "sale" not in self._printed:
            return ()
        receipt, done = close.receipt, outcome or Accepted()
        return self._render(
            "sale",
            SlipData(
                outlet=receipt.register.outlet,
                register=receipt.register.register,
                number=receipt.number,
                now=close.at.astimezone(self._zone),
                customer=_buyer(receipt, customer),
                total=receipt.total,
                discount=(close.quote.saved or None) if close.quote else None,
                spent=receipt.points or None,
                earned=done.earned,
                available=done.available,
                texts=done.texts,
                coupons=tuple(SlipCoupon(code=row.code, title=row.title) for row in done.coupons),
            ),
        )

    def refund_slip(self, refund: Refund) -> Slip:
        if "refund" not in self._printed:
            return ()
        document = refund.document
        return self._render(
            "refund",
            SlipData(
                outlet=document.register.outlet,
                register=document.register.register,
                number=document.number,
                now=self.local_now(),
                customer=_who(document, None),
                total=document.total,
                returned=document.points or None,
            ),
        )

    def _render(self, name: str, data: SlipData) -> Slip:
        """A template that fails on real data costs the slip, never the sale."""
        try:
            return self._templates.render(name, data)
        except TemplateError as error:
            log.warning("slip_not_rendered", template=name, error=type(error).__name__)  # no text: it may quote data
            return ()


def _buyer(receipt: Receipt, customer: Customer | None) -> SlipCustomer | None:
    """Without the level: it was read before the sale, and this very sale may have changed it."""
    who = _who(receipt, customer)
    return None if who is None else replace(who, level="")


def _who(receipt: Receipt, customer: Customer | None) -> SlipCustomer | None:
    if customer is not None:
        return slip_customer(customer)
    return None if receipt.customer is None else SlipCustomer(card=masked(receipt.customer.value))
