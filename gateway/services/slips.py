"""The slips of a store: which template says what is known, and when it says nothing."""

from collections.abc import Set as AbstractSet
from datetime import datetime, tzinfo
from typing import Any

import structlog
from msgspec.structs import replace

from gateway.domain.birthday import days_to_birthday
from gateway.domain.call import Accepted, IssuedCoupon
from gateway.domain.customer import Customer
from gateway.domain.money import ZERO
from gateway.domain.quote import Quote
from gateway.domain.receipt import Receipt, Refund, RegisterRef
from gateway.domain.sale_record import Close
from gateway.domain.slip import Slip
from gateway.domain.slip_data import SlipCoupon, SlipCustomer, SlipData, masked, slip_customer
from gateway.errors import TemplateError
from gateway.ports import Clock, Templates

log = structlog.get_logger()


class Slips:
    """One set of templates, in the outlet's own time.

    `printed` names the answers whose slips anybody prints: customer, quote, sale, refund; no others are rendered.
    A birthday greeting follows a sale within `birthday_within_days` of it.
    """

    def __init__(
        self,
        templates: Templates,
        clock: Clock,
        zone: tzinfo | None,
        printed: AbstractSet[str],
        birthday_within_days: int = 0,
    ) -> None:
        self._templates = templates
        self._clock = clock
        self._zone = zone
        self._printed = printed
        self._birthday_within_days = birthday_within_days

    def local_now(self) -> datetime:
        """The outlet's own time: what stands on paper, and which day it is."""
        return self.local(self._clock.now())

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)

    def customer(self, customer: Customer, register: RegisterRef) -> Slip:
        if "customer" not in self._printed:
            return ()
        who = slip_customer(customer)
        return self._slip("customer", register, customer=who, available=who.available)

    def quote(self, receipt: Receipt, quote: Quote, customer: Customer | None) -> Slip:
        """What the customer saves and will earn; nothing when there is nothing to say."""
        if "quote" not in self._printed:
            return ()
        discount = sum(quote.discounts(receipt.lines).values(), ZERO)
        if not discount and not quote.accrual:
            return ()
        return self._slip(
            "quote",
            receipt.register,
            number=receipt.number,
            customer=_who(receipt, customer),
            total=quote.total,
            discount=discount,
            earned=quote.accrual if receipt.customer else None,
            texts=quote.slip_texts,
        )

    def sale(self, close: Close, outcome: Accepted | None, customer: Customer | None) -> Slip:
        """The slip of a closed receipt, with as much of the server's outcome as has come.

        Whoever is not known is invited; whose birthday it is gets a greeting on paper of its own.
        """
        if "sale" not in self._printed:
            return ()
        receipt = close.receipt
        name = "sale" if receipt.customer else "invitation"
        slip = self._render(name, sale_data(close, outcome, customer, self._zone))
        return slip + self._greeting(customer, receipt.register)

    def late(self, receipt: Receipt, at: datetime, outcome: Accepted, customer: Customer | None = None) -> Slip:
        """What the server said of a receipt of that time whose own slip is printed already: texts and coupons."""
        if not outcome.texts and not outcome.coupons:
            return ()
        return self._slip(
            "coupon",
            receipt.register,
            number=receipt.number,
            now=self.local(at),
            customer=_buyer(receipt, customer),
            texts=outcome.texts,
            coupons=_coupons(outcome.coupons),
        )

    def codes(self, register: RegisterRef, codes: tuple[str, ...]) -> Slip:
        """Coupons of which nothing else is left than their codes."""
        coupons = tuple(SlipCoupon(code=code) for code in codes)
        return self._slip("coupon", register, coupons=coupons) if coupons else ()

    def refund(self, refund: Refund) -> Slip:
        if "refund" not in self._printed:
            return ()
        document = refund.document
        return self._slip(
            "refund",
            document.register,
            number=document.number,
            customer=_who(document, None),
            total=document.total,
            returned=document.points or None,
        )

    def welcome(self, customer: Customer, register: RegisterRef, *, wallet_link: str, rules_version: str) -> Slip:
        """For a new participant: a QR code that leads to the card in his phone, and which rules he agreed to."""
        who = slip_customer(customer)
        return self._slip(
            "welcome", register, customer=who, available=who.available,
            wallet_link=wallet_link, rules_version=rules_version,
        )  # fmt: skip

    def test_page(self, register: RegisterRef) -> Slip:
        """What shows whether a printer is set up right."""
        return self._slip("test", register)

    def _greeting(self, customer: Customer | None, register: RegisterRef) -> Slip:
        if customer is None or customer.birth_date is None:
            return ()
        days = days_to_birthday(customer.birth_date, self.local_now().date())
        if days is None or days > self._birthday_within_days:
            return ()
        return self._slip("birthday", register, customer=slip_customer(customer), days_to_birthday=days)

    def _slip(self, name: str, register: RegisterRef, **said: Any) -> Slip:
        """`said` are fields of `SlipData`."""
        about: dict[str, Any] = {"outlet": register.outlet, "register": register.register, "now": self.local_now()}
        return self._render(name, SlipData(**about | said))

    def _render(self, name: str, data: SlipData) -> Slip:
        """A template that fails on real data costs the slip, never the sale."""
        try:
            return self._templates.render(name, data)
        except TemplateError as error:
            log.warning("slip_not_rendered", template=name, error=type(error).__name__)  # no text: it may quote data
            return ()


def sale_data(close: Close, outcome: Accepted | None, customer: Customer | None, zone: tzinfo | None) -> SlipData:
    """All that is known of a closed receipt, as a template gets it."""
    receipt, done = close.receipt, outcome or Accepted()
    return SlipData(
        outlet=receipt.register.outlet,
        register=receipt.register.register,
        number=receipt.number,
        now=close.at.astimezone(zone),
        customer=_buyer(receipt, customer),
        total=receipt.total,
        discount=(close.quote.saved or None) if close.quote else None,
        spent=receipt.points or None,
        earned=done.earned,
        available=done.available,
        texts=done.texts,
        coupons=_coupons(done.coupons),
    )


def _coupons(issued: tuple[IssuedCoupon, ...]) -> tuple[SlipCoupon, ...]:
    return tuple(SlipCoupon(code=row.code, title=row.title) for row in issued)


def _buyer(receipt: Receipt, customer: Customer | None) -> SlipCustomer | None:
    """Without the level: it was read before the sale, and this very sale may have changed it."""
    who = _who(receipt, customer)
    return None if who is None else replace(who, level="")


def _who(receipt: Receipt, customer: Customer | None) -> SlipCustomer | None:
    if customer is not None:
        return slip_customer(customer)
    return None if receipt.customer is None else SlipCustomer(card=masked(receipt.customer.value))
