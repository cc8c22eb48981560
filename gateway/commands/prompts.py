"""`pos-gateway prompts test`: which rules would speak to a customer now, and why the others would not."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from gateway import bootstrap, workbench
from gateway.clock import SystemClock
from gateway.commands.attached import DEFAULT, Config, Json
from gateway.config_file import ConfigFile
from gateway.domain.customer import Customer, CustomerKey, KeyKind
from gateway.domain.deadline import Deadline
from gateway.domain.prompt_rule import PromptRule, Scene
from gateway.domain.receipt import RegisterRef
from gateway.errors import ConfigError, LoyaltyError, TemplateError
from gateway.services.popups.buyers import Buyers
from gateway.slips.lines import line

app = typer.Typer(help="Правила подсказок и всплывающих окон.", no_args_is_help=True)

PATIENCE = 10.0
"""Seconds for the loyalty server: a person waits, no register."""

MISSING = {
    "segment": "покупатель не в сегменте",
    "levels": "другой уровень",
    "birthday_within_days": "день рождения не близко или неизвестен",
    "without_favourite_category": "любимая категория выбрана или неизвестна",
    "points_expire_within_days": "баллы ещё не сгорают",
    "outlets": "другой магазин",
    "registers": "другая касса",
    "since": "ещё не началось",
    "until": "уже закончилось",
    "weekdays": "не тот день недели",
    "hours": "не те часы",
}


class Verdict(Struct, frozen=True, kw_only=True):
    """`fires`, with the text the cashier would read; or the conditions that do not hold, by their keys."""

    rule: str
    moment: str
    fires: bool
    text: str = ""
    misses: tuple[str, ...] = ()


@app.callback()
def main() -> None:
    """Правила подсказок и всплывающих окон."""


@app.command("test")
def tried(
    customer: Annotated[str, typer.Option(help="Телефон покупателя, как его вводит кассир.")],
    config: Config = DEFAULT,
    register: Annotated[str, typer.Option(help="Касса; по умолчанию первая в настройках.")] = "",
    at: Annotated[
        datetime | None, typer.Option(help="Будто сейчас это время магазина, например 2026-12-31T18:00:00.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Какие правила сработали бы для покупателя сейчас и почему молчат остальные. Ничего не меняет."""
    file = ConfigFile(config)
    bootstrap.check(file)
    scene = _scene(file, register, at)
    found = asyncio.run(_customer(file, CustomerKey(KeyKind.PHONE, workbench.phone_digits(customer)), scene.register))
    if found is None:
        typer.echo("Сервер лояльности не знает покупателя с этим телефоном.", err=True)
        raise typer.Exit(1)
    verdicts = [_verdict(row.rule(), found, scene) for row in file.settings.prompts]
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(verdicts) + b"\n")
    else:
        _print(verdicts, config)


def _scene(file: ConfigFile, register: str, at: datetime | None) -> Scene:
    """Raises `ConfigError` when there is no such register."""
    known = list(bootstrap.registers(file))
    chosen = next((ref for ref in known if not register or ref.register == register), None)
    if chosen is None:
        names = ", ".join(ref.register for ref in known)
        raise ConfigError(f"--register: нет кассы {register!r}; допустимо: {names}")
    zone = file.settings.outlet.zone
    now = SystemClock().now().astimezone(zone) if at is None else at.replace(tzinfo=zone)
    return Scene(register=chosen, at=now)


async def _customer(file: ConfigFile, key: CustomerKey, register: RegisterRef) -> Customer | None:
    """Raises `ConfigError`; the loyalty server's silence is said as one too: nothing else is asked here."""
    program = bootstrap.loyalty(file).program
    try:
        deadline = Deadline(SystemClock().monotonic() + PATIENCE)
        return await Buyers(program).with_segments("", key, register, deadline)  # of no sale
    except LoyaltyError as error:
        raise ConfigError(f"сервер лояльности не ответил: {error}; проверьте [loyalty] и сеть") from error
    finally:
        await program.close()


def _verdict(rule: PromptRule, customer: Customer, scene: Scene) -> Verdict:
    misses = rule.misses(customer, scene)
    text = "" if misses else _text(rule, customer)
    return Verdict(rule=rule.name, moment=rule.moment.value, fires=not misses, text=text, misses=misses)


def _text(rule: PromptRule, customer: Customer) -> str:
    try:
        return line(rule.text, customer)
    except TemplateError as error:
        return f"текст не получился: {error}"


def _print(verdicts: list[Verdict], config: Path) -> None:
    if not verdicts:
        typer.echo(f"{config}: правил [[prompts]] нет.")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("Правило", "Когда", "Сработает", "Текст или причина"):
        table.add_column(title, overflow="fold")
    for row in verdicts:
        why = "; ".join(f"{MISSING[key]} ({key})" for key in row.misses)
        table.add_row(row.rule, row.moment, "да" if row.fires else "нет", row.text or why)
    Console().print(table)
    typer.echo("Окно после продажи показывается покупателю один раз на каждое вхождение в сегмент.")
