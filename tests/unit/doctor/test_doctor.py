"""Doctor names what is wrong and what to do, in real folders, on real sockets."""

import asyncio
import json
import os
from pathlib import Path

import pytest
from shop import Shop, eventually, write_config
from typer.testing import CliRunner

from adapters.printers.simulator import Condition, SimulatedPrinter, on_tcp
from gateway.cli import app
from gateway.commands.doctor import examine
from gateway.config_file import ConfigFile
from gateway.doctor import files, machine, printers, reach, running, storing
from gateway.domain.check import Check, State

NOWHERE = "http://127.0.0.1:9"


def named(checks: list[Check], name: str) -> Check:
    return next(check for check in checks if check.name == name)


@pytest.fixture
def config(tmp_path: Path) -> ConfigFile:
    return ConfigFile(write_config(tmp_path, NOWHERE))


def test_a_broken_config_is_all_that_is_said(tmp_path: Path) -> None:
    path = write_config(tmp_path, NOWHERE, more="[sevrer]\n")
    loaded, check = files.load(path)
    assert loaded is None
    assert check.state is State.FAILED
    assert "sevrer" in check.said
    assert [row.name for row in asyncio.run(examine(path))] == ["config"]


def test_a_secret_that_others_can_read_is_said_with_the_command_that_mends_it(
    config: ConfigFile, tmp_path: Path
) -> None:
    key = tmp_path / "credentials" / "key"
    key.parent.mkdir()
    key.write_text("secret")
    key.chmod(0o640)
    assert files.credentials(config).do == f"chmod 600 {key}"
    key.chmod(0o600)
    assert files.credentials(config).state is State.OK


def test_a_disk_with_less_than_the_warning_is_said(tmp_path: Path) -> None:
    huge = write_config(tmp_path, NOWHERE, more="[keeping]\ndisk_warning_megabytes = 1000000000\n")
    assert machine.disk(tmp_path, ConfigFile(huge).settings).state is State.FAILED
    (tmp_path / "b").mkdir()
    small = write_config(tmp_path / "b", NOWHERE, more="[keeping]\ndisk_warning_megabytes = 1\n")
    assert machine.disk(tmp_path / "not yet", ConfigFile(small).settings).state is State.OK


async def test_a_store_that_never_was_is_no_failure(config: ConfigFile) -> None:
    assert named(await storing.checks(config), "store").state is State.WARNING


async def test_a_loyalty_server_that_is_away_is_said(config: ConfigFile) -> None:
    assert (await reach.loyalty(config)).state is State.FAILED


def with_printers(folder: Path, **keys: str) -> ConfigFile:
    more = "".join(f'[[printers]]\nname = "{name}"\n{rest}\n' for name, rest in keys.items())
    return ConfigFile(write_config(folder, NOWHERE, more=more))


async def test_each_printer_is_asked_how_it_is(tmp_path: Path) -> None:
    empty = SimulatedPrinter()
    empty.condition = Condition.PAPER_OUT
    async with on_tcp(SimulatedPrinter()) as ready, on_tcp(empty) as without_paper:
        config = with_printers(
            tmp_path,
            ready=f'kind = "network"\naddress = "{ready}"',
            empty=f'kind = "network"\naddress = "{without_paper}"',
            off='kind = "network"\naddress = "127.0.0.1:9"',
            unplugged=f'kind = "device_file"\npath = "{tmp_path}/lp0"',
            tried='kind = "memory"',
        )
        found = await printers.checks(config)
    assert [(check.name, str(check.state)) for check in found] == [
        ("printer ready", "ok"),
        ("printer empty", "failed"),
        ("printer off", "failed"),
        ("printer unplugged", "failed"),
        ("printer tried", "ok"),
    ]
    assert "бумага" in named(found, "printer empty").said


async def failed_printer(config: ConfigFile) -> Check | None:
    (check,) = await asyncio.to_thread(asyncio.run, printers.checks(config))
    return check if check.state is State.FAILED else None


async def test_while_the_gateway_runs_it_says_how_its_printers_are(tmp_path: Path) -> None:
    """Its own look, not a second connection: many printers serve one at a time."""
    empty = SimulatedPrinter()
    empty.condition = Condition.PAPER_OUT
    async with on_tcp(empty) as address:
        more = f'[[printers]]\nname = "front"\nkind = "network"\naddress = "{address}"\n'
        async with Shop(tmp_path, more=more) as shop:
            admin = shop.admin_url.removeprefix("http://")
            config = ConfigFile(tmp_path / "gateway.toml", {"server.admin": admin})
            check = await eventually(lambda: failed_printer(config))
    assert "кончилась бумага" in check.said
    assert "printers status front" in check.do


async def test_a_gateway_at_work_tells_who_asked_it_and_that_it_is_ready(tmp_path: Path) -> None:
    async with Shop(tmp_path) as shop:
        await shop.ask("client", {"client": {"mobilePhone": "+79115550123"}}, status=200)
        admin = shop.admin_url.removeprefix("http://")
        config = ConfigFile(tmp_path / "gateway.toml", {"server.admin": admin, "loyalty.url": shop.sandbox.url})
        checks = await asyncio.to_thread(running.checks, config)
        assert named(checks, "gateway").state is State.OK
        assert (await reach.loyalty(config)).state is State.OK
        assert named(await storing.checks(config), "store").state is State.OK


def test_a_port_that_somebody_else_has_is_said(tmp_path: Path) -> None:
    async def looked() -> Check:
        server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        config = ConfigFile(write_config(tmp_path, NOWHERE), {"server.listen": f"127.0.0.1:{port}"})
        try:
            return reach.ports(config, running=False)
        finally:
            server.close()

    assert asyncio.run(looked()).state is State.WARNING


def test_the_exit_code_and_the_json_say_the_same(tmp_path: Path) -> None:
    path = write_config(tmp_path, NOWHERE, more="[sevrer]\n")
    told = CliRunner().invoke(app, ["doctor", "--json", "-c", str(path)])
    assert told.exit_code == 1
    (check,) = json.loads(told.stdout)
    assert check["state"] == "failed"
    assert "sevrer" in check["said"]


@pytest.mark.skipif(os.geteuid() != 0, reason="the modes are root's to keep")
def test_no_check_leaves_a_file_behind(tmp_path: Path) -> None:
    machine.sync_time(tmp_path)
    assert list(tmp_path.iterdir()) == []
