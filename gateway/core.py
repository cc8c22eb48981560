"""The services put together: what depends on whom. Knows ports and services, no adapter."""

from collections.abc import Coroutine, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct

from gateway.domain.change import Change
from gateway.domain.deadline import Deadline
from gateway.domain.receipt import RegisterRef
from gateway.domain.sale_record import Sale, Terms
from gateway.domain.work import Lane, Work, WorkKind
from gateway.ports import Clock, LoyaltyProgram, Meter, Printer, Store
from gateway.resources import shipped
from gateway.services.checkout import CheckoutDesk
from gateway.services.closing import Closing
from gateway.services.delivery import Delivering
from gateway.services.open_receipts import OpenReceipts
from gateway.services.outbox import Handler, Outbox
from gateway.services.printing import Printing
from gateway.services.prompting import PollTimes, Prompting
from gateway.services.quoting import Quoting
from gateway.services.records import Records
from gateway.services.redeeming import Redeeming
from gateway.services.refunding import Refunding
from gateway.services.releasing import Releasing
from gateway.services.returning import Returning
from gateway.services.telling import Telling
from gateway.services.till_clocks import TillClocks
from gateway.services.wording import Wording
from gateway.settings import Settings
from gateway.slips.lines import line
from gateway.slips.templates import Templates


class Core(Struct, frozen=True, kw_only=True):
    """What registers and screens ask, and what runs behind them."""

    checkout: CheckoutDesk
    prompting: Prompting
    outbox: Outbox
    printing: Printing

    def jobs(self) -> list[Coroutine[Any, Any, None]]:
        """What has to run for ever."""
        return [self.outbox.run(Lane.SALES), self.outbox.run(Lane.POPUPS), *self.printing.jobs()]


def build_core(
    settings: Settings,
    program: LoyaltyProgram,
    store: Store,
    printers: Mapping[RegisterRef, Printer],
    clock: Clock,
    meter: Meter,
    folder: Path,
) -> Core:
    """Raises `TemplateError` when a slip template is broken. `folder` is where relative paths start."""
    rules = tuple(row.rule() for row in settings.prompts)
    own = settings.templates.folder
    templates = Templates(folder / own if own else shipped("receipt_templates"))
    wording = Wording(settings.language, templates, line, clock, settings.outlet.zone, rules)
    records = Records(store, clock, _terms(settings))
    receipts, telling = OpenReceipts(), Telling(program)
    clocks = TillClocks(clock, settings.outlet.zone, meter)
    outbox = Outbox(records, meter, settings.sale.parallel_deliveries)
    printing = Printing(printers, records, wording, meter)
    prompting = Prompting(program, records, telling, wording, meter, rules, _poll_times(settings))
    releasing = Releasing(program, records, telling)

    def delivered(sale: Sale) -> Change:
        printing.after_delivery(sale)
        return Change(work=prompting.after_delivery(sale))

    delivering = Delivering(program, records, telling, meter, delivered)
    returning = Returning(program, records, telling, meter)
    outbox.serve(_handlers(clock, settings.budgets.delivery, delivering, releasing, returning, prompting))
    checkout = CheckoutDesk(
        Quoting(program, records, receipts, clocks, wording, meter),
        Redeeming(program, records, receipts, telling, releasing, outbox, wording),
        Closing(records, receipts, clocks, outbox, wording, meter),
        Refunding(records, wording, meter),
    )
    return Core(checkout=checkout, prompting=prompting, outbox=outbox, printing=printing)


def _handlers(
    clock: Clock,
    seconds: float,
    delivering: Delivering,
    releasing: Releasing,
    returning: Returning,
    prompting: Prompting,
) -> dict[WorkKind, Handler]:
    """Who does which work; nobody waits for it, so each call has its own time-out of `seconds`."""

    def limit() -> Deadline:
        return Deadline(clock.monotonic() + seconds)

    async def deliver(work: Work) -> None:
        await delivering.deliver(work.subject, limit())

    async def release(work: Work) -> None:
        await releasing.release(work, limit())

    async def watch(work: Work) -> None:
        await releasing.watch(work.subject)

    async def refund(work: Work) -> None:
        await returning.deliver(work.subject, limit())

    async def poll(work: Work) -> None:
        await prompting.poll(work.subject, limit())

    async def report(work: Work) -> None:
        await prompting.report(work, limit())

    return {
        WorkKind.DELIVER: deliver,
        WorkKind.RELEASE: release,
        WorkKind.WATCH: watch,
        WorkKind.REFUND: refund,
        WorkKind.POLL: poll,
        WorkKind.REPORT: report,
    }


def _terms(settings: Settings) -> Terms:
    return Terms(
        request_life=timedelta(seconds=settings.sale.request_life_seconds),
        release_after=timedelta(seconds=settings.sale.release_after_seconds),
        first_try=timedelta(seconds=settings.sale.first_try_seconds),
    )


def _poll_times(settings: Settings) -> PollTimes:
    return PollTimes(
        after_close=timedelta(seconds=settings.popups.poll_after_close_seconds),
        after_paid=timedelta(seconds=settings.popups.poll_after_paid_seconds),
        again_after_close=timedelta(seconds=settings.popups.poll_again_after_close_seconds),
    )
