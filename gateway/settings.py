"""The configuration as typed values: one TOML file, strict, every key with a default that works."""

from datetime import date, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Meta

from gateway.domain.hours import hours
from gateway.domain.prompt_rule import Moment, PromptRule
from gateway.domain.texts import Language
from gateway.errors import ConfigError
from gateway.people_settings import Codes, Enrolment, Identifying
from gateway.section import (
    Address,
    Budget,
    CallTime,
    DayHours,
    Days,
    Duration,
    Identifier,
    Parallel,
    Positive,
    Priority,
    Section,
    Share,
    Text,
    Wait,
    Weekday,
    Window,
)
from gateway.services.alarms.looking import AlarmRules
from gateway.services.guard.breaker import BreakerRules
from gateway.services.guard.guarded import GuardRules
from gateway.services.guard.hedge import HedgeRules
from gateway.services.printing import PaperTerms

Minutes = Annotated[float, Meta(gt=0, le=1440, description="минуты, больше 0 и не больше 1440 (сутки)")]
OpenHours = Annotated[
    str,
    Meta(
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?\Z",
        description='"ЧЧ:ММ-ЧЧ:ММ", например "09:00-21:00", или пусто',
    ),
]


class Outlet(Section, frozen=True, kw_only=True):
    """`timezone` as in "Europe/Moscow"; empty: the computer's own.

    `clock` says whose time a live sale carries: this computer's ("gateway"), or ("auto") this computer's while the
    kernel says that it is kept by NTP, else the register's.
    """

    id: Text
    timezone: str = ""
    opening_hours: DayHours = ""
    clock: Literal["gateway", "auto"] = "gateway"

    @property
    def zone(self) -> ZoneInfo | None:
        """Raises `ConfigError` when there is no such zone."""
        try:
            return ZoneInfo(self.timezone) if self.timezone else None
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ConfigError(
                f"outlet.timezone: нет часового пояса {self.timezone!r}, пример: Europe/Moscow"
            ) from error


class Server(Section, frozen=True, kw_only=True):
    """`listen` is for registers and cashier pages, `admin` for monitoring; both `host:port`.

    `admin_token_file`: whoever is not on this computer may switch limited mode only with the secret in it; empty:
    only who is.
    """

    listen: Address = "0.0.0.0:8090"
    admin: Address = "127.0.0.1:9108"
    admin_token_file: str = ""


class Register(Section, frozen=True, kw_only=True):
    """`id` as the register calls itself; `outlet` when it is not the gateway's own; `printer` by name.

    `screen_token_file` holds the secret that its screens show; empty: only screens on this computer.
    `slip_to`: on the register's own printer, on ours, or both.
    """

    kind: Literal["frontol", "onec_retail"]
    id: Identifier
    access_key_file: Text
    outlet: str = ""
    printer: str = ""
    screen_token_file: str = ""
    slip_to: Literal["register", "printer", "both"] = "both"


class Budgets(Section, frozen=True, kw_only=True):
    """Seconds a register waits for each kind of answer, at most. `delivery`: a call nobody waits for.

    `code`: how long the sending of a code to a phone may take, `enrol`: each step of a registration.
    """

    identify: Budget = 0.3
    quote: Budget = 0.3
    redeem: Budget = 0.6
    release: Budget = 0.3
    complete: Budget = 0.3
    code: Budget = 3.0
    enrol: Budget = 3.0
    delivery: CallTime = 4.0


