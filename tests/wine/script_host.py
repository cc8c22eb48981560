"""Runs the scripts of Windows registers in Wine's own script host: a real JScript engine, real files and sockets."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

BOOT_SECONDS = 90.0
LINGER_SECONDS = 15
"""How long Wine's server waits for the next script before it ends by itself."""
TOOLS = ("wine", "wineserver")


def installed(*more: str) -> None:
    """Without Wine the test is skipped; in CI that is a failure."""
    missing = [tool for tool in ("wine", *more) if shutil.which(tool) is None]
    if missing:
        reason = f"no {', '.join(missing)} on this machine: run scripts/install-test-tools"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def environment(**more: str) -> dict[str, str]:
    """Wine's settings; one prefix for all sessions, in the cache of the tests."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    own = {
        "WINEPREFIX": str(cache / "pos-gateway-tests" / "wine"),
        "WINEARCH": "win64",
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree,mshtml=",  # else it offers to download them
        "LANG": "C.UTF-8",
    }
    return {**os.environ, **own, **more}


def boot() -> None:
    """The prefix, made where there is none, and Wine's own server: both take longer to start than a script to run."""
    prefix = Path(environment()["WINEPREFIX"])
    if not (prefix / "system.reg").is_file():
        prefix.parent.mkdir(parents=True, exist_ok=True)
        _wine("wine", "wineboot", "-i")
        if not (prefix / "system.reg").is_file():
            pytest.fail(f"Wine made no prefix in {prefix}")
    _wine("wineserver", f"-p{LINGER_SECONDS}")  # which refuses where one runs already: as good


def _wine(*command: str) -> None:
    subprocess.run(command, env=environment(), timeout=BOOT_SECONDS, check=False, stdout=subprocess.DEVNULL)  # noqa: S603 - the tests' own tools


def windows_path(path: Path) -> str:
    r"""Wine shows the whole file system as drive Z: `Z:\tmp\x`."""
    return "Z:" + str(path).replace("/", "\\")


def command(script: Path, *arguments: Path) -> Sequence[str]:
    return ("wine", "cscript.exe", "//nologo", *(windows_path(path) for path in (script, *arguments)))


async def run(script: Path, *arguments: Path, seconds: float = 20, env: Mapping[str, str] | None = None) -> str:
    """What a script prints. It is ended when its time is over, and that fails the test."""
    process = await asyncio.create_subprocess_exec(
        *command(script, *arguments), env=env or environment(), stdout=asyncio.subprocess.PIPE
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), seconds)
    except TimeoutError:
        pytest.fail(f"{script.name} ran longer than {seconds} s")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, out.decode()
    return out.decode()
