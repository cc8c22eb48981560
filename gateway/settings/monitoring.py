"""What the administrator hears without asking."""

from datetime import timedelta
from typing import Annotated, Literal

from msgspec import Meta

from gateway.domain.hours import hours
from gateway.services.alarms.looking import AlarmRules
from gateway.settings.section import Section

OpenHours = Annotated[
    str,
    Meta(
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00))?\Z",
        description='"ЧЧ:ММ-ЧЧ:ММ", например "09:00-21:00" или через полночь "20:00-04:00", или пусто',
    ),
]


Minutes = Annotated[float, Meta(gt=0, le=1440, description="минуты, больше 0 и не больше 1440 (сутки)")]


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
        return AlarmRules(
            loyalty_away=timedelta(minutes=self.loyalty_away_minutes),
            outbox_old=timedelta(minutes=self.outbox_old_minutes),
            printer=timedelta(minutes=self.printer_minutes),
            register_silent=timedelta(minutes=self.register_silent_minutes),
            open=hours(self.open_hours),
            disk_free=disk_free,
        )


class Log(Section, frozen=True, kw_only=True):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "readable"] = "json"
