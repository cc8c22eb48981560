"""Commands that ask the running gateway say what is wrong with the address they were given."""

from pathlib import Path

import pytest
from shop import write_config
from typer.testing import CliRunner

from gateway.cli import app
from gateway.errors import ConfigError


@pytest.mark.parametrize("where", ["127.0.0.1", "127.0.0.1:", "127.0..1:9108"])
def test_an_address_nobody_can_be_at_is_told_in_one_line(tmp_path: Path, where: str) -> None:
    config = write_config(tmp_path, "http://127.0.0.1:9")
    told = CliRunner().invoke(app, ["limited", "status", "-c", str(config), "--admin", where])
    assert isinstance(told.exception, ConfigError)
    assert "127.0" in str(told.exception)
