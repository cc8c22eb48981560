"""Tell the loyalty server that a popup was shown: in time, or not at all."""

import structlog

from gateway.domain.call import Call, NoAnswer, Operation, Refused
from gateway.domain.change import Change
from gateway.domain.deadline import Deadline
from gateway.domain.prompt import Prompt, PromptState, moved
from gateway.domain.work import Work
from gateway.ports import Meter
from gateway.services.outbox import Later
from gateway.services.popups.unheard import unheard
from gateway.services.records import Records
from gateway.services.telling import Telling

log = structlog.get_logger()

TRIES = (1, 1, 2, 4, 7, 15)
"""Seconds between tries: at 0, 1, 2, 4, 8, 15 s, then every 15 s (reliability reference 2.4)."""

OVER = (PromptState.REPORTED, PromptState.EXPIRED, PromptState.LEFT)


class PopupReporting:
    def __init__(self, records: Records, telling: Telling, meter: Meter) -> None:
        self._records = records
        self._telling = telling
        self._meter = meter

    async def report(self, work: Work, deadline: Deadline) -> None:
        """Also ends a prompt nobody has answered when its time is over. Raises `Later`."""
        prompt = await self._records.store.prompt(work.subject)
        if prompt is None or prompt.state in OVER:
            return
        now = self._records.clock.now()
        if prompt.state is PromptState.OFFERED and prompt.waits(now):
            raise Later((prompt.answer_by - now).total_seconds())
        if prompt.state is PromptState.OFFERED or now > prompt.report_by:
            await self._end(prompt, PromptState.EXPIRED)
            return
        call = Call(operation=Operation.SHOWN, order_id=prompt.sale_id, key=prompt.key, body=prompt.body)
        answer = await self._telling.send(call, deadline)
        if isinstance(answer, NoAnswer):
            raise Later(TRIES[min(work.tries, len(TRIES) - 1)])
        if isinstance(answer, Refused):
            log.error("report_refused", rule=prompt.rule, register=str(prompt.register))
        await self._end(prompt, PromptState.EXPIRED if isinstance(answer, Refused) else PromptState.REPORTED)

    async def _end(self, prompt: Prompt, state: PromptState) -> None:
        again = await unheard(self._records, prompt) if prompt.state is PromptState.OFFERED else ()
        await self._records.commit(Change(prompts=(moved(prompt, state),), occasions=again))
        self._meter.count("popups", state=state)
        if state is PromptState.EXPIRED and prompt.shown_at is not None:
            self._meter.count("popup_reports_late")
        if state is PromptState.REPORTED and prompt.shown_at is not None:
            took = self._records.clock.now() - prompt.shown_at
            self._meter.observe("popup_report", took.total_seconds())
