"""The configuration as typed values: one TOML file, strict, every key with a default that works."""

from datetime import date, timedelta
from typing import Any, Literal

from msgspec import Struct

from gateway.domain.prompt import Moment, PromptRule
from gateway.domain.texts import Language


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the file; an unknown key is an error."""


class Outlet(Section, frozen=True, kw_only=True):
    id: str


class Server(Section, frozen=True, kw_only=True):
    """`listen` is for registers and cashier pages, `admin` for monitoring; both `host:port`."""

    listen: str = "0.0.0.0:8090"
    admin: str = "127.0.0.1:9108"


class Register(Section, frozen=True, kw_only=True):
    """`id` as the register calls itself; `outlet` when it is not the gateway's own; `printer` by name.

    `slip_to`: on the register's own printer, on ours, or both.
    """

    kind: Literal["frontol"]
    id: str
    access_key_file: str
    outlet: str = ""
    printer: str = ""
    slip_to: Literal["register", "printer", "both"] = "both"


class Budgets(Section, frozen=True, kw_only=True):
    """Seconds a register waits for each kind of answer, at most. `delivery`: a call nobody waits for."""

    identify: float = 0.3
    quote: float = 0.3
    redeem: float = 0.6
    release: float = 0.3
    complete: float = 0.3
    refund: float = 0.3
    delivery: float = 4.0


class SaleTimes(Section, frozen=True, kw_only=True):
    request_life_seconds: float = 60
    release_after_seconds: float = 900
    first_try_seconds: float = 5
    parallel_deliveries: int = 4


class Popups(Section, frozen=True, kw_only=True):
    poll_after_close_seconds: float = 15
    poll_after_paid_seconds: float = 10
    poll_again_after_close_seconds: float = 45


class Prompt(Section, frozen=True, kw_only=True):
    """One rule; `text` may use `{{ customer.first_name }}` and the customer's other fields."""

    name: str
    text: str
    moment: Literal["identified", "after_sale"] = "after_sale"
    segment: str = ""
    birthday_within_days: int | None = None
    since: date | None = None
    until: date | None = None
    stays_seconds: float = 60
    window_seconds: float = 120
    action: str = "popup-shown"

    def rule(self) -> PromptRule:
        return PromptRule(
            name=self.name,
            text=self.text,
            moment=Moment(self.moment),
            segment=self.segment,
            birthday_within_days=self.birthday_within_days,
            since=self.since,
            until=self.until,
            stays=timedelta(seconds=self.stays_seconds),
            window=timedelta(seconds=self.window_seconds),
            action=self.action,
        )


class Templates(Section, frozen=True, kw_only=True):
    """`folder` with the shop's own slip templates; empty: the shipped ones."""

    folder: str = ""


class Log(Section, frozen=True, kw_only=True):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "readable"] = "json"


class Settings(Section, frozen=True, kw_only=True):
    """The whole file. `loyalty`, `store`, `frontol` and each of `printers` belong to the adapter they name."""

    outlet: Outlet
    registers: tuple[Register, ...]
    loyalty: dict[str, Any]
    language: Language = Language.RU
    server: Server = Server()
    store: dict[str, Any] = {}
    frontol: dict[str, Any] = {}
    budgets: Budgets = Budgets()
    sale: SaleTimes = SaleTimes()
    popups: Popups = Popups()
    prompts: tuple[Prompt, ...] = ()
    printers: tuple[dict[str, Any], ...] = ()
    templates: Templates = Templates()
    log: Log = Log()
