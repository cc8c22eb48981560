"""A screen of its own for Windows programs under Wine: what stands on it, clicks, keys, pictures."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from wine import script_host

ARTEFACTS = Path(__file__).parent.parent / "artefacts"
OK_FROM_MIDDLE, OK_FROM_BOTTOM = 48, 22
"""Pixels: where Wine puts OK in a box with OK and Cancel."""


class Desktop:
    """One X display. Wine's boxes are found by their title."""

    def __init__(self, display: str) -> None:
        self.display = display

    def _tool(self, *command: str) -> str:
        settings = script_host.environment(DISPLAY=self.display)
        done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603 - the tests' own tools
        return done.stdout

    def boxes(self) -> list[str]:
        """Titles of the windows in sight."""
        return [self._tool("xdotool", "getwindowname", window).strip() for window in self._windows()]

    def _windows(self) -> list[str]:
        return self._tool("xdotool", "search", "--onlyvisible", "--name", ".+").split()

    async def box(self, *, seconds: float = 15) -> str:
        """The title of the box, as soon as there is one; empty when the time is over."""
        return await self._awaited(True, seconds)

    async def gone(self, *, seconds: float = 5) -> bool:
        """Whether the screen is empty before the time is over."""
        return await self._awaited(False, seconds) == ""

    async def _awaited(self, wanted: bool, seconds: float) -> str:  # noqa: FBT001 - in sight or not
        until = asyncio.get_running_loop().time() + seconds
        while True:
            titles = await asyncio.to_thread(self.boxes)
            if bool(titles) is wanted or asyncio.get_running_loop().time() > until:
                return "".join(titles)
            await asyncio.sleep(0.05)

    def click_ok(self) -> None:
        [window] = self._windows()
        rows = self._tool("xdotool", "getwindowgeometry", "--shell", window).splitlines()
        place = dict(row.split("=", 1) for row in rows)
        x, y = int(place["WIDTH"]) // 2 - OK_FROM_MIDDLE, int(place["HEIGHT"]) - OK_FROM_BOTTOM
        self._tool("xdotool", "mousemove", "--window", window, str(x), str(y), "click", "1")

    def scan(self, code: str = "4600000000017") -> None:
        """A wedge scanner: digits and Enter, as fast as keys go, into the box: Windows gives a new one the focus."""
        for window in self._windows():
            self._tool("xdotool", "windowfocus", "--sync", window)
        self._tool("xdotool", "key", "--delay", "5", *code, "Return")

    def screenshot(self, name: str) -> None:
        """Kept under tests/artefacts/ for people to look at; nothing is compared with it."""
        ARTEFACTS.mkdir(exist_ok=True)
        self._tool("import", "-window", "root", str(ARTEFACTS / f"{name}.png"))


@contextmanager
def desktop() -> Iterator[Desktop]:
    """A display that nobody else uses."""
    out, put = os.pipe()
    server = subprocess.Popen(  # noqa: S603 - the tests' own tool
        ["Xvfb", "-displayfd", str(put), "-screen", "0", "1024x768x24", "-nolisten", "tcp"],  # noqa: S607 - found on PATH
        pass_fds=[put],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(put)
    try:
        with os.fdopen(out) as number:
            yield Desktop(f":{number.readline().strip()}")
    finally:
        server.terminate()
        server.wait(10)


@asynccontextmanager
async def running(script: Path, screen: Desktop) -> AsyncIterator[asyncio.subprocess.Process]:
    """A script at work until the end of the block."""
    process = await asyncio.create_subprocess_exec(
        *script_host.command(script),
        env=script_host.environment(DISPLAY=screen.display),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
