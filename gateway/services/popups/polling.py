"""After the sale: ask for the customer's segments, and offer what the rules say."""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from gateway.domain.change import Change
from gateway.domain.customer import Customer
from gateway.domain.deadline import Deadline
from gateway.domain.desk import buyer
from gateway.domain.ids import prompt_id
from gateway.domain.prompt import Moment, Prompt, PromptRule
from gateway.domain.sale_record import Close, Sale
from gateway.domain.work import Work, WorkKind
from gateway.errors import Conflict, LoyaltyError
from gateway.ports import LoyaltyProgram, Meter
from gateway.services.outbox import Later
from gateway.services.records import Records
from gateway.services.wording import Wording


class PollTimes(Struct, frozen=True, kw_only=True):
    """When to ask: at the later of both, since the server's own scenario must have run; then once more."""

    after_close: timedelta = timedelta(seconds=15)
    after_paid: timedelta = timedelta(seconds=10)
    again_after_close: timedelta = timedelta(seconds=45)


class PopupPolling:
    def __init__(
        self,
        program: LoyaltyProgram,
        records: Records,
        wording: Wording,
        meter: Meter,
        rules: tuple[PromptRule, ...],
        times: PollTimes,
    ) -> None:
        self._program = program
        self._records = records
        self._wording = wording
        self._meter = meter
        self._times = times
        self.use(rules)

    def use(self, rules: tuple[PromptRule, ...]) -> None:
        """From the next sale on; a popup that was offered stays as it was said."""
        self._rules = tuple(rule for rule in rules if rule.moment is Moment.AFTER_SALE)

    def window(self) -> timedelta:
        """How long after a close the rules may raise a popup; zero when none does."""
        return max((rule.window for rule in self._rules), default=timedelta(0))

    def after_delivery(self, sale: Sale) -> tuple[Work, ...]:
        """The poll that a delivered sale brings about; none for an anonymous or a long-past one."""
        if not self._rules or sale.close is None or sale.close.receipt.customer is None:
            return ()
        paid = sale.delivered_at or sale.close.at
        due = max(sale.close.at + self._times.after_close, paid + self._times.after_paid)
        if due >= sale.close.at + self.window():
            self._meter.count("popups", state="too_late")
            return ()
        return (Work(kind=WorkKind.POLL, subject=sale.id, due=due),)

    async def poll(self, sale_id: str, deadline: Deadline) -> None:
        """Ask, and offer what the rules say. Raises `Later` while the window is open."""
        sale = await self._records.store.sale(sale_id)
        now = self._records.clock.now()
        if sale is None or sale.close is None or now >= sale.close.at + self.window():
            return
        customer = await self._customer(sale.close, deadline)
        prompts = self._matching(sale.close, sale.id, customer, now) if customer else ()
        self._meter.count("popup_polls", found="yes" if prompts else "no")
        if prompts:
            await self._offer(prompts)
        elif now < sale.close.at + self._times.again_after_close:
            raise Later((sale.close.at + self._times.again_after_close - now).total_seconds())

    async def _customer(self, close: Close, deadline: Deadline) -> Customer | None:
        """With the segments of this moment."""
        key = close.receipt.customer
        if key is None:
            return None
        try:
            customer = await self._program.identify(key, close.receipt.register, deadline=deadline)
            if customer is None:
                return None
            segments = await self._program.segments(customer.id, deadline=deadline)
        except LoyaltyError as error:
            raise Later(1) from error
        return replace(customer, segments=segments)

    def _matching(self, close: Close, sale_id: str, customer: Customer, now: datetime) -> tuple[Prompt, ...]:
        today = self._wording.local_now().date()
        prompts = (
            Prompt(
                id=prompt_id(sale_id, rule.name),
                sale_id=sale_id,
                register=close.receipt.register,
                rule=rule.name,
                text=self._wording.prompt_text(rule, customer),
                customer_id=customer.id,
                buyer=buyer(customer),
                sold_at=close.at,
                action=rule.action,
                offered_at=now,
                stays=rule.stays,
                deadline=close.at + rule.window,
            )
            for rule in self._rules
            if rule.applies(customer, today) and now < close.at + rule.window
        )
        return tuple(prompt for prompt in prompts if prompt.text)

    async def _offer(self, prompts: tuple[Prompt, ...]) -> None:
        work = tuple(Work(kind=WorkKind.REPORT, subject=row.id, due=row.deadline) for row in prompts)
        try:
            await self._records.commit(Change(prompts=prompts, work=work))
        except Conflict:  # offered before a crash
            return
        for prompt in prompts:
            self._meter.count("popups", state=prompt.state)
