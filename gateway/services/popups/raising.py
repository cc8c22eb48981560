"""Which rules speak of a customer after his sale, and that each does it once: one transaction."""

from datetime import datetime

from msgspec import Struct

from gateway.domain.change import Change
from gateway.domain.customer import Customer
from gateway.domain.desk import buyer
from gateway.domain.ids import occasion_id, prompt_id
from gateway.domain.occasion import Occasion, is_new, open_again, raised
from gateway.domain.prompt import Prompt
from gateway.domain.prompt_rule import PromptRule, Scene
from gateway.domain.sale_record import Close
from gateway.domain.work import Work, WorkKind
from gateway.errors import Conflict
from gateway.ports import Meter
from gateway.services.outbox import Later
from gateway.services.records import Records
from gateway.services.wording import Wording

TRIES = 5
"""Another receipt of the same customer may be looked at in the same moment; a handful of them never is."""


class Said(Struct, kw_only=True):
    """What a look at the rules came to. `before`: popups of this very sale, raised before a crash."""

    prompts: list[Prompt]
    occasions: list[Occasion]
    before: int = 0

    @property
    def count(self) -> int:
        return len(self.prompts) + self.before


class Raising:
    """`at_once`: how many popups one sale raises at most, the most important first."""

    def __init__(self, records: Records, wording: Wording, meter: Meter, at_once: int) -> None:
        self._records = records
        self._wording = wording
        self._meter = meter
        self._at_once = at_once

    async def offer(self, rules: tuple[PromptRule, ...], sale_id: str, close: Close, customer: Customer) -> bool:
        """Whether any rule speaks. Raises `Later` when others keep changing the same occasions."""
        for _ in range(TRIES):
            said = await self._look(rules, sale_id, close, customer)
            try:
                await self._store(said)
            except Conflict:  # another receipt of his was quicker: what is said already is seen at the next look
                continue
            self._count(said, close)
            return said.count > 0
        raise Later(1)

    async def _look(self, rules: tuple[PromptRule, ...], sale_id: str, close: Close, customer: Customer) -> Said:
        ids = [occasion_id(rule.name, customer.id) for rule in rules]
        known = {row.id: row for row in await self._records.store.occasions(ids)}
        said = Said(prompts=[], occasions=[])
        for name, rule in zip(ids, rules, strict=True):
            self._ask(rule, known.get(name), said, sale_id, close, customer)
        return said

    def _ask(
        self, rule: PromptRule, known: Occasion | None, said: Said, sale_id: str, close: Close, customer: Customer
    ) -> None:
        now = self._records.clock.now()
        here = Scene(register=close.receipt.register, at=self._wording.local(now))
        today = here.at.date()
        if rule.misses_of(customer, today):
            if known is not None and known.holds:
                said.occasions.append(open_again(known))
            return
        mark = rule.mark(customer, today)
        if known is not None and known.prompt_id == prompt_id(sale_id, rule.name):
            said.before += 1
        elif self._may_speak(rule, known, mark, here, said, customer):
            prompt = self._prompt(rule, sale_id, close, customer, now)
            if prompt.text and prompt.waits(now):
                said.prompts.append(prompt)
                said.occasions.append(raised(occasion_id(rule.name, customer.id), known, prompt.id, mark, now))

    def _may_speak(
        self,
        rule: PromptRule,
        known: Occasion | None,
        mark: str,
        here: Scene,
        said: Said,
        customer: Customer,
    ) -> bool:
        new = is_new(known, mark, self._records.clock.now(), rule.again_after)
        return new and said.count < self._at_once and rule.applies(customer, here)

    def _prompt(self, rule: PromptRule, sale_id: str, close: Close, customer: Customer, now: datetime) -> Prompt:
        return Prompt(
            id=prompt_id(sale_id, rule.name),
            sale_id=sale_id,
            register=close.receipt.register,
            rule=rule.name,
            title=self._wording.filled(rule, rule.title, customer),
            text=self._wording.filled(rule, rule.text, customer),
            customer_id=customer.id,
            buyer=buyer(customer),
            sold_at=close.at,
            action=rule.action,
            fields={name: self._wording.filled(rule, text, customer) for name, text in rule.fields.items()},
            offered_at=now,
            stays=rule.stays,
            click_needed=rule.click_needed,
            seen_after=rule.seen_after,
            deadline=close.at + rule.window,
        )

    async def _store(self, said: Said) -> None:
        if not said.occasions:
            return
        work = tuple(Work(kind=WorkKind.REPORT, subject=row.id, due=row.answer_by) for row in said.prompts)
        change = Change(prompts=tuple(said.prompts), occasions=tuple(said.occasions), work=work)
        await self._records.commit(change)

    def _count(self, said: Said, close: Close) -> None:
        for prompt in said.prompts:
            self._meter.count("popups", state=prompt.state)
            self._meter.observe("popup_offer", (prompt.offered_at - close.at).total_seconds())
