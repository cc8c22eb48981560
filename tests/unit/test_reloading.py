"""SIGHUP takes over rules and the log's level at once, all or nothing; a broken file leaves the old set."""

import json
import subprocess
import sys
from pathlib import Path

from builders import REGISTER, make_customer
from shop import ROOT, Shop, write_config
from structlog.testing import capture_logs

from gateway.config_file import ConfigFile
from gateway.domain.prompt_rule import Moment
from gateway.reloading import Reloading

RULE = """
[[prompts]]
name = "hello"
moment = "identified"
text = "Привет, {{ customer.first_name }}"
"""


async def reloaded(shop: Shop, more: str) -> bool:
    path = write_config(shop.folder, shop.sandbox.url, more=more)
    running = shop.gateway.core
    return await Reloading(path, {}, ConfigFile(path).settings, running).reload()


def prompts(shop: Shop) -> tuple[str, ...]:
    return shop.gateway.core.wording.prompts(Moment.IDENTIFIED, make_customer(first_name="Анна"), REGISTER)


async def test_a_new_rule_speaks_to_the_next_customer(tmp_path: Path) -> None:
    async with Shop(tmp_path) as shop:
        assert prompts(shop) == ()
        assert await reloaded(shop, RULE)
        assert prompts(shop) == ("Привет, Анна",)


async def test_a_broken_rule_is_refused_and_the_old_set_stays(tmp_path: Path) -> None:
    async with Shop(tmp_path, more=RULE) as shop:
        with capture_logs() as said:
            assert not await reloaded(shop, RULE.replace("}}", "}"))
        assert prompts(shop) == ("Привет, Анна",)
    (refused,) = (row for row in said if row["event"] == "reload_refused")
    assert "prompts[2].text" in refused["why"]
    assert str(tmp_path / "gateway.toml") in refused["why"]


LEVELS = """
import structlog
from gateway.observability.logs import configure, use_level
configure("info", readable=False)
log = structlog.get_logger("made before")
log.info("heard")
use_level("error")
log.info("not heard")
use_level("debug")
log.debug("heard again")
"""


def test_a_level_reaches_loggers_that_were_made_before() -> None:
    """In a process of its own: a process sets up its log once."""
    run = subprocess.run([sys.executable, "-c", LEVELS], cwd=ROOT, capture_output=True, check=True)  # noqa: S603 - ours
    assert [json.loads(row)["event"] for row in run.stderr.splitlines()] == ["heard", "heard again"]
