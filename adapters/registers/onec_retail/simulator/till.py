"""1C's cashier screen on the network: one connection a call, a whole number of seconds to wait, its own words."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import aiohttp

from adapters.registers.frontol.simulator import AnswerNotUnderstood, Document, Exchange, GatewayAway, Payment
from adapters.registers.frontol.simulator.requests import Stage
from adapters.registers.frontol.wire import Client
from adapters.registers.onec_retail.simulator import words
from adapters.registers.onec_retail.simulator.quirks import NO_QUIRKS, Quirk, Quirks, body

WAIT_SECONDS = 5
ANSWERED = (200, 400)
REGISTRATION = {"describe": "form", "check": "enrol", "execute": "enrol_finish"}
USER_AGENT = "1C+Enterprise/8.3"

Read = Callable[[], Awaitable[str]]
"""What the customer reads on his phone."""


async def nobody_reads() -> str:
    return ""


class OneCTill:
    """Asks the questions of `Till`, in 1C's words. Every question raises `RegisterError` when it fails.

    `read_code` is the customer who tells the code of an SMS.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        quirks: Quirks = NO_QUIRKS,
        clock: Callable[[], datetime] = datetime.now,
        read_code: Read = nobody_reads,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._quirks = quirks
        self._clock = clock
        self._read_code = read_code
        self._session: aiohttp.ClientSession | None = None
        self._reason = ""

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=WAIT_SECONDS)
        skip = ("Content-Type",) if Quirk.NO_CONTENT_TYPE in self._quirks else ()
        connector = aiohttp.TCPConnector(force_close=True)
        self._session = aiohttp.ClientSession(timeout=timeout, connector=connector, skip_auto_headers=skip)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def client(self, who: Client) -> Exchange:
        return await self._ask("identify", {"client": words.client(who, self._quirks)})

    async def registration(self, action: str, who: Client, values: Mapping[str, str]) -> Exchange:
        code = await self._read_code() if action == "execute" else ""
        application = {"phone": who.mobile_phone, "agrees": True, **values}
        return await self._ask(REGISTRATION[action], {"application": application, "code": code})

    async def calculate(self, document: Document) -> Exchange:
        return await self._ask("quote", self._document(document))

    async def pay_by_bonus(self, document: Document, amount: Decimal) -> Exchange:
        """With the code the customer reads out, where one is asked for."""
        told = await self._ask("redeem", {**self._document(document), "points": amount})
        if told.answer.accepted or self._reason != "code_needed":
            return told
        await self._ask("send_code", self._document(document))
        code = await self._read_code()
        return await self._ask("redeem", {**self._document(document), "points": amount, "code": code})

    async def cancel_bonus_payment(self, document: Document) -> Exchange:
        return await self._ask("release", self._document(document))

    async def confirm(self, document: Document, payments: Sequence[Payment], *, totals: Stage = "due") -> Exchange:
        told = self._document(document, paid=totals == "due")
        return await self._ask("complete", {**told, "payments": words.payments(payments)})

    async def confirm_refund(self, document: Document, of: UUID, payments: Sequence[Payment]) -> Exchange:
        told = self._document(document, paid=True)
        lines = [{**line, "sale_key": line["key"]} for line in told["lines"]]
        rest = {"sale": str(of), "lines": lines, "payments": words.payments(payments)}
        return await self._ask("refund", {**told, **rest})

    def _document(self, document: Document, *, paid: bool = False) -> dict[str, Any]:
        return words.document(document, self._clock(), self._quirks, paid=paid)

    async def _ask(self, operation: str, asked: dict[str, Any]) -> Exchange:
        asked_at = datetime.now(UTC)
        raw = await self._post(operation, body(asked, self._quirks))
        answer, self._reason = words.heard(raw), words.reason(raw)
        return Exchange(
            resource=operation, asked=asked, asked_at=asked_at, answer=answer, answered_at=datetime.now(UTC)
        )

    async def _post(self, operation: str, raw: bytes) -> bytes:
        if self._session is None:
            raise RuntimeError("a till is used inside `async with`")
        url = f"{self._base_url}/onec/v1/{operation}"
        headers = {"Authorization": f"Bearer {self._token}", "User-Agent": USER_AGENT}
        try:
            async with self._session.post(url, data=raw, headers=headers, allow_redirects=False) as response:
                answer = await response.read()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise GatewayAway(f"шлюз не ответил кассе: {url}") from error
        if response.status not in ANSWERED:
            raise AnswerNotUnderstood(f"шлюз ответил кассе HTTP {response.status}: {answer[:200].decode()}")
        return answer
