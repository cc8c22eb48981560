"""The package on a bare Debian 12: self-contained, its files the administrator's to edit, gone when purged."""

import subprocess
from pathlib import Path

import pytest
from booted import inside

from gateway import __version__

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.nspawn, pytest.mark.timeout(600)]  # the first one builds the package

SALE_WITHOUT_SERVER = """
mkdir -p /run/lock
pos-gateway init --outlet MAG-1 --register KASSA-1 --sandbox >/dev/null
pos-gateway run & gateway=$!
for _ in $(seq 50); do pos-gateway trial && break; sleep 0.2; done
kill $gateway; wait $gateway || true
pos-gateway status
"""


def test_the_package_runs_on_debians_python_and_uvloop_and_knows_no_checkout(tree: Path) -> None:
    assert inside(tree, "pos-gateway version").strip() == __version__
    assert inside(tree, "readlink -f /usr/lib/pos-gateway/bin/python3").strip() == "/usr/bin/python3.11"
    inside(tree, "/usr/lib/pos-gateway/bin/python3 -c 'import uvloop'")
    assert inside(tree, f"grep -rlI {ROOT} /usr/lib/pos-gateway /usr/share/pos-gateway || true") == ""


def test_lintian_finds_no_error(lintian: "subprocess.Popen[str]") -> None:
    said, _ = lintian.communicate(timeout=120)
    assert lintian.returncode == 0, said


def test_the_units_are_enabled_and_wait_for_a_config(tree: Path) -> None:
    enabled = inside(tree, "systemctl is-enabled pos-gateway.service pos-gateway.socket").split()
    assert enabled == ["enabled", "enabled"]
    assert not (tree / "etc/pos-gateway/gateway.toml").exists()
    assert oct((tree / "etc/pos-gateway/credentials").stat().st_mode)[-3:] == "700"


NEWER = """
dpkg-deb -R /root/{deb} /root/newer
sed -i 's/^Version: .*/&+newer/' /root/newer/DEBIAN/control
for name in sale quote; do echo "newer $name" >> /root/newer/etc/pos-gateway/receipt_templates/$name.txt; done
dpkg-deb -Znone -b /root/newer /root/newer.deb
"""
"""A version in which two of the files an administrator may edit are others than before."""


def test_what_the_administrator_wrote_survives_an_upgrade_that_changes_it_too(tree: Path, deb: Path) -> None:
    """dpkg asks about a file that both have changed; Enter, or no terminal to ask at, keeps the administrator's."""
    inside(tree, "pos-gateway init --outlet MAG-1 --register KASSA-1 --sandbox >/dev/null")
    templates = tree / "etc/pos-gateway/receipt_templates"
    (templates / "sale.txt").write_text("наш чек\n", encoding="utf-8")
    config = (tree / "etc/pos-gateway/gateway.toml").read_text(encoding="utf-8")
    inside(tree, NEWER.format(deb=deb.name) + "echo | dpkg -i /root/newer.deb")
    assert inside(tree, "dpkg-query -W -f '${Version} ${Status}' pos-gateway").endswith("+newer install ok installed")
    assert (templates / "sale.txt").read_text(encoding="utf-8") == "наш чек\n"
    assert (templates / "sale.txt.dpkg-dist").read_text(encoding="utf-8").endswith("newer sale\n")
    assert (templates / "quote.txt").read_text(encoding="utf-8").endswith("newer quote\n")
    assert (tree / "etc/pos-gateway/gateway.toml").read_text(encoding="utf-8") == config
    assert inside(tree, "pos-gateway version").strip() == __version__


def test_a_purge_leaves_the_user_and_nothing_else(tree: Path) -> None:
    inside(tree, "pos-gateway init --outlet MAG-1 --register KASSA-1 --sandbox >/dev/null")
    inside(tree, "dpkg --purge pos-gateway")
    left = inside(tree, "find / -xdev -path /proc -prune -o -name '*pos-gateway*' -print")
    assert [path for path in left.split() if not path.startswith(("/root/", "/var/cache/apt/"))] == []
    assert "pos-gateway:" in (tree / "etc/passwd").read_text()  # policy: files of it may lie in a backup


def test_a_purge_keeps_sales_that_have_not_reached_the_server(tree: Path) -> None:
    assert "ждут отправки: 1" in inside(tree, SALE_WITHOUT_SERVER)
    inside(tree, "dpkg --purge pos-gateway")
    assert (tree / "var/lib/pos-gateway/gateway.sqlite").exists()
    assert not (tree / "etc/pos-gateway").exists()
