"""A whole store in one process: sandbox, gateway and a till's requests, over real sockets on free ports."""

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Any, Self

import aiohttp
from fault_proxy import FaultProxy

from adapters.loyalty.mindbox.sandbox import Sandbox
from adapters.registers.frontol.authentication import signature
from gateway.bootstrap import Gateway, build
from gateway.config_file import ConfigFile
from gateway.daemon import listen, port_of

ROOT = Path(__file__).parent.parent
SEED = ROOT / "config/examples/sandbox-seed.toml"
ACCESS_KEY = "test-access-key"

CONFIG = """
[outlet]
id = "MAG-3"
[server]
listen = "127.0.0.1:0"
admin = "127.0.0.1:0"
{server}
[store]
kind = "sqlite"
path = "{folder}/state/gateway.sqlite"
[[registers]]
kind = "frontol"
id = "KASSA-2"
access_key_file = "access-key"
{register}
[frontol]
slips = ["client", "calculate", "confirm", "refund", "enrolment"]
{frontol}
[loyalty]
kind = "mindbox"
url = "{loyalty}"
endpoint = "Demo.{family}"
preset = "{preset}"
secret_key_file = "secret-key"
[popups]
poll_after_close_seconds = 0.6
poll_after_paid_seconds = 0.4
poll_again_after_close_seconds = 1.2
[[prompts]]
name = "silver-to-gold"
segment = "LevelTransition/SilverToGold"
window_seconds = {window}
text = "Поздравьте: {{{{ customer.first_name }}}}, золотой уровень"
{more}
"""


def write_config(
    folder: Path,
    loyalty: str,
    *,
    register: str = "",
    more: str = "",
    family: str = "Offline",
    server: str = "",
    frontol: str = "",
    window: float = 12,
) -> Path:
    """A config file of one Frontol register, with its secrets beside it."""
    (folder / "access-key").write_text(ACCESS_KEY + "\n")
    (folder / "secret-key").write_text("demo-secret-key\n")
    path = folder / "gateway.toml"
    path.write_text(
        CONFIG.format(
            folder=folder,
            loyalty=loyalty,
            register=register,
            more=more,
            family=family,
            preset=family.lower(),
            frontol=frontol,
            server=server,
            window=window,
        )
    )
    return path


def signed(body: bytes, key: str = ACCESS_KEY) -> dict[str, str]:
    return {"Authorization": f"FrontolAuth {signature(key.encode(), body)}", "Content-Type": "application/json"}


class Shop:
    """`async with Shop(folder) as shop`: everything runs; `await shop.ask("document", {...})` asks as a till."""

    def __init__(
        self,
        folder: Path,
        *,
        register: str = "",
        more: str = "",
        speed: float = 10,
        family: str = "Offline",
        frontol: str = "",
        server: str = "",
        window: float = 12,
    ) -> None:
        self.folder = folder
        self.sandbox = Sandbox(seed_path=SEED, speed=speed)
        self.loyalty = ""
        """Where the gateway believes the loyalty server: the sandbox, unless a proxy is put before it."""
        self.fatal: list[Exception] = []
        self._register, self._more, self._family, self._frontol = register, more, family, frontol
        self._server, self._window = server, window
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self.sandbox)
        self.http = await self._stack.enter_async_context(aiohttp.ClientSession())
        try:
            await self.start_gateway()
        except BaseException:  # a config that is refused leaves nothing running
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop_gateway()
        await self._stack.aclose()

    def write_config(self) -> Path:
        return write_config(
            self.folder,
            self.loyalty or self.sandbox.url,
            register=self._register,
            more=self._more,
            family=self._family,
            frontol=self._frontol,
            server=self._server,
            window=self._window,
        )

    async def start_gateway(self) -> None:
        self.gateway: Gateway = await build(ConfigFile(self.write_config()), self.fatal.append)
        self._public = await listen(self.gateway.routes, ("127.0.0.1", 0), make=self.gateway.runner)
        self._admin = await listen(self.gateway.admin_routes, ("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{port_of(self._public)}"
        self.admin_url = f"http://127.0.0.1:{port_of(self._admin)}"
        self._jobs = [asyncio.create_task(job) for job in self.gateway.jobs()]

    async def stop_gateway(self) -> None:
        for job in self._jobs:
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        self.gateway.core.popups.desk.stop()
        await self.gateway.core.outbox.drain(5)
        await self._public.cleanup()
        await self._admin.cleanup()
        await self.gateway.close()

    async def ask(self, resource: str, request: dict[str, Any] | bytes, *, status: int = 200) -> dict[str, Any]:
        """A till's request, its answer; the HTTP status is asserted."""
        body = request if isinstance(request, bytes) else json.dumps(request, ensure_ascii=False).encode()
        async with self.http.post(f"{self.url}/frontol/{resource}", data=body, headers=signed(body)) as response:
            assert response.status == status, await response.text()
            answer: dict[str, Any] = await response.json()
            return answer

    async def inspect(self, what: str) -> Any:
        """The sandbox's own view: `orders`, `calls`, `customers/7911…`."""
        async with self.http.get(f"{self.sandbox.url}/_sandbox/{what}") as response:
            return await response.json()

    async def metrics(self) -> dict[str, float]:
        """Every sample of `/metrics` by its name with labels."""
        async with self.http.get(f"{self.admin_url}/metrics") as response:
            rows = (row.rsplit(" ", 1) for row in (await response.text()).splitlines() if not row.startswith("#"))
            return {name: float(value) for name, value in rows}

    async def faults(self, **switch: Any) -> None:
        async with self.http.post(f"{self.sandbox.url}/_sandbox/faults", json=switch) as response:
            assert response.status in (200, 204), await response.text()


class FaultyShop(Shop):
    """A shop whose way to the loyalty server leads through `proxy`."""

    async def start_gateway(self) -> None:
        if not self.loyalty:
            self.proxy = await self._stack.enter_async_context(FaultProxy(self.sandbox.url))
            self.loyalty = self.proxy.url
        await super().start_gateway()


async def eventually(check: Any, *, seconds: float = 10) -> Any:
    """The first true value of an async `check`; what it last gave when the time is over."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        value = await check()
        if value or asyncio.get_running_loop().time() > deadline:
            return value
        await asyncio.sleep(0.05)
