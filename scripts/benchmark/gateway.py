"""The gateway as it is shipped: its own command, a config file, SQLite on disk, the JSON log in a file."""

import contextlib
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from benchmark.cores import CANDIDATE
from benchmark.processes import Server, ask, free_port, started, wait_until
from benchmark.traffic import ACCESS_KEY

COMMAND = str(Path(sys.executable).with_name("pos-gateway"))

HEAD = """
[outlet]
id = "MAG-1"
[server]
listen = "127.0.0.1:{port}"
admin = "127.0.0.1:{admin}"
[store]
kind = "sqlite"
path = "{folder}/state/gateway.sqlite"
[loyalty]
kind = "mindbox"
url = "{loyalty}"
endpoint = "Demo.Offline"
secret_key_file = "secret-key"
"""

REGISTER = """
[[registers]]
kind = "frontol"
id = "KASSA-{number}"
access_key_file = "access-key"
"""


class Gateway(Server):
    """`admin` is the base URL for monitoring, `folder` where its store and its log lie."""

    def __init__(self, server: Server, admin: int, folder: Path) -> None:
        super().__init__(server._process, server.port)  # noqa: SLF001 - the same process with more known about it
        self.admin = f"http://127.0.0.1:{admin}"
        self.folder = folder

    def metrics(self) -> dict[str, float]:
        rows = (row.rsplit(" ", 1) for row in ask(f"{self.admin}/metrics").decode().splitlines() if row[:1] != "#")
        return {name: float(value) for name, value in rows}

    def settle(self, seconds: float = 30) -> None:
        """Wait until the outbox is empty, so that one round's deliveries do not fall into the next."""
        wait_until(lambda: self.metrics()["pos_gateway_outbox_pending"] == 0, "the outbox", seconds)


@contextlib.contextmanager
def gateway(loyalty: str, *, registers: int = 1, more: str = "") -> Iterator[Gateway]:
    """A fresh one with an empty store, ready to serve."""
    with tempfile.TemporaryDirectory(prefix="pos-gateway-bench-") as name:
        folder, port, admin = Path(name), free_port(), free_port()
        config = write_config(folder, loyalty, port, admin, registers, more)
        command = [COMMAND, "run", "--config", str(config)]
        with started(CANDIDATE, command, port, folder / "log") as server:
            found = Gateway(server, admin, folder)
            wait_until(lambda: ready(admin), "the gateway")
            yield found


def ready(admin: int) -> bool:
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"http://127.0.0.1:{admin}/readyz", timeout=1) as answer,
    ):
        return bool(answer.status == 200)  # noqa: PLR2004 - what ready means
    return False


def write_config(folder: Path, loyalty: str, port: int, admin: int, registers: int, more: str) -> Path:
    (folder / "access-key").write_text(ACCESS_KEY)
    (folder / "secret-key").write_text("bench-secret-key")
    path = folder / "gateway.toml"
    tills = "".join(REGISTER.format(number=number) for number in range(1, registers + 1))
    path.write_text(HEAD.format(port=port, admin=admin, folder=folder, loyalty=loyalty) + tills + more)
    return path
