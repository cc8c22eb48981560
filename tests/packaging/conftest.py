"""One package and one bare Debian with it installed, for all tests of this folder."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from booted import TREE, fresh_tree, inside, with_network
from pages import typed

ROOT = Path(__file__).parents[2]
NEEDED = ("systemd-nspawn", "dpkg-deb", "strip", "lintian")


@pytest.fixture(scope="session")
def nspawn() -> None:
    """Skips with the reason; in CI a tool that is missing is a failure."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if not TREE.is_dir():
        missing.append(str(TREE))
    if os.geteuid() != 0:
        missing.append("root")
    if missing and not os.environ.get("CI"):
        pytest.skip(f"needs {', '.join(missing)}: scripts/install-test-tools")
    assert not missing


@pytest.fixture(scope="session")
def deb(nspawn: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of this checkout; POS_GATEWAY_DEB names one that was built before."""
    if given := os.environ.get("POS_GATEWAY_DEB"):
        return Path(given)
    out = tmp_path_factory.mktemp("deb")
    subprocess.run([ROOT / "scripts/build-deb", out], check=True, timeout=400)  # noqa: S603 - our own
    (package,) = out.glob("*.deb")
    return package


@pytest.fixture(scope="session")
def lintian(deb: Path) -> Iterator[subprocess.Popen[str]]:
    """At work on the package while the other tests use it."""
    command = ["lintian", "--fail-on", "error", "--suppress-tags", "dir-or-file-in-opt", str(deb)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - fixed words
        yield process


@pytest.fixture(scope="session")
def installed(deb: Path, lintian: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A bare Debian 12 in which the package was installed by the words of the install page, over the network from
    Debian's mirror: the base of `tree`, not to be written.
    """
    with fresh_tree(tmp_path_factory.mktemp("debian")) as root:
        (root / "root" / deb.name).write_bytes(deb.read_bytes())
        with_network(root)
        inside(root, f"cd /root\n{typed('en')[0]}")
        yield root


@pytest.fixture
def tree(installed: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of it for one test."""
    with fresh_tree(tmp_path, installed) as root:
        yield root
