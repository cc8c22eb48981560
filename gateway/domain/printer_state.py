"""How a slip printer is, for whoever looks after it."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from gateway.domain.print_outcome import Trouble
from gateway.domain.receipt import RegisterRef


class LastJob(Struct, frozen=True, kw_only=True):
    """What a printer was given last, and what became of it: done, sent, unknown, blocked or expired."""

    document: str
    outcome: str
    at: datetime


class PrinterState(Struct, frozen=True, kw_only=True):
    """`trouble` since `since`, as it was at `seen` (None: nobody has looked yet); `hint` says what to do about it.

    `waiting` jobs print by themselves; of `unknown` ones a person says whether they are on paper; `unprinted` ones
    surely are not. `last` is None until something has been printed since the start.
    """

    name: str
    registers: tuple[RegisterRef, ...]
    columns: int
    trouble: Trouble = Trouble.NONE
    since: datetime | None = None
    seen: datetime | None = None
    waiting: int = 0
    unknown: int = 0
    unprinted: int = 0
    last: LastJob | None = None

    @property
    def hint(self) -> str:
        """What to do, in one sentence; empty while all is well."""
        return HINTS[self.trouble]


HINTS: Mapping[Trouble, str] = {
    Trouble.NONE: "",
    Trouble.OFFLINE: "принтер недоступен: проверьте питание, кабель и адрес в настройках",
    Trouble.SILENT: 'принтер молчит: проверьте, готов ли он; если отвечать он не умеет, укажите confirm = "none"',
    Trouble.PAPER_OUT: "кончилась бумага: вставьте рулон, печать продолжится сама",
    Trouble.COVER_OPEN: "открыта крышка: закройте, печать продолжится сама",
    Trouble.FAULT: "неисправность принтера: проверьте отрезчик, выключите и включите принтер",
    Trouble.BUSY: "принтер занят другой работой",
    Trouble.TIMEOUT: "принтер перестал принимать данные: проверьте его",
    Trouble.BROKEN_OFF: "связь с принтером оборвалась: проверьте кабель",
}
