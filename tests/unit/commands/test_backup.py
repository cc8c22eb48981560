"""A gateway moves to another computer in one file, made while it takes sales."""

import asyncio
import re
import shutil
import sqlite3
import stat
import tarfile
import uuid
from pathlib import Path

import pytest
from shop import ROOT, Shop, write_config
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
    assert stat.S_IMODE((new / "credentials").stat().st_mode) == 0o700
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
    for told in (run("backup", archive, "-c", config), run("restore", archive, "-c", config, "--force")):
        assert isinstance(told.exception, StoreError)
        assert "более новой версией" in str(told.exception)


@pytest.mark.parametrize("content", [b"", b"no archive at all"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.tar.gz").write_bytes(content)
    assert isinstance(run("restore", tmp_path / "x.tar.gz", "-c", tmp_path / "gateway.toml").exception, ConfigError)


def changed(config: Path, old: str, new: str) -> None:
    text = config.read_text(encoding="utf-8")
    assert old in text
    config.write_text(text.replace(old, new), encoding="utf-8")


def test_a_relative_database_is_put_beside_the_new_config(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    config = write_config(old, NOWHERE)
    changed(config, str(old / "state"), "state")
    _empty_store(config)
    assert run("backup", tmp_path / "all.tar.gz", "-c", config).exit_code == 0
    told = run("restore", tmp_path / "all.tar.gz", "-c", new / "gateway.toml")
    assert told.exit_code == 0, told.output
    assert (new / "state/gateway.sqlite").is_file()


def test_what_a_forced_restore_replaces_stays_whole_with_its_log(tmp_path: Path) -> None:
    config, database = write_config(tmp_path, NOWHERE), tmp_path / "state/gateway.sqlite"
    _empty_store(config)
    assert run("backup", tmp_path / "all.tar.gz", "-c", config).exit_code == 0
    with sqlite3.connect(database) as reader, sqlite3.connect(database) as writer:
        reader.execute("SELECT * FROM sqlite_master").fetchall()
        writer.execute("CREATE TABLE taken_since (id)")
        writer.commit()  # it stands in the log only, as after a power cut
        assert run("restore", tmp_path / "all.tar.gz", "-c", config, "--force").exit_code == 0
    reader.close()
    writer.close()
    with sqlite3.connect(tmp_path / "state/gateway.sqlite.old") as kept:
        assert kept.execute("SELECT count(*) FROM sqlite_master WHERE name = 'taken_since'").fetchone() == (1,)
    kept.close()
    assert not (tmp_path / "state/gateway.sqlite-wal").exists()


SOMEWHERE = """
[templates]
folder = "{}"
[mail]
server = "mail.example.org"
sender = "a@example.org"
recipients = ["a@example.org"]
user = "a"
password_file = "{}"
"""


@pytest.mark.parametrize(
    ("templates", "password"),
    [("tpl", "linked"), ("../tpl", "credentials/linked"), ("absolute", "secrets/linked")],
)
def test_every_file_that_the_config_names_moves_wherever_it_lay(
    tmp_path: Path, templates: str, password: str
) -> None:
    old, new = tmp_path / "old/etc", tmp_path / "new/etc"
    for folder in (old / "secrets", old / "credentials"):
        folder.mkdir(parents=True)
    where = str(tmp_path / "old/elsewhere") if templates == "absolute" else templates
    config = write_config(old, NOWHERE, more=SOMEWHERE.format(where, password))
    (tmp_path / "really").write_text("the-password")
    (old / password).symlink_to(tmp_path / "really")
    (old / where).mkdir()
    (old / where / "sale.txt").write_text("own slip")
    changed(config, str(old / "state"), "state")
    _empty_store(config)
    told = run("backup", tmp_path / "all.tar.gz", "-c", config)
    assert told.exit_code == 0, told.output
    shutil.rmtree(tmp_path / "old")
    told = run("restore", tmp_path / "all.tar.gz", "-c", new / "gateway.toml")
    assert ConfigFile(new / "gateway.toml").secret(password, "x") == "the-password"
    if templates == "tpl":
        assert told.exit_code == 0, told.output
        assert (new / "tpl/sale.txt").read_text() == "own slip"
    else:  # another folder than the config's is somebody else's
        assert told.exit_code == 1
        assert "Не восстановлено: шаблон sale.txt" in told.stderr
        assert "templates/sale.txt" in told.stderr


def test_a_secret_that_could_not_be_taken_is_named_then_and_at_the_restore(tmp_path: Path) -> None:
    config = write_config(tmp_path, NOWHERE)
    _empty_store(config)
    (tmp_path / "access-key").unlink()
    archive, new = tmp_path / "all.tar.gz", tmp_path / "new/gateway.toml"
    told = run("backup", archive, "-c", config)
    assert (told.exit_code, told.stderr) == (1, "Не сохранено: ключ access-key: такого файла нет\n")
    changed_database = other_computer(archive, tmp_path, tmp_path / "new/gateway.sqlite")
    told = run("restore", changed_database, "-c", new)
    assert told.exit_code == 1
    assert "Не восстановлено: ключ access-key: в архиве его нет; положите его в " in told.stderr
    assert (tmp_path / "new/gateway.sqlite").is_file()


def test_every_secret_of_the_shipped_config_stands_where_a_backup_looks_for_them() -> None:
    text = (ROOT / "config/gateway.toml").read_text(encoding="utf-8")
    table, found = "", set()
    for row in text.splitlines():
        table = row.strip("[]") if row.startswith("[") else table
        if re.match(r'#?\w+_file = "', row):
            found.add(table)
    assert found <= {"server", "registers", "store", "loyalty", "mail"}


def test_a_place_that_cannot_be_written_is_told_and_what_was_there_stays(tmp_path: Path) -> None:
    config = write_config(tmp_path, NOWHERE)
    _empty_store(config)
    archive = tmp_path / "all.tar.gz"
    assert run("backup", archive, "-c", config).exit_code == 0
    (tmp_path / "state/gateway.sqlite.new").mkdir()  # in the way of the new one
    told = run("restore", archive, "-c", config, "--force")
    assert isinstance(told.exception, ConfigError)
    assert "не записать" in str(told.exception)
    assert (tmp_path / "state/gateway.sqlite").is_file()


def test_an_archive_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    config = write_config(tmp_path, NOWHERE)
    _empty_store(config)
    archive = tmp_path / "all.tar.gz"
    run("backup", archive, "-c", config)
    archive.write_bytes(archive.read_bytes()[:3000])
    assert isinstance(run("restore", archive, "-c", tmp_path / "new.toml").exception, ConfigError)


def _empty_store(config: Path) -> None:
    async def started() -> None:
        gateway = await build(ConfigFile(config), lambda error: pytest.fail(str(error)))
        await gateway.close()

    asyncio.run(started())
