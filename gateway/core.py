"""The services put together: what depends on whom. Knows ports and services, no adapter."""

from collections.abc import AsyncIterator, Callable, Coroutine
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gateway.domain.call import Operation
from gateway.domain.change import Change
from gateway.domain.deadline import Deadline
from gateway.domain.hours import hours
from gateway.domain.prompt_rule import PromptRule
from gateway.domain.sale_events import DeliverySent, Step
from gateway.domain.sale_record import Profile, Sale, Terms
from gateway.domain.work import Lane, Work, WorkKind
from gateway.people import People, build_people
from gateway.ports import Clock, LoyaltyProgram, Meter, Participants, Store
from gateway.services.checkout import CheckoutDesk
from gateway.services.clock_jumps import ClockJumps
from gateway.services.closing import Closing
from gateway.services.delivery import Delivering
from gateway.services.first_try import FirstTry
from gateway.services.guard.breaker import NEVER
from gateway.services.guard.front import FrontProgram
from gateway.services.guard.guarded import GuardedProgram
from gateway.services.housekeeping import Housekeeping, Keeping
from gateway.services.limited_mode import LimitedMode
from gateway.services.loop_lag import LoopLag
from gateway.services.open_receipts import OpenReceipts
from gateway.services.outbox import LONGEST_WAIT, Handler, Later, Outbox
from gateway.services.paper import Paper, paper
from gateway.services.popups import Popups, PopupTerms, ScreenRules, popups_after_sales
from gateway.services.printing import Printers
from gateway.services.quoting import Quoting
from gateway.services.records import Records
from gateway.services.redeeming import Redeeming
from gateway.services.refunding import Refunding
from gateway.services.releasing import Releasing
from gateway.services.returning import Returning
from gateway.services.side_jobs import Job, kept_on
from gateway.services.slips import Slips
from gateway.services.telling import Telling
from gateway.services.till_clocks import TillClocks
from gateway.services.wording import Wording
from gateway.settings import Settings
from gateway.slips.lines import line
from gateway.slips.templates import Templates
from gateway.slips.watch import TemplateWatch

EVERY_SLIP = frozenset({"customer", "quote", "sale", "refund"})
"""The answers that carry a slip; each is rendered only where a register or a printer of ours prints it."""


class Loyalty(Struct, frozen=True, kw_only=True):
    """A loyalty server: its programme, and its people."""

    program: LoyaltyProgram
    participants: Participants


class Core(Struct, frozen=True, kw_only=True):
    """What registers and screens ask, and what runs behind them."""

    checkout: CheckoutDesk
    people: People
    popups: Popups
    outbox: Outbox
    paper: Paper
    guard: GuardedProgram
    popup_guard: GuardedProgram
    limited: LimitedMode
    loop_lag: LoopLag
    clock_jumps: ClockJumps
    housekeeping: Housekeeping
    template_watch: TemplateWatch
    program: LoyaltyProgram
    wording: Wording
    clock: Clock

    def use(self, rules: tuple[PromptRule, ...]) -> None:
        """From now on, while registers are served."""
        self.wording.use(rules)
        self.popups.polling.use(rules)

    async def close(self) -> None:
        """Let go of the loyalty server; nothing is sent any more."""
        await self.people.codes.close()
        await self.popup_guard.close()
        await self.guard.close()
        await self.program.close()

    def jobs(self) -> list[Coroutine[Any, Any, None]]:
        """What has to run for ever. A lane that ends, ends the process: sales depend on it."""
        lanes = (self.outbox.run(lane) for lane in Lane)
        return [*lanes, *self.aside(*self.paper.jobs(), *self._watches())]

    def aside(self, *jobs: Job) -> list[Coroutine[Any, Any, None]]:
        """Run so that none of them can end the process."""
        return [kept_on(job, self.clock) for job in jobs]

    def _watches(self) -> tuple[Job, ...]:
        return (
            self.limited.watch,
            self.loop_lag.watch,
            self.housekeeping.run,
            self.template_watch.run,
            self.clock_jumps.watch,
        )


