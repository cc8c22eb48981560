"""`pos-gateway trial`: one sale as a register would make it, to see that everything is connected."""

import asyncio
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from gateway import workbench
from gateway.commands.attached import DEFAULT, Config
from gateway.config_file import ConfigFile
from gateway.domain.money import KOPECK

LOCAL = ("http://127.", "http://localhost", "http://[::1]")
PRICE = Decimal("100.00")


def roubles(text: object) -> Decimal:
    """What was typed, or the default. Raises `typer.BadParameter` for what is no price."""
    try:
        price = Decimal(str(text).replace(",", ".")).quantize(KOPECK)
        if price > 0:  # NaN cannot even be compared
            return price
    except InvalidOperation:
        pass
    raise typer.BadParameter(f"{text!r} — не цена; например 100.00")


def trial(
    config: Config = DEFAULT,
    register: Annotated[str, typer.Option(help="Касса; пусто — первая в настройках.")] = "",
    phone: Annotated[str, typer.Option(help="Телефон покупателя, как его вводит кассир.")] = "79115550123",
    sku: Annotated[str, typer.Option(help="Код товара.")] = "5002",
    price: Annotated[Decimal, typer.Option(parser=roubles, metavar="<str>", help="Цена.")] = PRICE,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Не спрашивать.")] = False,
) -> None:
    """Пробная продажа: узнать покупателя, рассчитать чек, закрыть его; как это делает касса Frontol или 1С:Розница.

    На настоящем сервере лояльности остаётся настоящий чек: команда спросит, прежде чем послать его. Код завершения 1,
    когда что-то не принято.
    """
    file = ConfigFile(config)
    real = not str(file.settings.loyalty.get("url", "")).startswith(LOCAL)
    if real and not yes:
        typer.confirm("Сервер лояльности настоящий: там появится чек. Продолжить?", abort=True)
    if not asyncio.run(_tell(file, register, phone, sku, price)):
        raise typer.Exit(1)


async def _tell(config: ConfigFile, register: str, phone: str, sku: str, price: Decimal) -> bool:
    """Whether all of it was accepted."""
    well = True
    async for row, accepted in workbench.trial(config, register, phone, sku, price):
        typer.echo(row)
        well = well and accepted
    return well
