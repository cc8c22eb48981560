"""Drives Debian's Chromium over its own DevTools protocol: one WebSocket, no driver to install.

Methods and fields: Chrome DevTools Protocol, domains Page, Runtime, Input, Emulation.
"""

import asyncio
import base64
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

FLAGS = (
    "--headless",
    "--no-sandbox",  # tests run as root in a container
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    "--lang=ru",
)
KEYS = {"Enter": (13, "\r"), " ": (32, " "), "Tab": (9, "")}
ARTEFACTS = Path(__file__).parent.parent / "artefacts"


class Tab:
    """One tab. `run` evaluates JavaScript in it; mouse and keys go through the browser's own input."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = itertools.count(1)

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        call_id = await self._send(method, **params)
        while True:
            answer = await self._socket.receive_json(timeout=20)
            if answer.get("id") == call_id:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    async def _send(self, method: str, **params: Any) -> int:
        call_id = next(self._ids)
        await self._socket.send_json({"id": call_id, "method": method, "params": params})
        return call_id

    async def run(self, script: str) -> Any:
        answer = await self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def open(self, address: str) -> None:
        await self.call("Emulation.setFocusEmulationEnabled", enabled=True)  # as in a window that is in front
        await self.call("Page.navigate", url=address)
        await self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    async def until(self, script: str, *, seconds: float = 10) -> None:
        """Wait until the page makes `script` true."""
        try:
            async with asyncio.timeout(seconds):
                while not await self.run(script):  # noqa: ASYNC110 - the page is another process
                    await asyncio.sleep(0.03)
        except TimeoutError:
            pytest.fail(f"never became true on the page: {script}")

    async def click(self, selector: str) -> None:
        """A mouse click in the middle of an element, scrolled to when it is outside."""
        x, y = await self.run(
            f"(() => {{ const e = document.querySelector({selector!r}); e.scrollIntoView({{block: 'nearest'}});"
            "const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def press(self, *keys: str) -> None:
        """Keys struck as fast as a scanner strikes them: none waits for the browser's word on the one before."""
        for key in keys:
            code, text = KEYS.get(key) or (ord(key), key)
            params = {"key": key, "windowsVirtualKeyCode": code}
            await self._send("Input.dispatchKeyEvent", type="keyDown", text=text, **params)
            await self._send("Input.dispatchKeyEvent", type="keyUp", **params)
        await self.run("0")

    async def look(self, width: int, height: int, scheme: str) -> None:
        """The size of the window, and "light" or "dark" as the register's system prefers."""
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        await self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    async def screenshot(self, name: str) -> None:
        """Kept under tests/artefacts/ for people to look at; nothing is compared with it."""
        shot = await self.call("Page.captureScreenshot", format="png")
        ARTEFACTS.mkdir(exist_ok=True)
        (ARTEFACTS / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


def installed() -> str:
    """The browser's path. Without one the test is skipped; in CI that is a failure."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        reason = "no Chromium on this machine: run scripts/install-test-tools"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@contextmanager
def running() -> Iterator[str]:
    """The address of a fresh browser's DevTools; its profile is its own."""
    path = installed()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(  # noqa: S603 - our tool
            (path, *FLAGS, f"--user-data-dir={profile}", "about:blank"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # its many processes end together
        )
        try:
            yield f"http://127.0.0.1:{_port(Path(profile))}"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@asynccontextmanager
async def open_tab(browser: str) -> AsyncIterator[Tab]:
    """A tab of that browser. Its addresses are new ones, so nothing is remembered of the tab before."""
    async with aiohttp.ClientSession() as http:
        async with http.put(f"{browser}/json/new?about:blank") as answer:
            target = await answer.json()
        async with http.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
            yield Tab(socket)
        async with http.get(f"{browser}/json/close/{target['id']}"):
            """Whatever it still has open goes with it."""


def _port(profile: Path) -> int:
    """Chromium writes the port it chose into its profile."""
    file, until = profile / "DevToolsActivePort", time.monotonic() + 30
    while not file.exists() or not file.read_text():
        if time.monotonic() > until:
            pytest.fail("Chromium did not start")
        time.sleep(0.05)
    return int(file.read_text().splitlines()[0])
