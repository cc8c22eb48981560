"""`pos-gateway trial`: one sale as a register would make it, to see that everything is connected."""

import asyncio
from decimal import Decimal
from typing import Annotated

import typer

from gateway import workbench
from gateway.commands.attached import DEFAULT, Config
from gateway.config_file import ConfigFile

LOCAL = ("http://127.", "http://localhost", "http://[::1]")


def trial(
    config: Config = DEFAULT,
    register: Annotated[str, typer.Option(help="Касса; пусто — первая в настройках.")] = "",
    phone: Annotated[str, typer.Option(help="Телефон покупателя, как его вводит кассир.")] = "79115550123",
    sku: Annotated[str, typer.Option(help="Код товара.")] = "5002",
    price: Annotated[str, typer.Option(help="Цена.")] = "100.00",
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Не спрашивать.")] = False,
) -> None:
    """Пробная продажа: узнать покупателя, рассчитать чек, закрыть его; как это делает касса Frontol или 1С:Розница.

    На настоящем сервере лояльности остаётся настоящий чек: команда спросит, прежде чем послать его.
    """
    file = ConfigFile(config)
    real = not str(file.settings.loyalty.get("url", "")).startswith(LOCAL)
    if real and not yes:
        typer.confirm("Сервер лояльности настоящий: там появится чек. Продолжить?", abort=True)
    asyncio.run(_tell(file, register, phone, sku, Decimal(price)))


async def _tell(config: ConfigFile, register: str, phone: str, sku: str, price: Decimal) -> None:
    async for row in workbench.trial(config, register, phone, sku, price):
        typer.echo(row)
