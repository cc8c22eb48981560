"""What the screens of a register see, and the cashier's answer: one durable write."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from gateway.domain.call import Operation, ReportShown
from gateway.domain.change import Change
from gateway.domain.desk import CustomerCard, DeskView, Popup, PromptAnswer
from gateway.domain.ids import call_key
from gateway.domain.prompt import Prompt, PromptState, moved
from gateway.domain.receipt import RegisterRef
from gateway.domain.texts import Phrase
from gateway.domain.work import Work, WorkKind
from gateway.errors import Conflict
from gateway.ports import LoyaltyProgram, Meter, News, PromptDesk
from gateway.services.popups.floor import Floor
from gateway.services.popups.screens import Screens
from gateway.services.popups.unheard import unheard
from gateway.services.records import Records
from gateway.services.wording import Wording

ANSWERED = {
    PromptAnswer.CONGRATULATED: (PromptState.SHOWN, PromptState.REPORTED),
    PromptAnswer.LEFT: (PromptState.LEFT,),
}
"""The states that say that this answer was taken before."""


class PopupDesk:
    """`PromptDesk` for every screen."""

    def __init__(
        self,
        program: LoyaltyProgram,
        records: Records,
        floor: Floor,
        wording: Wording,
        meter: Meter,
        limited: Callable[[], Phrase | None] = lambda: None,
        screens: Screens | None = None,
    ) -> None:
        """`limited` says why sales go on without the programme, None while they do not."""
        self._limited = limited
        self._screens = screens
        self._program = program
        self._records = records
        self._floor = floor
        self._wording = wording
        self._meter = meter
        self._listeners: dict[RegisterRef, set[asyncio.Event]] = {}
        self._stopped = False
        records.store.listen(self._heard)
        floor.listen(self._heard)

    async def view(self, register: RegisterRef) -> DeskView:
        now = self._records.clock.now()
        waiting = [row for row in await self._records.store.offered(register) if row.waits(now)]
        return DeskView(
            popups=tuple(self._popup(row, now) for row in waiting),
            receipt_open=self._floor.is_open(register),
            expected=bool(waiting) or self._floor.is_expected(register),
            card=self._card(register),
            limited=self._wording.say(phrase) if (phrase := self._limited()) else "",
        )

    def _popup(self, prompt: Prompt, now: datetime) -> Popup:
        return Popup(
            prompt=prompt,
            stays_seconds=min(prompt.stays, prompt.answer_by - now).total_seconds(),
            whose=self._whose(prompt),
        )

    def _whose(self, prompt: Prompt) -> str:
        if not self._floor.has_moved_on(prompt.register, prompt.sale_id):
            return ""
        time = self._wording.local(prompt.sold_at or prompt.offered_at).strftime("%H:%M")
        who = f", {prompt.buyer}" if prompt.buyer else ""
        return self._wording.say(Phrase.PREVIOUS_RECEIPT, time=time, who=who)

    def _card(self, register: RegisterRef) -> CustomerCard | None:
        customer, notices = self._floor.customer(register)
        if customer is None:
            return None
        known = self._wording.about(customer)
        hints = tuple(text for text in notices if text not in known)
        return CustomerCard(name=customer.name, level=customer.level, balance=customer.balance.available, hints=hints)

    async def changes(self, register: RegisterRef) -> AsyncIterator[None]:
        """Yields whenever `view` may have changed; ends after `stop`."""
        rung = asyncio.Event()
        listeners = self._listeners.setdefault(register, set())
        listeners.add(rung)
        self._screen(register, 1)
        try:
            while not self._stopped:
                await rung.wait()
                rung.clear()
                yield
        finally:
            listeners.discard(rung)
            self._screen(register, -1)

    def _screen(self, register: RegisterRef, more: int) -> None:
        if self._screens is not None:
            self._screens.connected(register, more)

    def stop(self) -> None:
        """Let all screens go: their streams end."""
        self._stopped = True
        self._heard(None)

    def _heard(self, news: News) -> None:
        """The view of a register has changed, here or at another gateway; None: of any register."""
        for register, listeners in self._listeners.items():
            if news is None or register == news:
                for rung in listeners:
                    rung.set()

    async def answer(self, prompt_id: str, register: RegisterRef, answer: PromptAnswer) -> bool:
        """One durable write, with the report it brings about. False when it is too late, or no such popup is here."""
        while True:
            prompt = await self._records.store.prompt(prompt_id)
            if prompt is None or prompt.register != register:
                return False
            if prompt.state is not PromptState.OFFERED:
                return prompt.state in ANSWERED[answer]
            now = self._records.clock.now()
            if not prompt.waits(now):
                return False
            change = self._seen(prompt, now) if answer is PromptAnswer.CONGRATULATED else await self._left(prompt)
            try:
                await self._records.commit(change)
            except Conflict:
                continue
            self._meter.count("popups", state=change.prompts[0].state)
            self._meter.observe("popup_answer", (now - prompt.offered_at).total_seconds())
            return True

    def _seen(self, prompt: Prompt, now: datetime) -> Change:
        intent = ReportShown(
            customer_id=prompt.customer_id,
            register=prompt.register,
            action=prompt.action,
            fields={"rule": prompt.rule, "receipt": prompt.sale_id} | prompt.fields,
            at=now,
        )
        key = call_key(prompt.id, Operation.SHOWN)
        seen = moved(prompt, PromptState.SHOWN, shown_at=now, body=self._program.compose(intent), key=key)
        return Change(prompts=(seen,), work=(Work(kind=WorkKind.REPORT, subject=prompt.id, due=now),))

    async def _left(self, prompt: Prompt) -> Change:
        """Nobody heard it: nothing is reported, and nothing is left to expire."""
        waits = Work(kind=WorkKind.REPORT, subject=prompt.id, due=prompt.answer_by)
        again = await unheard(self._records, prompt)
        return Change(prompts=(moved(prompt, PromptState.LEFT),), occasions=again, finished=(waits,))


_conforms: type[PromptDesk] = PopupDesk
