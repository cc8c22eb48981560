"""The whole file of the configuration: one member a table."""

from typing import Any

from gateway.domain.texts import Language
from gateway.settings.loyalty import Budgets, LimitedMode, LoyaltyGuard
from gateway.settings.monitoring import Alarms, Log
from gateway.settings.paper import Printing, Templates
from gateway.settings.people import Codes, Enrolment, Identifying
from gateway.settings.places import Outlet, Register, Server
from gateway.settings.popups import Popups, Prompt
from gateway.settings.sales import Keeping, SaleTimes
from gateway.settings.section import Section


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
