"""A bare Debian 12 that boots for a test: an overlay over one debootstrapped tree, so that each test begins anew.

`scripts/install-test-tools` makes the tree once. systemd is really its first process (systemd-nspawn --boot), with a
network of its own: what is tried here is what happens on a store's computer.
"""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

TREE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "pos-gateway-tests" / "bookworm"

TARGET = """[Unit]
Requires=basic.target
Wants=trial.service
After=basic.target
AllowIsolate=yes
"""

# `SuccessAction=exit` hangs in a container without a registered machine; this ends it.
SERVICE = """[Unit]
Description=The test
After=basic.target dbus.service
Wants=dbus.service
[Service]
Type=oneshot
ExecStart=/bin/bash /trial/script
StandardOutput=file:/trial/said
StandardError=file:/trial/said
Environment=LANG=C.UTF-8 HOME=/root
ExecStopPost=/bin/systemctl poweroff --no-block
"""

# Device and address rules of units need a cgroup v2 hierarchy of the container's own, and the right to load BPF.
NSPAWN = (
    "umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && "
    "exec systemd-nspawn --quiet --directory={root} --boot --register=no --keep-unit --private-network "
    "--machine={name} --system-call-filter=bpf --capability=CAP_BPF,CAP_NET_ADMIN,CAP_PERFMON "
    "systemd.unit=trial.target </dev/null"
)


@contextlib.contextmanager
def fresh_tree(folder: Path, base: Path = TREE) -> Iterator[Path]:
    """The system `base` under a path of its own; what is written there is gone afterwards."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        layers = Path(name)
        _run("mount", "-t", "tmpfs", "tmpfs", name)
        try:
            for layer in ("upper", "work", "root"):
                (layers / layer).mkdir()
            options = f"lowerdir={base},upperdir={layers / 'upper'},workdir={layers / 'work'}"
            _run("mount", "-t", "overlay", "overlay", "-o", options, str(layers / "root"))
            try:
                yield layers / "root"
            finally:
                _run("umount", str(layers / "root"))
        finally:
            _run("umount", name)


def inside(root: Path, command: str, *, seconds: float = 120) -> str:
    """What a shell says in the tree that is not booted. Raises `AssertionError` when it fails."""
    run = subprocess.run(  # noqa: S603 - the test's own words
        ["chroot", str(root), "/bin/bash", "-ec", command],  # noqa: S607 - Debian's
        capture_output=True, text=True, timeout=seconds, check=False, env=_environment(),
    )  # fmt: skip
    assert run.returncode == 0, f"{command}\n{run.stdout}\n{run.stderr}"
    return run.stdout


def boot(root: Path, script: str, *, seconds: float = 60) -> str:
    """What `script` said, run by systemd in the booted tree; the verdict is the script's own words."""
    (root / "trial").mkdir()
    (root / "trial/script").write_text(script, encoding="utf-8")
    (root / "etc/systemd/system/trial.target").write_text(TARGET)
    (root / "etc/systemd/system/trial.service").write_text(SERVICE)
    (root / "etc/machine-id").write_text("")
    command = NSPAWN.format(root=root, name=f"pos-gateway-{os.getpid()}")
    private = ["unshare", "--mount", "--propagation", "private", "sh", "-c", command]
    subprocess.run(  # noqa: S603 - the test's own words
        ["timeout", str(seconds), *private],  # noqa: S607 - Debian's
        capture_output=True,
        check=False,
        timeout=seconds + 10,
    )
    said = root / "trial/said"
    return said.read_text(encoding="utf-8") if said.exists() else ""


def with_network(root: Path) -> None:
    """The tree that is not booted reaches what this computer reaches."""
    (root / "etc/resolv.conf").write_bytes(Path("/etc/resolv.conf").read_bytes())


def _environment() -> dict[str, str]:
    proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    return {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "DEBIAN_FRONTEND": "noninteractive",
        **proxies,
    }


def _run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603 - the test's own words