def build_core(
    settings: Settings,
    loyalty: Loyalty,
    store: Store,
    printers: Printers,
    clock: Clock,
    meter: Meter,
    templates: Templates,
    keep_switch: Callable[[datetime | None], None] = lambda _since: None,
    switched: datetime | None = None,
    printed: AbstractSet[str] = EVERY_SLIP,
) -> Core:
    """`printed`: slips anybody prints. `switched`: since when limited mode is on by hand; `keep_switch` stores it."""
    limited = LimitedMode(clock, meter, _longest(settings), keep_switch, switched)
    guard, popup_guard = _guards(settings, loyalty.program, clock, meter, limited)
    front = FrontProgram(guard, lambda: limited.is_manual)
    rules = tuple(row.rule() for row in settings.prompts)
    slips = Slips(templates, clock, settings.outlet.zone, printed, settings.templates.birthday_within_days)
    wording = Wording(settings.language, line, rules, slips, settings.popups.at_once)
    records = _records(settings, loyalty.program.profile, store, clock, limited)
    receipts, telling, clocks = OpenReceipts(), Telling(guard), TillClocks(clock, settings.outlet.zone, meter)
    outbox = Outbox(records, meter, settings.sale.parallel_deliveries)
    papers = paper(printers, records, slips, meter, settings.printing.terms())
    popups = popups_after_sales(popup_guard, records, wording, meter, rules, _popup_terms(settings), limited.phrase)
    releasing = Releasing(guard, records, telling, receipts)
    delivering = Delivering(guard, records, telling, meter, _follow_up(popups, papers), papers.after_sale.delivered)
    returning = Returning(guard, records, telling, papers.side, meter)
    first_try = _first_try(clock, settings.budgets.delivery, guard, delivering, outbox)
    outbox.serve(_handlers(clock, settings.budgets.delivery, guard, delivering, releasing, returning, popups))
    server = loyalty.participants
    people = build_people(settings, front, server, limited, receipts, wording, papers.side, clock, meter)
    checkout = CheckoutDesk(
        people.identifying,
        Quoting(front, records, receipts, clocks, wording, meter),
        people.spending,
        Redeeming(front, records, receipts, telling, releasing, outbox, wording, front.may_hold),
        Closing(records, receipts, clocks, first_try, wording, papers.after_sale, meter),
        Refunding(records, papers.side, meter),
        popups.floor,
        lambda register: wording.say(news) if (news := limited.news_for(register)) else "",
        wording,
    )
    return Core(
        checkout=checkout,
        people=people,
        popups=popups,
        outbox=outbox,
        paper=papers,
        guard=guard,
        popup_guard=popup_guard,
        limited=limited,
        loop_lag=LoopLag(clock, meter),
        clock_jumps=ClockJumps(clock, store),
        template_watch=TemplateWatch(templates, clock, meter),
        housekeeping=Housekeeping(records, meter, _keeping(settings)),
        wording=wording,
        program=loyalty.program,
        clock=clock,
    )


def _records(settings: Settings, profile: Profile, store: Store, clock: Clock, limited: LimitedMode) -> Records:
    """Whoever stores anything tells limited mode whether it went well."""
    return Records(store, clock, _terms(settings, profile), lambda well: limited.store_answered(well=well))


def _follow_up(popups: Popups, papers: Paper) -> Callable[[Sale], Change]:
    """What a delivered sale leads to: a question for popups, coupons on paper."""
    return lambda sale: Change(work=popups.polling.after_delivery(sale), jobs=papers.after_sale.issued(sale))


def _longest(settings: Settings) -> timedelta:
    """How long limited mode may last before it is said."""
    return timedelta(seconds=settings.limited_mode.warn_after_seconds)


def _guards(
    settings: Settings, program: LoyaltyProgram, clock: Clock, meter: Meter, limited: LimitedMode
) -> tuple[GuardedProgram, GuardedProgram]:
    """The one for everybody, and one without a breaker for popups: they have two minutes of their own."""
    rules = settings.loyalty_guard.rules()
    own = replace(rules, breaker=NEVER)
    return (
        GuardedProgram(program, rules, clock, meter, limited.breaker_moved),
        GuardedProgram(program, own, clock, meter, lambda _kind, _state: None),
    )


