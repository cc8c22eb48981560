"""A gateway moves to another computer in one file, made while it takes sales."""

import asyncio
import sqlite3
import stat
import tarfile
import uuid
from pathlib import Path

import pytest
from shop import Shop, write_config
from till import cash, document, line
from typer.testing import CliRunner, Result

from gateway.bootstrap import build
from gateway.cli import app
from gateway.commands.attached import with_store
from gateway.config_file import ConfigFile
from gateway.errors import ConfigError, StoreError

NOWHERE = "http://127.0.0.1:9"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


async def a_running_shop_backed_up(folder: Path, archive: Path) -> None:
    """One sale that the loyalty server has not got, and a copy made while the gateway runs."""
    async with Shop(folder) as shop:
        await shop.faults(mode="error")
        sale = document("confirm", line(1, "5002", "100.00"), uid=str(uuid.uuid4()), payments=cash("100.00"))
        await shop.ask("document/", sale)
        told = run("backup", archive, "-c", folder / "gateway.toml")
        assert told.exit_code == 0, told.output


def other_computer(archive: Path, folder: Path, database: Path) -> Path:
    """The archive with the database at another place, as another computer has it."""
    inside = folder / "inside"
    with tarfile.open(archive) as tar:
        tar.extractall(inside, filter="data")
    config = inside / "gateway.toml"
    text = config.read_text(encoding="utf-8")
    old = next(row for row in text.splitlines() if row.startswith("path = "))
    config.write_text(text.replace(old, f'path = "{database}"'), encoding="utf-8")
    moved = folder / "moved.tar.gz"
    with tarfile.open(moved, "w:gz") as tar:
        for path in inside.iterdir():
            tar.add(path, path.name)
    return moved


async def test_what_waited_at_the_old_computer_waits_at_the_new_one(tmp_path: Path) -> None:
    old, new, archive = tmp_path / "old", tmp_path / "new", tmp_path / "all.tar.gz"
    old.mkdir()
    await a_running_shop_backed_up(old, archive)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    moved = other_computer(archive, tmp_path, new / "state/gateway.sqlite")
    told = run("restore", moved, "-c", new / "gateway.toml")
    assert told.exit_code == 0, told.output
    for name in ("access-key", "secret-key"):
        (new / name).write_text("key")
    counts = await asyncio.to_thread(with_store, new / "gateway.toml", lambda store: store.counts())
    assert counts.pending == 1


def test_a_restore_overwrites_nothing_unless_forced(tmp_path: Path) -> None:
    config = write_config(tmp_path, NOWHERE)
    _empty_store(config)
    archive = tmp_path / "all.tar.gz"
    assert run("backup", archive, "-c", config).exit_code == 0
    refused = run("restore", archive, "-c", config)
    assert isinstance(refused.exception, ConfigError)
    assert "--force" in str(refused.exception)
    assert run("restore", archive, "-c", config, "--force").exit_code == 0
    assert (tmp_path / "gateway.toml.old").exists()


def test_a_copy_of_a_newer_gateway_is_refused_with_what_to_do(tmp_path: Path) -> None:
    config = write_config(tmp_path, NOWHERE)
    _empty_store(config)
    with sqlite3.connect(tmp_path / "state/gateway.sqlite") as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    archive = tmp_path / "all.tar.gz"
    assert run("backup", archive, "-c", config).exit_code == 0
    refused = run("restore", archive, "-c", config, "--force")
    assert isinstance(refused.exception, StoreError)
    assert "более новой версией" in str(refused.exception)


@pytest.mark.parametrize("content", [b"", b"no archive at all"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.tar.gz").write_bytes(content)
    assert isinstance(run("restore", tmp_path / "x.tar.gz", "-c", tmp_path / "gateway.toml").exception, ConfigError)


def _empty_store(config: Path) -> None:
    async def started() -> None:
        gateway = await build(ConfigFile(config), lambda error: pytest.fail(str(error)))
        await gateway.close()

    asyncio.run(started())