class LoyaltyGuard(Section, frozen=True, kw_only=True):
    """What stands between the registers and a loyalty server that is slow or away.

    A breaker per kind of operation: `failures_in_a_row`, or `failure_share` of at least `failure_calls` calls
    within `failure_window_seconds`, stop the calls for `rest_seconds`, twice as long after the second time, and so
    on up to `longest_rest_seconds`; then one call is a probe. A slow answer is no failure: only silence beyond
    `patience_seconds` is.

    `hedging`: a question (never a change) that takes unusually long is asked a second time, for at most
    `hedge_share` of the questions and baskets of up to `hedge_lines` lines. An answer that came too late for its
    receipt is kept for `late_answer_seconds`. `calls_in_flight`: calls under way at once, of them repeats of the
    outbox `retry_share`, but never fewer than `retry_least`.
    """

    failures_in_a_row: Positive = 5
    failure_share: Share = 0.5
    failure_calls: Positive = 20
    failure_window_seconds: Duration = 10
    rest_seconds: Duration = 30
    longest_rest_seconds: Duration = 300
    patience_seconds: CallTime = 2
    hedging: bool = True
    hedge_share: Share = 0.1
    hedge_lines: Positive = 50
    late_answer_seconds: Wait = 30
    calls_in_flight: Positive = 64
    retry_share: Share = 0.2
    retry_least: Parallel = 3

    def rules(self) -> GuardRules:
        return GuardRules(
            breaker=BreakerRules(
                in_a_row=self.failures_in_a_row,
                share=self.failure_share,
                calls=self.failure_calls,
                window=self.failure_window_seconds,
                opens_for=self.rest_seconds,
                opens_at_most=self.longest_rest_seconds,
            ),
            hedge=HedgeRules(enabled=self.hedging, share=self.hedge_share, lines=self.hedge_lines),
            patience=self.patience_seconds,
            kept_for=self.late_answer_seconds,
            in_flight=self.calls_in_flight,
            retry_share=self.retry_share,
            retry_least=self.retry_least,
        )


class LimitedMode(Section, frozen=True, kw_only=True):
    """`warn_after_seconds`: how long sales may go on without the loyalty programme before it is an error."""

    warn_after_seconds: Duration = 1800


class SaleTimes(Section, frozen=True, kw_only=True):
    request_life_seconds: Duration = 60
    queue_life_seconds: Duration = 60
    release_after_seconds: Duration = 900
    first_try_seconds: Duration = 5
    parallel_deliveries: Parallel = 4


class Popups(Section, frozen=True, kw_only=True):
    """`at_once`: how many prompts are said at once. A register in use whose screens have not asked for
    `screen_missing_after_seconds` in opening hours is alerted.
    """

    poll_after_close_seconds: Wait = 15
    poll_after_paid_seconds: Wait = 10
    poll_again_after_close_seconds: Wait = 45
    at_once: Parallel = 2
    screen_missing_after_seconds: Duration = 900


class Prompt(Section, frozen=True, kw_only=True):
    """One rule; its texts may use `{{ customer.first_name }}` and the customer's other fields."""

    name: Text
    text: Text
    title: str = ""
    moment: Literal["identified", "quoted", "after_sale"] = "after_sale"
    priority: Priority = 0
    segment: str = ""
    levels: tuple[Text, ...] = ()
    birthday_within_days: Days | None = None
    without_favourite_category: bool = False
    points_expire_within_days: Days | None = None
    outlets: tuple[Text, ...] = ()
    registers: tuple[Text, ...] = ()
    since: date | None = None
    until: date | None = None
    weekdays: tuple[Weekday, ...] = ()
    hours: DayHours = ""
    stays_seconds: Duration = 60
    window_seconds: Window = 120
    click_needed: bool = True
    seen_after_seconds: Duration = 5
    action: Text = "popup-shown"
    fields: dict[str, str] = {}  # noqa: RUF012 - msgspec copies it
    again_after_days: Days | None = None

    def __post_init__(self) -> None:
        """Raises `ValueError` for a rule that no day fits."""
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"since {self.since} позже, чем until {self.until}: правило никогда не сработает")

    def rule(self) -> PromptRule:
        return PromptRule(
            name=self.name,
            text=self.text,
            moment=Moment(self.moment),
            title=self.title,
            priority=self.priority,
            segment=self.segment,
            levels=self.levels,
            birthday_within_days=self.birthday_within_days,
            without_favourite_category=self.without_favourite_category,
            points_expire_within_days=self.points_expire_within_days,
            outlets=self.outlets,
            registers=self.registers,
            since=self.since,
            until=self.until,
            weekdays=self.weekdays,
            hours=hours(self.hours),
            stays=timedelta(seconds=self.stays_seconds),
            window=timedelta(seconds=self.window_seconds),
            click_needed=self.click_needed,
            seen_after=timedelta(seconds=self.seen_after_seconds),
            action=self.action,
            fields=self.fields,
            again_after=None if self.again_after_days is None else timedelta(days=self.again_after_days),
        )