def _handlers(
    clock: Clock,
    seconds: float,
    guard: GuardedProgram,
    delivering: Delivering,
    releasing: Releasing,
    returning: Returning,
    popups: Popups,
) -> dict[WorkKind, Handler]:
    """Who does which work; nobody waits for it, so each call has its own time-out of `seconds`."""

    def limit() -> Deadline:
        return Deadline(clock.monotonic() + seconds)

    async def deliver(work: Work) -> None:
        async with _turn(guard, work, Operation.SALE):
            await delivering.deliver(work.subject, limit())

    async def release(work: Work) -> None:
        async with _turn(guard, work, Operation.CANCEL):
            await releasing.release(work, limit())

    async def watch(work: Work) -> None:
        await releasing.watch(work.subject)

    async def refund(work: Work) -> None:
        async with _turn(guard, work, Operation.REFUND):
            await returning.deliver(work.subject, limit())

    async def poll(work: Work) -> None:
        await popups.polling.poll(work.subject, limit(), work.tries)

    async def report(work: Work) -> None:
        await popups.reporting.report(work, limit())

    return {
        WorkKind.DELIVER: deliver,
        WorkKind.RELEASE: release,
        WorkKind.WATCH: watch,
        WorkKind.REFUND: refund,
        WorkKind.POLL: poll,
        WorkKind.REPORT: report,
    }


def _first_try(
    clock: Clock, seconds: float, guard: GuardedProgram, delivering: Delivering, outbox: Outbox
) -> FirstTry:
    """As the outbox's own delivery, of a sale that need not be read: it was stored this moment."""

    async def attempt(sale: Sale) -> Sale:
        _require_rest_over(guard, Operation.SALE)
        return await delivering.deliver_closed(sale, Deadline(clock.monotonic() + seconds))

    def send(closed: Step) -> DeliverySent | None:
        may = guard.rest(Operation.SALE) <= 0 and not clock.lost()
        return delivering.first_send(closed) if may else None

    return FirstTry(outbox, attempt, send)


@asynccontextmanager
async def _turn(guard: GuardedProgram, work: Work, operation: Operation) -> AsyncIterator[None]:
    """When a call of this kind may be made. Raises `Later` while it would be refused; repeats wait their turn."""
    _require_rest_over(guard, operation)
    if work.tries == 0:
        yield
        return
    async with guard.retries.place():
        yield


def _require_rest_over(guard: GuardedProgram, operation: Operation) -> None:
    rest = guard.rest(operation)
    if rest > 0:
        raise Later(min(rest, LONGEST_WAIT))  # looking again costs nothing, and the server may be back earlier


def _terms(settings: Settings, profile: Profile) -> Terms:
    return Terms(
        request_life=timedelta(seconds=settings.sale.request_life_seconds),
        queue_life=timedelta(seconds=settings.sale.queue_life_seconds),
        release_after=timedelta(seconds=settings.sale.release_after_seconds),
        first_try=timedelta(seconds=settings.sale.first_try_seconds),
        profile=profile,
    )


def _keeping(settings: Settings) -> Keeping:
    return Keeping(
        personal=timedelta(days=settings.keeping.personal_days),
        outcomes=timedelta(days=settings.keeping.outcomes_days),
        refund_facts=timedelta(days=settings.keeping.refund_facts_days),
        disk_warning=settings.keeping.disk_warning_megabytes * 1024**2,
    )


def _screen_rules(settings: Settings) -> ScreenRules:
    return ScreenRules(
        missing_after=timedelta(seconds=settings.popups.screen_missing_after_seconds),
        open=hours(settings.outlet.opening_hours),
    )


def _popup_terms(settings: Settings) -> PopupTerms:
    return PopupTerms(
        after_close=timedelta(seconds=settings.popups.poll_after_close_seconds),
        after_paid=timedelta(seconds=settings.popups.poll_after_paid_seconds),
        again_after_close=timedelta(seconds=settings.popups.poll_again_after_close_seconds),
        at_once=settings.popups.at_once,
        screens=_screen_rules(settings),
    )
