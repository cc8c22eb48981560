"""A Mindbox of one's own: a local server with the same wire protocol over an in-process loyalty programme.

For tests, the demo and administrators. It behaves as the vendor's public documents say, where they are silent as
the comments here say, and keeps everything in memory.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from adapters.loyalty.mindbox.sandbox.seed import SandboxSeed
from adapters.loyalty.mindbox.sandbox.server import Server
from adapters.loyalty.programme import read_seed

__all__ = ["Sandbox"]


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class Sandbox:
    """One sandbox, started and stopped once.

    Args:
        seed_path: the programme, as `config/examples/sandbox-seed.toml` shows it.
        host, port: where to listen; port 0 takes a free one.
        speed: divides the programme's delays (transition segments, pending points).
        now: the clock, aware datetimes.

    Raises:
        ConfigError: the seed cannot be used.

    """

    def __init__(
        self,
        *,
        seed_path: Path,
        host: str = "127.0.0.1",
        port: int = 0,
        speed: float = 1.0,
        now: Callable[[], datetime] = _wall_clock,
    ) -> None:
        self._server = Server(read_seed(seed_path, SandboxSeed), now=now, speed=speed)
        self._host = host
        self._port = port

    async def start(self) -> tuple[str, int]:
        """Listen; the address that was taken."""
        return await self._server.start(self._host, self._port)

    async def stop(self) -> None:
        """Stop listening; calls still queued or hanging are dropped."""
        await self._server.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """The base address clients are given, without a slash at the end; after `start`."""
        return self._server.url
