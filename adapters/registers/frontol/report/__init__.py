"""The till's own report: what Frontol's exchange service writes of every receipt. Settings and factory."""

from collections.abc import Callable
from datetime import date, timedelta, tzinfo
from pathlib import Path
from typing import Literal

from msgspec import Struct

from adapters.registers.frontol.report.folder import FrontolReport, ask
from adapters.registers.frontol.report.mapping import Goods, Reading
from adapters.registers.frontol.report.wire import LAYOUTS
from gateway.domain.customer import CustomerKey
from gateway.domain.receipt import RegisterRef
from gateway.errors import ConfigError, RegisterError

__all__ = ["FrontolReport", "ReportSettings", "ReportSource"]


class ReportSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `[frontol_report]`. `folder` is where Frontol's exchange task writes `report` and takes `request`.

    `tills`: the till's code in the report -> the register's id. `goods`: which of a good's codes the loyalty server
    knows. `settle_minutes`: how long a shift has to be closed before its receipts are compared.
    """

    folder: str
    report: str = "report.txt"
    request: str = "request.txt"
    tills: dict[str, str]
    version: Literal[5, 6] = 6
    encoding: Literal["auto", "cp1251", "utf-8", "utf-16"] = "auto"
    goods: Goods = "code"
    settle_minutes: float = 60
    wait_seconds: float = 120

    def __post_init__(self) -> None:
        """Raises `ConfigError`."""
        if not self.tills:
            raise ConfigError('frontol_report.tills: нужна хотя бы одна касса, пример: { "2" = "KASSA-2" }')
        if self.settle_minutes < 0 or self.wait_seconds <= 0:
            raise ConfigError("frontol_report: settle_minutes — от 0, wait_seconds — больше 0")


class ReportSource:
    """Where a chain's reports come from.

    `registers` by the till's code in the report; relative paths start at `folder`.
    """

    def __init__(
        self,
        settings: ReportSettings,
        registers: dict[str, RegisterRef],
        scanned: Callable[[str], CustomerKey],
        zone: tzinfo | None,
        folder: Path,
    ) -> None:
        self._settings = settings
        self._reading = Reading(
            layout=LAYOUTS[settings.version], goods=settings.goods, registers=registers, scanned=scanned
        )
        self._zone = zone
        self._folder = folder / settings.folder

    @property
    def settle(self) -> timedelta:
        return timedelta(minutes=self._settings.settle_minutes)

    def given(self, path: Path) -> FrontolReport:
        """Raises `RegisterError`."""
        encoding = "" if self._settings.encoding == "auto" else self._settings.encoding
        return FrontolReport(path, self._reading, self._zone, encoding)

    def asked(self, day: date, waited: Callable[[], None]) -> FrontolReport:
        """A fresh report of that day and the one before, when a shift that was closed after midnight may have begun.

        Waits for Frontol. Raises `RegisterError`.
        """
        report = self._folder / self._settings.report
        before = _stamp(report)
        request, began = self._folder / self._settings.request, day - timedelta(days=1)
        ask(request, began, day, self._settings.wait_seconds, waited)
        if _stamp(report) == before:
            raise RegisterError(f"Frontol забрал запрос, но отчёт {report} не обновил: проверьте задание обмена")
        return self.given(report)


def _stamp(path: Path) -> tuple[int, int] | None:
    """What changes when a file is written anew; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
