"""After the sale: ask for the customer's segments, raise the popup, report that the cashier saw it.

A popup is worth something for two minutes only: later it would greet the wrong customer. Everything here
survives a restart, and nothing is shown or reported after its deadline.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

import structlog
from msgspec import Struct
from msgspec.structs import replace

from gateway.domain.call import Call, NoAnswer, Operation, Refused, ReportShown
from gateway.domain.change import Change
from gateway.domain.customer import Customer
from gateway.domain.deadline import Deadline
from gateway.domain.ids import call_key, prompt_id
from gateway.domain.prompt import Moment, Prompt, PromptRule, PromptState, moved
from gateway.domain.receipt import RegisterRef
from gateway.domain.sale_record import Close, Sale
from gateway.domain.work import Work, WorkKind
from gateway.errors import Conflict, LoyaltyError
from gateway.ports import LoyaltyProgram, Meter, News
from gateway.services.outbox import Later
from gateway.services.records import Records
from gateway.services.telling import Telling
from gateway.services.wording import Wording

log = structlog.get_logger()

REPORT_TRIES = (1, 1, 2, 4, 7, 15)
"""Seconds between tries of the report: at 0, 1, 2, 4, 8, 15 s, then every 15 s."""

RESERVE = timedelta(seconds=2)
"""A report that leaves later than this before the deadline would arrive after it."""


class PollTimes(Struct, frozen=True, kw_only=True):
    """When to ask: at the later of both, since the server's own scenario must have run; then once more."""

    after_close: timedelta = timedelta(seconds=15)
    after_paid: timedelta = timedelta(seconds=10)
    again_after_close: timedelta = timedelta(seconds=45)


class Prompting:
    def __init__(
        self,
        program: LoyaltyProgram,
        records: Records,
        telling: Telling,
        wording: Wording,
        meter: Meter,
        rules: tuple[PromptRule, ...],
        times: PollTimes,
    ) -> None:
        self._program = program
        self._records = records
        self._telling = telling
        self._wording = wording
        self._meter = meter
        self._times = times
        self._listeners: dict[str, set[asyncio.Event]] = {}
        self._stopped = False
        self.use(rules)
        records.store.listen(self._heard)

    def use(self, rules: tuple[PromptRule, ...]) -> None:
        """From the next sale on; a popup that was offered stays as it was said."""
        self._rules = tuple(rule for rule in rules if rule.moment is Moment.AFTER_SALE)
        self._window = max((rule.window for rule in self._rules), default=timedelta(0))

    def after_delivery(self, sale: Sale) -> tuple[Work, ...]:
        """The poll that a delivered sale brings about; none for an anonymous or a long-past one."""
        if not self._rules or sale.close is None or sale.close.receipt.customer is None:
            return ()
        paid = sale.delivered_at or sale.close.at
        due = max(sale.close.at + self._times.after_close, paid + self._times.after_paid)
        if due >= sale.close.at + self._window:
            self._meter.count("popups", state="too_late")
            return ()
        return (Work(kind=WorkKind.POLL, subject=sale.id, due=due),)

    async def poll(self, sale_id: str, deadline: Deadline) -> None:
        """Ask, and offer what the rules say. Raises `Later` while the window is open."""
        sale = await self._records.store.sale(sale_id)
        now = self._records.clock.now()
        if sale is None or sale.close is None or now >= sale.close.at + self._window:
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

    async def waiting(self, register: RegisterRef) -> Sequence[Prompt]:
        now = self._records.clock.now()
        return [row for row in await self._records.store.offered(register) if now < row.deadline]

    async def changes(self, register: RegisterRef) -> AsyncIterator[None]:
        """Yields whenever `waiting` may have changed; ends after `stop`."""
        rung = asyncio.Event()
        listeners = self._listeners.setdefault(str(register), set())
        listeners.add(rung)
        try:
            while not self._stopped:
                await rung.wait()
                rung.clear()
                yield
        finally:
            listeners.discard(rung)

    def stop(self) -> None:
        """Let all screens go: their streams end."""
        self._stopped = True
        self._heard(None)

    def _heard(self, news: News) -> None:
        """Prompts of a register have changed, here or at another gateway; None: of any register."""
        for register, listeners in self._listeners.items():
            if news is None or (isinstance(news, RegisterRef) and register == str(news)):
                for rung in listeners:
                    rung.set()

    async def shown(self, prompt_id: str, register: RegisterRef) -> bool:
        """One durable write with its report. False when it is too late, or no such popup is here."""
        while True:
            prompt = await self._records.store.prompt(prompt_id)
            if prompt is None or prompt.register != register or prompt.state is PromptState.EXPIRED:
                return False
            if prompt.state is not PromptState.OFFERED:
                return True
            now = self._records.clock.now()
            if now >= prompt.deadline:
                return False
            try:
                await self._records.commit(self._seen(prompt, now))
            except Conflict:
                continue
            self._meter.count("popups", state=PromptState.SHOWN)
            return True

    def _seen(self, prompt: Prompt, now: datetime) -> Change:
        intent = ReportShown(
            customer_id=prompt.customer_id,
            register=prompt.register,
            action=prompt.action,
            fields={"rule": prompt.rule, "receipt": prompt.sale_id},
            at=now,
        )
        key = str(call_key(prompt.id, Operation.SHOWN))
        seen = moved(prompt, PromptState.SHOWN, shown_at=now, body=self._program.compose(intent), key=key)
        return Change(prompts=(seen,), work=(Work(kind=WorkKind.REPORT, subject=prompt.id, due=now),))

    async def report(self, work: Work, deadline: Deadline) -> None:
        """Tell that it was shown, in time or not at all. Raises `Later`."""
        prompt = await self._records.store.prompt(work.subject)
        if prompt is None or prompt.state in (PromptState.REPORTED, PromptState.EXPIRED):
            return
        now = self._records.clock.now()
        if prompt.state is PromptState.OFFERED and now < prompt.deadline:
            raise Later((prompt.deadline - now).total_seconds())
        if prompt.state is PromptState.OFFERED or now > prompt.deadline - RESERVE:
            await self._end(prompt, PromptState.EXPIRED)
            return
        call = Call(operation=Operation.SHOWN, order_id=prompt.sale_id, key=prompt.key, body=prompt.body)
        answer = await self._telling.send(call, deadline)
        if isinstance(answer, NoAnswer):
            raise Later(REPORT_TRIES[min(work.tries, len(REPORT_TRIES) - 1)])
        if isinstance(answer, Refused):
            log.error("report_refused", rule=prompt.rule, register=str(prompt.register))
        await self._end(prompt, PromptState.EXPIRED if isinstance(answer, Refused) else PromptState.REPORTED)

    async def _end(self, prompt: Prompt, state: PromptState) -> None:
        await self._records.commit(Change(prompts=(moved(prompt, state),)))
        self._meter.count("popups", state=state)
        if state is PromptState.REPORTED and prompt.shown_at is not None:
            took = self._records.clock.now() - prompt.shown_at
            self._meter.observe("popup_report", took.total_seconds())
