"""The house of the demo: a loyalty server's sandbox and the gateway as real processes in a folder of their own."""

import asyncio
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from plain_toml import toml

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "config" / "examples"
EXAMPLE = {"frontol": EXAMPLES / "frontol-mindbox.toml", "onec": EXAMPLES / "onec-mindbox.toml"}
"""By what `--register` says."""

SEED = EXAMPLES / "sandbox-seed.toml"
COMMAND = Path(sys.executable).with_name("pos-gateway")

LISTENING = r'^(?=.*"event":"listening").*"port":(\d+)'
ADMIN = re.compile(r'^(?=.*"event":"listening").*"admin_port":(\d+)', re.MULTILINE)

START_SECONDS = 20.0
STOP_SECONDS = 12.0
"""Longer than the gateway takes to finish what it has begun."""


class NotStarted(Exception):
    """A process of the house did not come up; the text holds the end of what it said."""


@dataclass(frozen=True)
class House:
    """Addresses without a slash at the end; `admin` is empty for a gateway that is not ours."""

    gateway: str
    sandbox: str
    log: Path | None
    admin: str = ""


@asynccontextmanager
async def house(register: str, speed: float, language: str) -> AsyncIterator[House]:
    """Both processes, listening. However this is left, they end and the folder goes: the gateway first."""
    with TemporaryDirectory(prefix="pos-gateway-demo-") as name:
        folder = Path(name)
        async with AsyncExitStack() as stack:
            sandbox = ["sandbox", "mindbox", "--listen", "127.0.0.1:0", "--seed", str(SEED), "--speed", str(speed)]
            found = await started(stack, sandbox, folder / "sandbox.log", r"Mindbox sandbox: (http://\S+)")
            config = folder / "gateway.toml"
            config.write_text(toml(hurried(example(register), found, folder, speed, language)), encoding="utf-8")
            running = ["run", "--config", str(config)]
            port = await started(stack, running, folder / "gateway.log", LISTENING)
            log = folder / "gateway.log"
            admin = ADMIN.search(written(log))
            shown = f"http://127.0.0.1:{admin[1]}" if admin else ""
            yield House(gateway=f"http://127.0.0.1:{port}", sandbox=found, log=log, admin=shown)


def example(register: str) -> dict[str, Any]:
    return tomllib.loads(EXAMPLE[register].read_text(encoding="utf-8"))


def hurried(config: dict[str, Any], sandbox: str, folder: Path, speed: float, language: str) -> dict[str, Any]:
    """The shipped example on ports of its own, its waits for the popup `speed` times shorter; points need a code."""
    waits = {"poll_after_close_seconds": 15, "poll_after_paid_seconds": 10, "poll_again_after_close_seconds": 45}
    after_sale = {"window_seconds": 120 / speed, "stays_seconds": 120 / speed}
    return {
        **config,
        "language": language,
        "server": {"listen": "127.0.0.1:0", "admin": "127.0.0.1:0"},
        "store": {**config["store"], "path": str(folder / "gateway.sqlite")},
        "registers": [
            {**row, "access_key_file": str(EXAMPLES / row["access_key_file"])} for row in config["registers"]
        ],
        "loyalty": {
            **config["loyalty"],
            "url": sandbox,
            "secret_key_file": str(EXAMPLES / config["loyalty"]["secret_key_file"]),
        },
        "codes": {"spending": "generated"},
        "identification": {"spending": {"phone": "with_code"}},
        "popups": {name: seconds / speed for name, seconds in waits.items()},
        "prompts": [row if row.get("moment") == "identified" else {**row, **after_sale} for row in config["prompts"]],
    }


async def started(stack: AsyncExitStack, arguments: list[str], log: Path, ready: str) -> str:
    """Start `pos-gateway` with `arguments`; what `ready` finds in its output. Raises `NotStarted`."""
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: ASYNC220 - forking takes a moment, once
            [COMMAND, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is ours to pass on, in the right order
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    stack.push_async_callback(stopped, process)
    return await said(process, log, re.compile(ready, re.MULTILINE))


async def said(process: "subprocess.Popen[bytes]", log: Path, ready: re.Pattern[str]) -> str:
    for _ in range(int(START_SECONDS / 0.02)):
        gone = process.poll() is not None
        text = written(log)
        if match := ready.search(text):
            return match[1]
        if gone:
            break
        await asyncio.sleep(0.02)
    raise NotStarted(f"{log.stem}: {text.strip()[-1500:]}")


def written(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")


async def stopped(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        await asyncio.to_thread(process.wait, STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
