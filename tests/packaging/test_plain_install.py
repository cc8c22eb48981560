"""`scripts/install`, for those who cannot use the package: the same service out of a checkout."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from booted import boot, inside

pytestmark = [pytest.mark.nspawn, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
PACKAGED = "dpkg --purge --force-depends pos-gateway 2>/dev/null; rm -rf /etc/pos-gateway /var/lib/pos-gateway"
OFFLINE = "export PIP_NO_INDEX=1 PIP_FIND_LINKS=/root/wheels PIP_NO_CACHE_DIR=1 PIP_CONFIG_FILE=/dev/null"


def checkout(tree: Path) -> None:
    """What `git clone` brings, and the locked packages as an index would give them."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout  # noqa: S607 - git's
    for name in filter(None, names.decode().split("\0")):
        target = tree / "root/checkout" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    wheels = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "--only-binary=:all:",
    ]
    wheels += ["-d", str(tree / "root/wheels"), "-r", str(ROOT / "scripts/requirements/run.txt")]
    subprocess.run(wheels, check=True, timeout=300)  # noqa: S603 - fixed words


SERVICE = """
ip link set lo up
set -ex
pos-gateway init --outlet MAG-1 --register KASSA-1 --sandbox >/dev/null
systemctl start pos-gateway.socket pos-gateway.service
pos-gateway trial
cd /root/checkout
{offline}; scripts/install
systemctl is-active pos-gateway.service
pos-gateway trial
echo all is done
"""


def test_a_checkout_becomes_a_service_that_sells_and_is_upgraded_in_place(tree: Path) -> None:
    """With no loyalty server in sight: receipts are taken all the same."""
    checkout(tree)
    inside(tree, f"{PACKAGED}; apt-get install -y -qq python3-venv")
    inside(tree, f"{OFFLINE}; cd /root/checkout; scripts/install", seconds=300)
    assert "/opt/pos-gateway/bin" in (tree / "etc/systemd/system/pos-gateway.service").read_text()
    said = boot(tree, SERVICE.format(offline=OFFLINE), seconds=240)
    assert "all is done" in said, said
    assert said.count("закрытие чека: принято") == 2, said
