"""A trial sale against a real gateway: what the administrator reads, and what a script learns by its exit code."""

import asyncio
from pathlib import Path

import pytest
from shop import Shop
from typer.testing import CliRunner, Result

from gateway.cli import app


async def tried(shop: Shop, *more: str) -> Result:
    """As typed on the store's computer; the config names the port that was taken."""
    text = (shop.folder / "gateway.toml").read_text(encoding="utf-8")
    path = shop.folder / "typed.toml"
    listen = shop.url.removeprefix("http://")
    path.write_text(text.replace('listen = "127.0.0.1:0"', f'listen = "{listen}"'), encoding="utf-8")
    return await asyncio.to_thread(CliRunner().invoke, app, ["trial", "-c", str(path), *more])


async def test_a_sale_that_goes_through_is_three_times_accepted(tmp_path: Path) -> None:
    async with Shop(tmp_path) as shop:
        told = await tried(shop)
    assert (told.exit_code, told.stdout.count("принято")) == (0, 3)


async def test_a_sale_that_is_refused_is_said_and_exits_with_1(tmp_path: Path) -> None:
    async with Shop(tmp_path) as shop:
        await shop.gateway.store.close()
        told = await tried(shop)
    assert (told.exit_code, told.stdout.count("принято")) == (1, 2)
    assert "закрытие чека: отказ: Чек не сохранён шлюзом" in told.stdout


@pytest.mark.parametrize("price", ["сто", "nan", "1e99", "0"])
def test_a_price_that_is_none_is_said_before_anything_is_asked(price: str) -> None:
    told = CliRunner().invoke(app, ["trial", "--price", price])
    assert told.exit_code == 2
    assert price in told.output
