"""The store at a glance: gathered from the services, the store and the last hour, for the status page."""

from datetime import datetime
from functools import partial

from msgspec import Struct

from gateway import __version__
from gateway.core import Core
from gateway.domain.change import Parked
from gateway.domain.overview import (
    LoyaltyState,
    OutboxState,
    Overview,
    ParkedRecord,
    PopupCounts,
    RegisterState,
)
from gateway.domain.prompt import PromptState
from gateway.domain.receipt import RegisterRef
from gateway.domain.sale_record import Terms
from gateway.errors import StoreError
from gateway.observability.last_hour import LastHour, Seen, percentile
from gateway.observability.metrics import Metrics
from gateway.ports import Clock, StatusDesk, Store
from gateway.services.operating import Operating
from gateway.services.records import Records
from gateway.services.side_jobs import Job

PARKED_SHOWN = 20


class House(Struct, frozen=True, kw_only=True):
    """Which gateway of which shop this is."""

    outlet: str
    registers: tuple[RegisterRef, ...]


class StatusView:
    """Hears from now on what `metrics` counts."""

    def __init__(self, house: House, core: Core, store: Store, clock: Clock, metrics: Metrics) -> None:
        self._house = house
        self._core = core
        self._operating = Operating(Records(store, clock, Terms()))
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._hour = LastHour(clock, store)
        self._started = clock.now()
        metrics.listen(self._hour)

    def jobs(self) -> list[Job]:
        """What has to run for ever, for the page and for the alert of a register without a screen."""
        screens = self._core.popups.screens
        return [self._hour.watch, partial(screens.watch, self._house.registers, self._core.wording.local)]

    async def overview(self) -> Overview:
        limited = self._core.limited.state()
        return Overview(
            outlet=self._house.outlet,
            version=__version__,
            now=self._clock.now(),
            started=self._started,
            limited={str(reason): since for reason, since in limited.since.items()},
            limited_by_hand=self._core.limited.is_manual,
            loyalty=self._loyalty(),
            registers=tuple(self._register(row) for row in self._house.registers),
            outbox=await self._outbox(self._clock.now()),
            popups=self._popups(),
            printers=self._core.paper.desk.printers(),
            hour=await self._hour.minutes(),
        )

    async def retry(self, subject: str) -> None:
        await self._operating.retry(subject)

    def limit(self, *, on: bool) -> None:
        self._core.limited.switch(on=on)

    def _loyalty(self) -> LoyaltyState:
        gates = self._core.guard.gates
        times = [seconds for gate in gates.values() for seconds in gate.measured.ordered()]
        return LoyaltyState(
            breakers={kind: gate.breaker.state.name.lower() for kind, gate in gates.items()},
            median=percentile(times, 0.5),
            p99=percentile(times, 0.99),
            in_flight=self._core.guard.in_flight,
            last_success=self._hour.last_success,
            last_failure=self._hour.last_failure,
        )

    def _register(self, register: RegisterRef) -> RegisterState:
        seen = self._hour.registers.get(register, Seen())
        screens = self._core.popups.screens
        return RegisterState(
            name=register.register if register.outlet == self._house.outlet else str(register),
            last_seen=seen.last,
            calls=seen.calls,
            errors=seen.errors,
            screens=screens.count(register),
            screen_missing=screens.is_missing(register),
        )

    async def _outbox(self, now: datetime) -> OutboxState | None:
        try:
            counts, parked = await self._store.counts(), await self._store.parked(PARKED_SHOWN)
        except StoreError:
            return None
        return OutboxState(
            pending=counts.pending,
            oldest_seconds=counts.age(now),
            parked=_parked(parked),
            parked_count=counts.parked_sales + counts.parked_refunds + counts.parked_documents,
        )

    def _popups(self) -> PopupCounts:
        def count(state: PromptState) -> int:
            return self._metrics.counted("popups", state=state)

        return PopupCounts(
            raised=count(PromptState.OFFERED),
            shown=count(PromptState.SHOWN),
            left=count(PromptState.LEFT),
            reported=count(PromptState.REPORTED),
            expired=count(PromptState.EXPIRED),
        )


def _parked(parked: Parked) -> tuple[ParkedRecord, ...]:
    """A document nobody could read cannot be sent again: only a person can do something about it."""
    sales = [
        ParkedRecord(id=row.id, kind="sale", at=row.close.at if row.close else None, why=row.refusal, can_retry=True)
        for row in parked.sales
    ]
    refunds = [
        ParkedRecord(id=row.id, kind="refund", at=row.at, why=row.refusal, can_retry=True) for row in parked.refunds
    ]
    documents = [
        ParkedRecord(id=row.id, kind="document", at=row.at, why=row.reason, can_retry=False)
        for row in parked.documents
    ]
    return (*sales, *refunds, *documents)


_conforms: type[StatusDesk] = StatusView
