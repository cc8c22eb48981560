"""The till on the network: signs what it sends, waits as long as a till would, and reads the answer."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from types import TracebackType
from typing import Self
from uuid import UUID

import aiohttp
import msgspec
from msgspec import Struct

from adapters.registers.frontol.authentication import signature
from adapters.registers.frontol.simulator import requests
from adapters.registers.frontol.simulator.answers import Answer, AnswerNotUnderstood, read_answer
from adapters.registers.frontol.simulator.requests import Body, Cashier, Document, Payment, Register, Stage
from adapters.registers.frontol.wire import Client
from gateway.errors import RegisterError

MOSCOW = timezone(timedelta(hours=3))
WAIT_SECONDS = 5.0
"""Nobody publishes how long a till waits; longer than any budget of the gateway."""


class GatewayAway(RegisterError):
    """The gateway did not answer the till."""


class Exchange(Struct, frozen=True, kw_only=True):
    """One question and its answer, and when (aware datetimes of the till's computer)."""

    resource: str
    asked: Body
    asked_at: datetime
    answer: Answer
    answered_at: datetime

    @property
    def milliseconds(self) -> int:
        return round((self.answered_at - self.asked_at) / timedelta(milliseconds=1))


def local_time() -> datetime:
    return datetime.now(MOSCOW)


class Till:
    """One register. Use it as an async context manager; every question raises `RegisterError` when it fails."""

    def __init__(
        self,
        base_url: str,
        access_key: str,
        organization: str,
        business_unit: str,
        work_place: str,
        cashier: Cashier,
        *,
        clock: Callable[[], datetime] = local_time,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._key = access_key.encode()
        self._register = Register(
            organization=organization, business_unit=business_unit, work_place=work_place, cashier=cashier
        )
        self._clock = clock
        self._wait = aiohttp.ClientTimeout(total=wait_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=self._wait)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def client(self, who: Client) -> Exchange:
        return await self._ask("client/", requests.client(self._register, self._clock(), who))

    async def registration(self, action: str, who: Client, values: Mapping[str, str]) -> Exchange:
        """Registration: describe, check, execute."""
        return await self._ask(
            "extra/client/", requests.registration(self._register, self._clock(), action, who, values)
        )

    async def calculate(self, document: Document) -> Exchange:
        return await self._ask("document/", requests.calculate(self._register, self._clock(), document))

    async def pay_by_bonus(self, document: Document, amount: Decimal) -> Exchange:
        return await self._ask("document/", requests.pay_by_bonus(self._register, self._clock(), document, amount))

    async def cancel_bonus_payment(self, document: Document) -> Exchange:
        return await self._ask("document/", requests.cancel_bonus_payment(self._register, self._clock(), document))

    async def confirm(self, document: Document, payments: Sequence[Payment], *, totals: Stage = "due") -> Exchange:
        body = requests.confirm(self._register, self._clock(), document, payments, totals=totals)
        return await self._ask("document/", body)

    async def confirm_refund(self, document: Document, of: UUID, payments: Sequence[Payment]) -> Exchange:
        body = requests.confirm_refund(self._register, self._clock(), document, of, payments)
        return await self._ask("document/", body)

    async def send(self, resource: str, body: bytes) -> tuple[bytes, float]:
        """A body as it is, signed; the answer's bytes, and the milliseconds it took."""
        if self._session is None:
            raise RuntimeError("a till is used inside `async with`")
        began = time.monotonic()
        raw = await self._post(self._session, resource, body)
        return raw, round((time.monotonic() - began) * 1000, 1)

    async def _ask(self, resource: str, asked: Body) -> Exchange:
        if self._session is None:
            raise RuntimeError("a till is used inside `async with`")
        asked_at = datetime.now(UTC)
        raw = await self._post(self._session, resource, msgspec.json.encode(asked))
        answered_at = datetime.now(UTC)
        return Exchange(
            resource=resource, asked=asked, asked_at=asked_at, answer=read_answer(raw), answered_at=answered_at
        )

    async def _post(self, session: aiohttp.ClientSession, resource: str, body: bytes) -> bytes:
        headers = {"Authorization": f"FrontolAuth {signature(self._key, body)}", "Content-Type": "application/json"}
        url = f"{self._base_url}/{resource}"
        try:
            async with session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                raw = await response.read()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise GatewayAway(f"шлюз не ответил кассе: {url}") from error
        if response.status != 200:  # noqa: PLR2004 - business refusals come with 200 as well
            raise AnswerNotUnderstood(
                f"шлюз ответил кассе HTTP {response.status}: {raw[:200].decode(errors='replace')}"
            )
        return raw
