"""`pos-gateway reconcile`: a register's own report held against what the gateway was told."""

import asyncio
import sys
from datetime import date as Date  # noqa: N812 - `date` is what the option is called
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from gateway import bootstrap
from gateway.clock import SystemClock
from gateway.commands.attached import DEFAULT, Config, Json, attached_store
from gateway.config_file import ConfigFile
from gateway.domain.sale_record import Terms
from gateway.domain.till_report import Difference, DifferenceKind, Reconciled
from gateway.services.reconciling import Reconciling
from gateway.services.records import Records
from gateway.state.reconciled import ReconciledFile

app = typer.Typer(help="Сверка с отчётом кассы: чеки, о которых шлюз не узнал.", no_args_is_help=True)

YESTERDAY, TODAY = "yesterday", "today"
KINDS = {
    DifferenceKind.MISSING: "шлюз не знал, есть карта",
    DifferenceKind.ANONYMOUS: "шлюз не знал, карты нет",
    DifferenceKind.TOTAL: "сумма другая",
    DifferenceKind.UNCERTAIN: "решать человеку",
    DifferenceKind.REFUND: "возврат, шлюз не знал",
    DifferenceKind.UNREPORTED: "нет в отчёте кассы",
}
Day = Annotated[str, typer.Option("--date", help="День: 2026-11-20, today или yesterday.")]


@app.command()
def frontol(
    date: Day = YESTERDAY,
    file: Annotated[Path | None, typer.Option(help="Готовый отчёт вместо запроса к Frontol.")] = None,
    config: Config = DEFAULT,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Только показать, ничего не отправлять.")] = False,
    json: Json = False,
) -> None:
    """Запросить у Frontol отчёт за день, сравнить и отправить недостающие чеки с картой.

    Берутся только смены, закрытые не меньше часа назад. Смена могла начаться до полуночи, поэтому запрашивается и
    предыдущий день. Повторный запуск ничего не отправит второй раз.
    """
    found = asyncio.run(_reconcile(ConfigFile(config), date, file, send=not dry_run))
    if json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
        return
    _print(found, dry_run=dry_run)


async def _reconcile(config: ConfigFile, date: str, file: Path | None, *, send: bool) -> Reconciled:
    clock = SystemClock()
    source = bootstrap.till_report(config)
    with _bar() as bar:
        task = bar.add_task("жду отчёт от Frontol", total=None)
        report = source.given(file) if file else source.asked(_day(date, clock.now()), lambda: bar.advance(task, 0))
        bar.update(task, description="сверяю строки отчёта", total=report.lines)
        async with attached_store(config.path) as store:
            reconciling = Reconciling(Records(store, clock, Terms()), source.settle)
            found = await reconciling.reconcile(
                report, send=send, line=lambda number: bar.update(task, completed=number)
            )
    if send:
        report.mark()
        ReconciledFile(bootstrap.state_folder(bootstrap.store_settings(config))).keep(clock.now(), found)
    return found


def _day(text: str, now: datetime) -> Date:
    today = now.astimezone().date()
    named = {TODAY: today, YESTERDAY: today - timedelta(days=1)}
    try:
        return named.get(text) or Date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("нужен день вида 2026-11-20, today или yesterday", param_hint="--date") from None


def _bar() -> Progress:
    """On the error stream: what is printed may be read by a program."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _print(found: Reconciled, *, dry_run: bool) -> None:
    would = "нужно отправить" if dry_run else "отправлено"
    count = sum(row.kind is DifferenceKind.MISSING for row in found.differences) if dry_run else found.sent
    typer.echo(f"Чеков в закрытых сменах: {found.receipts}, совпало: {found.agreed}, {would}: {count}.")
    if found.differences:
        Console().print(_table(found.differences))
    for row in found.unread:
        typer.echo(f"строка {row.line}: {row.reason}", err=True)


def _table(differences: tuple[Difference, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("Касса", "Смена", "Чек", "Когда", "В отчёте", "У шлюза", "Что", "Почему"):
        table.add_column(title, overflow="fold")
    for row in differences:
        when = row.at.astimezone().strftime("%d.%m %H:%M") if row.at else ""
        told = "" if row.told is None else str(row.told)
        what = KINDS[row.kind]
        table.add_row(row.register.register, row.shift, row.number, when, str(row.total), told, what, row.why)
    return table