class Templates(Section, frozen=True, kw_only=True):
    """`folder` with the shop's own slip templates, each in place of the shipped one of its name.

    A birthday greeting follows a sale when the birthday is no more than `birthday_within_days` away.
    """

    folder: str = ""
    birthday_within_days: Days = 0


class Printing(Section, frozen=True, kw_only=True):
    """`job_life_seconds`: how long a slip waits for a printer that does not print. What the loyalty server says of
    a receipt is printed until `late_texts_seconds` after it; a slip of ours waits `wait_for_texts_seconds` for that.
    """

    job_life_seconds: Duration = 180
    late_texts_seconds: Wait = 30
    wait_for_texts_seconds: Wait = 5

    def terms(self) -> PaperTerms:
        return PaperTerms(
            life=timedelta(seconds=self.job_life_seconds),
            worth=timedelta(seconds=self.late_texts_seconds),
            patience=timedelta(seconds=self.wait_for_texts_seconds),
        )


class Keeping(Section, frozen=True, kw_only=True):
    """Days. `personal`: how long a delivered sale keeps its customer; `outcomes`: how long a late repeat is known and
    what happened is told; `refund_facts`: how long goods may come back. Below `disk_warning_megabytes` of free space
    on the store's disk the log warns.
    """

    personal_days: Days = 7
    outcomes_days: Annotated[int, Meta(ge=35, le=3660, description="целое число дней от 35 до 3660")] = 35
    refund_facts_days: Annotated[int, Meta(ge=35, le=3660, description="целое число дней от 35 до 3660")] = 1095
    disk_warning_megabytes: Annotated[int, Meta(ge=1, description="целое число мегабайт от 1")] = 1024


class Alarms(Section, frozen=True, kw_only=True):
    """How long something lasts before the administrator is told. `open_hours` ("09:00-21:00"): when a register that
    is silent for `register_silent_minutes` is one of these; empty: never.
    """

    loyalty_away_minutes: Minutes = 5
    outbox_old_minutes: Minutes = 10
    printer_minutes: Minutes = 2
    register_silent_minutes: Minutes = 60
    open_hours: OpenHours = ""

    def rules(self, disk_free: int) -> AlarmRules:
        opens, _, closes = self.open_hours.partition("-")
        return AlarmRules(
            loyalty_away=timedelta(minutes=self.loyalty_away_minutes),
            outbox_old=timedelta(minutes=self.outbox_old_minutes),
            printer=timedelta(minutes=self.printer_minutes),
            register_silent=timedelta(minutes=self.register_silent_minutes),
            opens=time.fromisoformat(opens) if opens else None,
            closes=time.fromisoformat(closes) if closes else None,
            disk_free=disk_free,
        )


class Log(Section, frozen=True, kw_only=True):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "readable"] = "json"


class Settings(Section, frozen=True, kw_only=True):
    """The whole file. `loyalty`, `store`, `frontol`, `frontol_report`, `printers`, `mail` belong to adapters."""

    outlet: Outlet
    registers: tuple[Register, ...]
    loyalty: dict[str, Any]
    language: Language = Language.RU
    server: Server = Server()
    store: dict[str, Any] = {}  # noqa: RUF012 - msgspec gives each its own
    frontol: dict[str, Any] = {}  # noqa: RUF012 - as above
    frontol_report: dict[str, Any] = {}  # noqa: RUF012 - as above
    onec_retail: dict[str, Any] = {}  # noqa: RUF012 - as above
    budgets: Budgets = Budgets()
    identification: Identifying = Identifying()
    codes: Codes = Codes()
    enrolment: Enrolment = Enrolment()
    loyalty_guard: LoyaltyGuard = LoyaltyGuard()
    limited_mode: LimitedMode = LimitedMode()
    sale: SaleTimes = SaleTimes()
    popups: Popups = Popups()
    prompts: tuple[Prompt, ...] = ()
    printers: tuple[dict[str, Any], ...] = ()
    printing: Printing = Printing()
    templates: Templates = Templates()
    keeping: Keeping = Keeping()
    mail: dict[str, Any] = {}  # noqa: RUF012 - as above
    alarms: Alarms = Alarms()
    log: Log = Log()
