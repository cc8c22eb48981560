"""After the sale: ask for the customer's segments, in time."""

from datetime import datetime, timedelta

import structlog
from msgspec import Struct

from gateway.domain.customer import Customer
from gateway.domain.deadline import Deadline
from gateway.domain.prompt import A_MOMENT
from gateway.domain.prompt_rule import Moment, PromptRule, by_priority
from gateway.domain.sale_record import Close, Sale
from gateway.domain.work import Work, WorkKind
from gateway.errors import LoyaltyError, LoyaltyRejected
from gateway.ports import LoyaltyProgram, Meter
from gateway.services.outbox import Later, backoff
from gateway.services.popups.buyers import Buyers
from gateway.services.popups.raising import Raising
from gateway.services.popups.screens import ScreenRules
from gateway.services.records import Records

log = structlog.get_logger()

LONGEST_PAUSE = 10.0
"""Seconds between questions that nobody answers: the popup has to be seen in what is left of its window."""


class PopupTerms(Struct, frozen=True, kw_only=True):
    """When to ask: at the later of both, since the server's own scenario must have run; then once more.

    `at_once`: how many popups one sale raises at most, the most important first.
    """

    after_close: timedelta = timedelta(seconds=15)
    after_paid: timedelta = timedelta(seconds=10)
    again_after_close: timedelta = timedelta(seconds=45)
    at_once: int = 2
    screens: ScreenRules = ScreenRules()


class PopupPolling:
    def __init__(
        self,
        program: LoyaltyProgram,
        records: Records,
        raising: Raising,
        meter: Meter,
        rules: tuple[PromptRule, ...],
        terms: PopupTerms,
    ) -> None:
        self._buyers = Buyers(program)
        self._records = records
        self._raising = raising
        self._meter = meter
        self._terms = terms
        self.use(rules)

    def use(self, rules: tuple[PromptRule, ...]) -> None:
        """From the next sale on; a popup that was offered stays as it was said."""
        self._rules = by_priority(rules, Moment.AFTER_SALE)

    @property
    def has_rules(self) -> bool:
        return bool(self._rules)

    def window(self) -> timedelta:
        """How long after a close the rules may raise a popup; zero when none does."""
        return max((rule.window for rule in self._rules), default=timedelta(0))

    def after_delivery(self, sale: Sale) -> tuple[Work, ...]:
        """The poll that a delivered sale brings about; none for an anonymous or a long-past one."""
        if not self._rules or sale.close is None or sale.close.receipt.customer is None:
            return ()
        paid = sale.delivered_at or sale.close.at
        due = max(sale.close.at + self._terms.after_close, paid + self._terms.after_paid)
        if due >= sale.close.at + self.window() or not self._is_open(sale.close, paid):
            self._meter.count("popups", state="too_late")
            return ()
        return (Work(kind=WorkKind.POLL, subject=sale.id, due=due),)

    async def poll(self, sale_id: str, deadline: Deadline, tries: int = 0) -> None:
        """Ask, and offer what the rules say; `tries` were made before. Raises `Later` while the window is open."""
        sale = await self._records.store.sale(sale_id)
        now = self._records.clock.now()
        if sale is None or sale.close is None or not self._is_open(sale.close, now):
            self._buyers.forget(sale_id)
            return
        customer = await self._customer(sale.id, sale.close, deadline, tries)
        found = customer is not None and await self._raising.offer(self._rules, sale.id, sale.close, customer)
        self._meter.count("popup_polls", found="yes" if found else "no")
        if not found and now < sale.close.at + self._terms.again_after_close:
            raise Later((sale.close.at + self._terms.again_after_close - now).total_seconds())

    def _is_open(self, close: Close, now: datetime) -> bool:
        """Whether the customer may still be there. A close in the future is of a clock that was set back since."""
        return close.at - A_MOMENT <= now < close.at + self.window()

    async def _customer(self, sale_id: str, close: Close, deadline: Deadline, tries: int) -> Customer | None:
        """With the segments of this moment; None as well where the server will not tell."""
        key = close.receipt.customer
        if key is None:
            return None
        try:
            return await self._buyers.with_segments(sale_id, key, close.receipt.register, deadline)
        except LoyaltyRejected as error:
            self._buyers.forget(sale_id)
            log.warning("popup_poll_refused", sale=sale_id, why=error.logged)
            return None
        except LoyaltyError as error:
            raise Later(error.retry_after or min(LONGEST_PAUSE, backoff(tries))) from error
