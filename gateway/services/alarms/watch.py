"""Looks every half minute, and tells what began and what is over, once each, whatever becomes of the process.

How this works. What was told is stored before the next look; a mail that could not be sent is due at the next look
again. A crash between the mail and the storing sends it twice, never not at all. Nothing here waits on the way of
a sale: the mail leaves in a thread.
"""

from collections.abc import Callable, Mapping

import structlog

from gateway.domain.alarm import Alarm, Cause, News
from gateway.errors import MailError
from gateway.ports import AlarmBook, Clock, Mailer, Meter
from gateway.services.alarms.looking import Looking

log = structlog.get_logger()

EVERY = 30.0

TITLES = {
    Cause.LOYALTY_AWAY: "сервер лояльности недоступен",
    Cause.OUTBOX_OLD: "чеки не доходят до сервера лояльности",
    Cause.PARKED: "сервер лояльности отклонил чеки",
    Cause.STORE: "чеки не сохраняются",
    Cause.DISK: "на диске кончается место",
    Cause.PRINTER: "принтер слипов не печатает",
    Cause.POPUP_LATE: "отчёты об окнах опаздывают",
    Cause.REGISTER_SILENT: "касса молчит",
    Cause.NO_SCREEN: "окна показать некому",
}


class AlarmWatch:
    """`mailer` is None when nobody is to be mailed: then the causes are only logged and counted."""

    def __init__(
        self, looking: Looking, book: AlarmBook, mailer: Mailer | None, clock: Clock, meter: Meter, outlet: str
    ) -> None:
        self._looking = looking
        self._book = book
        self._mailer = mailer
        self._clock = clock
        self._meter = meter
        self._outlet = outlet
        self._alarms: dict[Cause, Alarm] = {cause: Alarm(cause=cause) for cause in Cause}
        self._alarms |= {alarm.cause: alarm for alarm in book.read()}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.look()
            await self._clock.sleep(EVERY)

    async def look(self) -> None:
        found = await self._looking.look()
        now = self._clock.now()
        self._change(lambda alarm: alarm.seen(found.get(alarm.cause, ""), now))
        for cause, alarm in self._alarms.items():
            self._meter.set("alarm", float(alarm.since is not None), cause=cause)
            if news := alarm.due(now):
                await self._tell(alarm, news)

    async def _tell(self, alarm: Alarm, news: News) -> None:
        log.warning("alarm", cause=str(alarm.cause), news=str(news), said=alarm.said)
        if self._mailer is not None:
            try:
                await self._mailer.send(self._subject(alarm, news), self._body(alarm, news))
            except MailError as error:
                log.warning("alarm_not_mailed", cause=str(alarm.cause), why=str(error))
                return
        told = alarm.told(news, self._clock.now())
        self._change(lambda one: told if one.cause is alarm.cause else one)

    def _change(self, to: Callable[[Alarm], Alarm]) -> None:
        """Stored only when something is different: most looks find nothing new."""
        changed: Mapping[Cause, Alarm] = {cause: to(alarm) for cause, alarm in self._alarms.items()}
        if changed == self._alarms:
            return
        self._alarms = dict(changed)
        try:
            self._book.keep(tuple(self._alarms.values()))
        except OSError as error:
            log.warning("alarms_not_stored", why=error.strerror)

    def _subject(self, alarm: Alarm, news: News) -> str:
        over = "прошло: " if news is News.OVER else ""
        return f"[{self._outlet}] {over}{TITLES[alarm.cause]}"

    def _body(self, alarm: Alarm, news: News) -> str:
        if news is News.OVER:
            began = f" Началось {alarm.told_since.astimezone():%d.%m %H:%M}." if alarm.told_since else ""
            return f"Магазин {self._outlet}: прошло: {TITLES[alarm.cause]}.{began}\n"
        return f"Магазин {self._outlet}: {alarm.said}.\n\nЧто делать: sudo pos-gateway doctor\n"
