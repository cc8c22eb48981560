"""Records and how they move: read, decide, store; again when somebody else was quicker."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from msgspec.structs import replace

from gateway.domain.change import Change, HistoryRow
from gateway.domain.receipt import RegisterRef
from gateway.domain.sale import advance
from gateway.domain.sale_events import Event, Step, Verdict
from gateway.domain.sale_record import Sale, Terms
from gateway.domain.work import Lane
from gateway.errors import Conflict, StoreUnavailable
from gateway.ports import Clock, News, Store

More = Callable[[Step], Change]
"""What else belongs into the transaction of a step."""


Then = Callable[[Step], Event | None]
"""What happens to the sale next, in the transaction of a step."""


def nothing_more(_step: Step) -> Change:
    return Change()


def nothing_then(_step: Step) -> None:
    return None


class Records:
    """The store, with the sale's state table in front of it and a bell for the outbox behind it.

    `on_commit` hears whether the store took a change.
    """

    def __init__(
        self, store: Store, clock: Clock, terms: Terms, on_commit: Callable[[bool], None] = lambda _well: None
    ) -> None:
        self.store = store
        self.clock = clock
        self.terms = terms
        self._on_commit = on_commit
        self._bells = {lane: asyncio.Event() for lane in Lane}
        self._in_flight: dict[str, tuple[asyncio.Lock, int]] = {}
        store.listen(self._ring)

    async def commit(self, change: Change) -> None:
        """On disk when it returns. Raises `StoreUnavailable`, `Conflict`."""
        try:
            await self.store.commit(change)
        except StoreUnavailable:
            self._on_commit(False)
            raise
        self._on_commit(True)

    def _ring(self, news: News) -> None:
        for lane, bell in self._bells.items():
            if news is None or news is lane:
                bell.set()

    async def rung(self, lane: Lane, seconds: float) -> None:
        """Wait until new work was stored in this lane, at most `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):  # `wait_for` swallows a cancel that comes as the bell rings
                await self._bells[lane].wait()
        self._bells[lane].clear()

    async def apply(
        self,
        sale_id: str,
        register: RegisterRef,
        decide: Callable[[Sale], Event],
        *,
        who: str,
        more: More = nothing_more,
        then: Then = nothing_then,
        known: Sale | None = None,
    ) -> Step:
        """Advance a sale by the event that `decide` makes of it as it is now, in one transaction.

        `known` is the sale as it was read or written a moment ago: when it is no longer so, it is read again. Where
        `then` names a second event, the step is that of the first one, and its sale as the second one leaves it.
        """
        while True:
            sale = known or await self.store.sale(sale_id) or Sale(id=sale_id, register=register)
            known = None
            event = decide(sale)
            step = advance(sale, event, self.terms)
            if step.sale == sale and not step.work and not step.finished:
                await self._commit_if_any(more(step))
                return step
            change = self._with_history(sale, step, event, who, more(step))
            if (second := then(step)) is not None:
                going = advance(step.sale, second, self.terms)
                change = self._with_history(step.sale, going, second, who, change)
                step = replace(step, sale=going.sale)
            try:
                await self.commit(change)
            except Conflict:
                continue
            return replace(step, sale=replace(step.sale, version=sale.version + 1))

    def _with_history(self, sale: Sale, step: Step, event: Event, who: str, more: Change) -> Change:
        row = HistoryRow(
            subject=sale.id,
            at=self.clock.now(),
            who=who,
            before=sale.state,
            after=step.sale.state,
            cause=_cause(event, step.verdict),
        )
        return replace(
            more,
            sale=step.sale,
            sale_before=more.sale_before or sale,
            history=(*more.history, row),
            work=(*step.work, *more.work),
            finished=(*step.finished, *more.finished),
        )

    async def _commit_if_any(self, change: Change) -> None:
        if change != Change():
            await self.commit(change)

    def one_call(self, sale_id: str, *, within: float | None = None) -> "OneCall":
        """One call in flight per sale: an answer is never overtaken by the question after it.

        Raises `TimeoutError` when another call goes on for longer than `within` seconds.
        """
        return OneCall(self._in_flight, sale_id, within)


class OneCall:
    """A turn among the calls of one sale. `in_flight` has the lock of each sale, and how many hold it or wait."""

    def __init__(self, in_flight: dict[str, tuple[asyncio.Lock, int]], sale_id: str, within: float | None) -> None:
        self._in_flight = in_flight
        self._sale_id = sale_id
        self._within = within

    async def __aenter__(self) -> None:
        lock, waiting = self._in_flight.get(self._sale_id) or (asyncio.Lock(), 0)
        self._in_flight[self._sale_id] = (lock, waiting + 1)
        try:
            async with asyncio.timeout(self._within if waiting else None):
                await lock.acquire()
        except BaseException:
            self._leave()
            raise

    async def __aexit__(self, *_raised: object) -> None:
        self._leave().release()

    def _leave(self) -> asyncio.Lock:
        lock, waiting = self._in_flight.pop(self._sale_id)
        if waiting > 1:
            self._in_flight[self._sale_id] = (lock, waiting - 1)
        return lock


def _cause(event: Event, verdict: Verdict) -> str:
    return f"{type(event).__name__}: {verdict}"
