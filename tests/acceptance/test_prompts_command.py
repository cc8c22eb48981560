"""`pos-gateway prompts test`: which rules would speak to a customer now, and why the others would not."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from shop import SEED, write_config
from typer.testing import CliRunner

from adapters.loyalty.mindbox.sandbox import Sandbox
from gateway.cli import app

OLGA, MARIA = "+7 960 333-44-55", "79217654321"
FIELDS = 'favourite_category_field = "favouriteCategory"\npoints_expire_on_field = "pointsExpireOn"\n'
RULES = """
[[prompts]]
name = "category"
moment = "identified"
without_favourite_category = true
text = "{{ customer.first_name }}: предложите выбрать любимую категорию"
[[prompts]]
name = "expiring"
moment = "quoted"
points_expire_within_days = 7
text = "Баллы сгорают {{ customer.points_expire_on.strftime('%d.%m') if customer.points_expire_on else 'скоро' }}"
[[prompts]]
name = "evening"
weekdays = ["sat"]
hours = "18:00-21:00"
registers = ["KASSA-2"]
text = "Добрый вечер"
[[prompts]]
name = "elsewhere"
outlets = ["MAG-9"]
registers = ["KASSA-9"]
until = 2020-01-01
levels = ["Платина"]
text = "Никогда"
"""


@pytest.fixture
async def config(tmp_path: Path) -> AsyncIterator[Path]:
    async with Sandbox(seed_path=SEED) as sandbox:
        path = write_config(tmp_path, sandbox.url, more=RULES)
        path.write_text(path.read_text().replace("preset =", FIELDS + "preset ="))
        yield path


async def asked(config: Path, customer: str, *words: str) -> tuple[int, str]:
    typed = ["prompts", "test", "--customer", customer, "--config", str(config), *words]
    told = await asyncio.to_thread(CliRunner().invoke, app, typed)
    return told.exit_code, told.output or str(told.exception)


async def verdicts(config: Path, customer: str, *words: str) -> dict[str, Any]:
    code, said = await asked(config, customer, "--json", *words)
    assert code == 0, said
    return {row["rule"]: (row["fires"], row["text"] or row["misses"]) for row in json.loads(said)}


async def test_each_rule_says_what_it_would_say_or_which_of_its_conditions_do_not_hold(config: Path) -> None:
    found = await verdicts(config, OLGA, "--at", "2026-11-20T12:00:00")  # a Friday
    assert found["category"] == (True, "Ольга: предложите выбрать любимую категорию")
    assert found["silver-to-gold"] == (False, ["segment"])
    assert found["evening"] == (False, ["weekdays", "hours"])
    assert found["elsewhere"] == (False, ["levels", "outlets", "registers", "until"])
    assert (await verdicts(config, OLGA))["expiring"][0] is True
    assert (await verdicts(config, OLGA, "--at", "2026-11-21T18:00:00"))["evening"] == (True, "Добрый вечер")


async def test_another_customer_gets_other_reasons(config: Path) -> None:
    found = await verdicts(config, MARIA)
    assert found["category"] == (False, ["without_favourite_category"])
    assert found["expiring"] == (False, ["points_expire_within_days"])


async def test_a_phone_is_taken_as_a_cashier_spells_it(config: Path) -> None:
    assert await verdicts(config, "9217654321") == await verdicts(config, "8 (921) 765-43-21")


async def test_a_person_reads_the_reasons_in_words_beside_the_keys(config: Path) -> None:
    code, said = await asked(config, MARIA)
    words = " ".join(said.split())
    assert code == 0
    assert "category identified нет" in words
    assert "(without_favourite_category)" in words
    assert "один раз" in words


async def test_a_customer_nobody_knows_and_a_register_that_is_none_are_said(config: Path) -> None:
    assert await asked(config, "79990000000") == (1, "Сервер лояльности не знает покупателя с этим телефоном.\n")
    code, said = await asked(config, OLGA, "--register", "KASSA-9")
    assert (code, "--register: нет кассы 'KASSA-9'; допустимо: KASSA-2" in said) == (1, True)
