"""Which causes hold now, each in words that name what to look at; no customer, no receipt."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta, tzinfo

from msgspec import Struct

from gateway.domain.alarm import Cause
from gateway.domain.hours import Hours
from gateway.domain.receipt import RegisterRef
from gateway.errors import StoreError
from gateway.ports import Clock, Counts, Store
from gateway.services.alarms.noticing import Noticing
from gateway.services.limited_mode import LimitedMode, Reason

MEGABYTE = 1024**2

TROUBLES = {
    "paper_out": "нет бумаги",
    "cover_open": "открыта крышка",
    "offline": "не отвечает",
    "silent": "не отвечает на вопросы",
    "fault": "сообщает об ошибке",
}


class AlarmRules(Struct, frozen=True, kw_only=True):
    """How long each cause may last before it is one. `open`: when a silent register is one; None: never."""

    loyalty_away: timedelta = timedelta(minutes=5)
    outbox_old: timedelta = timedelta(minutes=10)
    printer: timedelta = timedelta(minutes=2)
    popup_late: timedelta = timedelta(hours=1)
    register_silent: timedelta = timedelta(hours=1)
    open: Hours | None = None
    disk_free: int = 1024**3


class Looking:
    """`registers` are those that should ask; `zone` is the outlet's, None for the computer's own."""

    def __init__(
        self,
        rules: AlarmRules,
        store: Store,
        limited: LimitedMode,
        noticing: Noticing,
        clock: Clock,
        registers: Collection[RegisterRef],
        zone: tzinfo | None,
    ) -> None:
        self._rules = rules
        self._store = store
        self._limited = limited
        self._noticing = noticing
        self._clock = clock
        self._registers = registers
        self._zone = zone
        self._began = clock.now()

    async def look(self) -> dict[Cause, str]:
        """What is wrong, by cause; causes that do not hold are not in it."""
        now = self._clock.now()
        found = {
            Cause.LOYALTY_AWAY: self._loyalty(now),
            Cause.PRINTER: self._printers(now),
            Cause.POPUP_LATE: self._popups(now),
            Cause.REGISTER_SILENT: self._silent(now),
            Cause.NO_SCREEN: self._screens(),
            **await self._stored(now),
        }
        return {cause: said for cause, said in found.items() if said}

    async def _stored(self, now: datetime) -> Mapping[Cause, str]:
        if Reason.STORE in self._limited.state().since:
            return {Cause.STORE: "шлюз не может сохранять чеки: проверьте диск и базу"}
        try:
            counts, size = await self._store.counts(), await self._store.size()
        except StoreError as error:
            return {Cause.STORE: f"база недоступна: {error}"}
        return {
            Cause.OUTBOX_OLD: self._outbox(counts, now),
            Cause.PARKED: _parked(counts),
            Cause.DISK: self._disk(size.disk_free),
        }

    def _loyalty(self, now: datetime) -> str:
        since = self._limited.state().since.get(Reason.SERVER)
        if since is None or now - since < self._rules.loyalty_away:
            return ""
        return f"сервер лояльности не отвечает с {self._local(since)}; продажи идут, чеки копятся"

    def _outbox(self, counts: Counts, now: datetime) -> str:
        if counts.owed_since is None or now - counts.owed_since < self._rules.outbox_old:
            return ""
        return f"не доставлено {counts.pending}, старейшее ждёт с {self._local(counts.owed_since)}"

    def _disk(self, free: int | None) -> str:
        if free is None or free >= self._rules.disk_free:
            return ""
        return f"на диске с базой свободно {free // MEGABYTE} МБ; когда место кончится, чеки не будут приниматься"

    def _printers(self, now: datetime) -> str:
        lasting = (
            f"{name}: {TROUBLES.get(reason, reason)} с {self._local(since)}"
            for name, (reason, since) in sorted(self._noticing.troubled.items())
            if now - since >= self._rules.printer
        )
        return "; ".join(lasting)

    def _popups(self, now: datetime) -> str:
        late = self._noticing.late_report
        if late is None or now - late >= self._rules.popup_late:
            return ""
        return f"отчёт о показанном окне не дошёл вовремя ({self._local(late)}): покупатель не получит своё"

    def _screens(self) -> str:
        """Whoever noticed it has waited long enough, in opening hours only (`[popups]`, `outlet.opening_hours`)."""
        names = ", ".join(sorted(self._noticing.screenless))
        return f"у кассы {names} нет экрана для окон: откройте страницу кассира" if names else ""

    def _silent(self, now: datetime) -> str:
        """Counted from the opening: nobody asks at night."""
        opened = self._opened(now)
        if opened is None:
            return ""
        quiet = {ref: max(self._noticing.asked.get(ref, self._began), opened) for ref in self._registers}
        silent = [ref for ref, since in quiet.items() if now - since >= self._rules.register_silent]
        return "; ".join(f"касса {ref} молчит с {self._local(quiet[ref])}" for ref in silent)

    def _opened(self, now: datetime) -> datetime | None:
        """When the outlet opened, today or before midnight; None while it is closed."""
        hours, local = self._rules.open, now.astimezone(self._zone)
        if hours is None or not hours.include(local.time()):
            return None
        opened = local.replace(hour=hours.begins.hour, minute=hours.begins.minute, second=0, microsecond=0)
        return opened if opened <= local else opened - timedelta(days=1)

    def _local(self, at: datetime) -> str:
        return at.astimezone(self._zone).strftime("%d.%m %H:%M")


def _parked(counts: Counts) -> str:
    parts = (
        ("чеков", counts.parked_sales),
        ("возвратов", counts.parked_refunds),
        ("документов", counts.parked_documents),
    )
    told = ", ".join(f"{name} {count}" for name, count in parts if count)
    return f"сервер отказал окончательно: {told}; pos-gateway outbox list" if told else ""
