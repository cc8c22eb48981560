"""What a person may do about work that does not go through: look, try again, put aside with a reason."""

from msgspec import Struct
from msgspec.structs import replace

from gateway.domain.change import Change, HistoryRow, ParkedDocument
from gateway.domain.refund import RefundRecord, RefundState, moved
from gateway.domain.sale_events import ResendAsked, Verdict
from gateway.domain.sale_record import Sale, State
from gateway.domain.work import Work, WorkKind
from gateway.errors import GatewayError
from gateway.services.records import Records


class NotPossible(GatewayError):
    """The record does not allow it."""


class Found(Struct, frozen=True, kw_only=True):
    """A record by its id, with what happened to it."""

    record: Sale | RefundRecord | ParkedDocument
    history: tuple[HistoryRow, ...]


class Operating:
    def __init__(self, records: Records) -> None:
        self._records = records

    async def find(self, subject: str) -> Found:
        """A sale, a refund or a parked document. Raises `NotPossible` when there is none of this id."""
        store = self._records.store
        record: Sale | RefundRecord | ParkedDocument | None = await store.sale(subject)
        record = record or await store.refund(subject)
        if record is None:
            documents = {row.id: row for row in await store.documents()}
            record = documents.get(subject)
        if record is None:
            raise NotPossible(f"нет ни чека, ни возврата, ни документа {subject}")
        return Found(record=record, history=tuple(await store.history(subject)))

    async def retry(self, subject: str) -> None:
        """Try a parked sale or refund again; work that waits for its next try, at once."""
        record = (await self.find(subject)).record
        now = self._records.clock.now()
        if isinstance(record, ParkedDocument):
            raise NotPossible("документ не разобран: его можно только отложить (drop)")
        if record.stripped and record.dropped:
            raise NotPossible("отложено давно: данные покупателя уже удалены, повторить нельзя")
        if isinstance(record, RefundRecord):
            await self._retry_refund(record)
        elif record.state is State.PARKED:
            step = await self._records.apply(
                record.id, record.register, lambda _sale: ResendAsked(now=now), who="operator"
            )
            if step.verdict is not Verdict.DONE:
                raise NotPossible("чек изменился, повторите команду")
        elif record.state in (State.CLOSED, State.DELIVERING):
            work = Work(kind=WorkKind.DELIVER, subject=record.id, due=now)
            await self._records.commit(Change(work=(work,)))
        else:
            raise NotPossible(f"чек в состоянии {record.state}: повторять нечего")

    async def _retry_refund(self, record: RefundRecord) -> None:
        if record.state is RefundState.DONE:
            raise NotPossible("возврат уже доставлен")
        work = Work(kind=WorkKind.REFUND, subject=record.id, due=self._records.clock.now())
        if record.state is not RefundState.PARKED:
            await self._records.commit(Change(work=(work,)))
            return
        again = replace(moved(record, RefundState.WAIT), dropped="")
        await self._records.commit(Change(refunds=(again,), work=(work,), history=(self._row(record, "retry"),)))

    async def drop(self, subject: str, reason: str) -> None:
        """Put a parked record aside: it stays in the store, with the reason, and is no longer counted."""
        record = (await self.find(subject)).record
        row = self._row(record, f"dropped: {reason}")
        if isinstance(record, ParkedDocument):
            await self._records.commit(Change(dropped=(replace(record, dropped=reason),), history=(row,)))
        elif isinstance(record, RefundRecord):
            _only_parked(record.state is RefundState.PARKED)
            await self._records.commit(Change(refunds=(replace(record, dropped=reason),), history=(row,)))
        else:
            _only_parked(record.state is State.PARKED)
            await self._records.commit(Change(sale=replace(record, dropped=reason), history=(row,)))

    def _row(self, record: Sale | RefundRecord | ParkedDocument, cause: str) -> HistoryRow:
        state = "parked" if isinstance(record, ParkedDocument) else str(record.state)
        return HistoryRow(
            subject=record.id,
            at=self._records.clock.now(),
            who="operator",
            before=state,
            after=state,
            cause=cause,
        )


def _only_parked(parked: bool) -> None:  # noqa: FBT001 - one condition, named where it is asked
    if not parked:
        raise NotPossible("отложить можно только то, что сервер отклонил (parked); остальное доставится само")
