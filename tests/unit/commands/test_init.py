"""Init writes a config that loads, with its comments, and secrets that nobody else can read."""

import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway import bootstrap
from gateway.cli import app
from gateway.config_file import ConfigFile
from gateway.errors import ConfigError

ANSWERS = ("--outlet", "MAG-7", "--register", "KASSA-1", "--register", "Касса 2", "--endpoint", "shop.Offline")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text("the-secret\n")
    return path


def init(folder: Path, *more: str, said: str | None = None) -> Result:
    return CliRunner().invoke(app, ["init", "--folder", str(folder), *more], input=said)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_options_alone_give_a_config_that_loads_with_all_comments(tmp_path: Path, key: Path) -> None:
    folder = tmp_path / "etc"
    told = init(
        folder, *ANSWERS, "--url", "http://127.0.0.1:9", "--key-file", str(key),
        "--printer", "desk=192.168.1.50:9100", "--printer", "usb=/dev/usb/lp0",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    config = ConfigFile(folder / "gateway.toml")
    bootstrap.check(config)
    assert [(row.id, row.printer) for row in config.settings.registers] == [("KASSA-1", "desk"), ("Касса 2", "desk")]
    assert config.settings.outlet.id == "MAG-7"
    assert config.settings.loyalty["url"] == "http://127.0.0.1:9"
    assert [row["name"] for row in config.settings.printers] == ["desk", "usb"]
    assert "#timezone" in (folder / "gateway.toml").read_text(encoding="utf-8")


def test_secrets_are_the_owners_alone_and_not_in_the_config(tmp_path: Path, key: Path) -> None:
    folder = tmp_path / "etc"
    told = init(folder, *ANSWERS, "--url", "http://127.0.0.1:9", "--key-file", str(key))
    credentials = folder / "credentials"
    assert mode(credentials) == 0o700
    assert {path.name: mode(path) for path in credentials.iterdir()} == {
        "mindbox-secret-key": 0o600,
        "frontol-access-key": 0o600,
        "screen-token": 0o600,
    }
    access_key = (credentials / "frontol-access-key").read_text().strip()
    assert access_key in told.output  # he types it into the register
    assert "the-secret" not in told.output + (folder / "gateway.toml").read_text(encoding="utf-8")


def test_questions_ask_for_what_no_option_said(tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    told = init(folder, said="MAG-1\nKASSA-1, KASSA-2\nKASSA-1C\nhttp://127.0.0.1:9\nshop.Offline\n\nthe-secret\n")
    assert told.exit_code == 0, told.output
    registers = ConfigFile(folder / "gateway.toml").settings.registers
    assert [(row.kind, row.id) for row in registers] == [
        ("frontol", "KASSA-1"), ("frontol", "KASSA-2"), ("onec_retail", "KASSA-1C"),
    ]  # fmt: skip


def test_an_existing_config_stays_unless_forced_and_then_beside_it(tmp_path: Path) -> None:
    assert init(tmp_path, *ANSWERS, "--sandbox").exit_code == 0
    old = (tmp_path / "gateway.toml").read_text(encoding="utf-8")
    refused = init(tmp_path, *ANSWERS, "--sandbox")
    assert isinstance(refused.exception, ConfigError)
    assert "--force" in str(refused.exception)
    first_key = (tmp_path / "credentials/frontol-access-key").read_text()
    assert init(tmp_path, "--outlet", "B", "--register", "K", "--sandbox", "--force").exit_code == 0
    assert (tmp_path / "gateway.toml.old").read_text(encoding="utf-8") == old
    assert (tmp_path / "credentials/frontol-access-key").read_text() == first_key  # the registers know it


def test_a_1c_register_gets_a_key_of_its_own_that_opens_its_popups_too(tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    told = init(folder, "--outlet", "A", "--onec-register", "K-1", "--onec-register", "K-2", "--sandbox")
    assert told.exit_code == 0, told.output
    config = ConfigFile(folder / "gateway.toml")
    bootstrap.check(config)
    assert [row.kind for row in config.settings.registers] == ["onec_retail"] * 2
    assert all(row.screen_token_file == row.access_key_file for row in config.settings.registers)
    keys = {(folder / "credentials" / row.access_key_file).read_text().strip() for row in config.settings.registers}
    assert len(keys) == 2
    assert all(key in told.output for key in keys)
    assert not (folder / "credentials/frontol-access-key").exists()


def keys_of_1c(folder: Path) -> dict[str, str]:
    config = ConfigFile(folder / "gateway.toml")
    bootstrap.check(config)
    return {row.id: config.secret(row.access_key_file, "") for row in config.settings.registers}


@pytest.mark.parametrize("named", ["onec-key-of-", "secrets/"], ids=["by id", "his own way"])
def test_a_1c_register_keeps_its_key_whoever_stands_before_it_now(tmp_path: Path, named: str) -> None:
    assert init(tmp_path, "--outlet", "A", "--onec-register", "1", "--onec-register", "2", "--sandbox").exit_code == 0
    path = tmp_path / "gateway.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("onec-key-of-", named), encoding="utf-8")
    for name in ("1", "2"):
        target = tmp_path / ("" if "/" in named else "credentials") / f"{named}{name}"
        target.parent.mkdir(exist_ok=True)
        (tmp_path / f"credentials/onec-key-of-{name}").rename(target)
    first = keys_of_1c(tmp_path)
    others = ("--onec-register", "Касса 1", "--onec-register", "2")
    again = init(tmp_path, "--outlet", "A", *others, "--sandbox", "--force")
    assert again.exit_code == 0, again.output
    second = keys_of_1c(tmp_path)
    assert second["2"] == first["2"]
    assert second["Касса 1"] not in first.values()


def test_no_register_at_all_is_refused(tmp_path: Path) -> None:
    refused = init(tmp_path, "--sandbox", said="A\n\n\n\n")
    assert "нужна хотя бы одна касса" in str(refused.exception)
