"""The Mindbox client: one keep-alive pool, every call bounded by its deadline."""

import time
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode

import aiohttp
from msgspec.structs import replace
from yarl import URL

from adapters.loyalty.mindbox import answers, composing, mapping
from adapters.loyalty.mindbox.settings import MindboxSettings
from adapters.loyalty.mindbox.wire import Envelope, has_customer
from gateway.domain.call import Answer, Call, Intent, Operation, OrderView
from gateway.domain.customer import Customer, CustomerKey, SegmentMembership
from gateway.domain.deadline import Deadline
from gateway.domain.quote import Quote
from gateway.domain.receipt import Receipt, RegisterRef
from gateway.domain.sale_record import CREATE_THEN_CANCEL
from gateway.errors import LoyaltyUnavailable, OutcomeUnknown
from gateway.ports import LoyaltyProgram

Mode = Literal["sync", "async"]

ASYNC = {Operation.OFFLINE_SALE, Operation.PAID, Operation.REFUND, Operation.SHOWN}
"""Only async is protected by the key for these (Mindbox help, idempotency); "Success" there means queued."""


class MindboxClient:
    """`LoyaltyProgram` over Mindbox's HTTP API v3."""

    def __init__(self, settings: MindboxSettings, secret_key: str) -> None:
        self.profile = replace(CREATE_THEN_CANCEL, pays_apart=settings.sale_status == "separate")
        self._settings = settings
        self._names = settings.named
        self._url = f"{settings.base_url}/v3/operations"
        self._headers = {
            "Authorization": f"SecretKey {secret_key}",
            "Content-Type": "application/json; charset=utf-8",
            "Accept": "application/json",
        }
        self._session: aiohttp.ClientSession | None = None

    async def identify(self, key: CustomerKey, register: RegisterRef, *, deadline: Deadline) -> Customer | None:
        body = composing.get_customer(key, register)
        return mapping.customer(await self._ask(self._names.get_customer, body, deadline), self._settings)

    async def quote(self, receipt: Receipt, order_id: str, at: datetime, *, deadline: Deadline) -> Quote:
        known = receipt.customer is not None
        operation = self._names.preorder if known else self._names.anonymous_preorder
        body = composing.preorder(receipt, order_id, at, self._settings)
        return mapping.quote(await self._ask(operation, body, deadline), receipt, self._settings)

    async def segments(self, customer_id: str, *, deadline: Deadline) -> tuple[SegmentMembership, ...]:
        body = composing.get_segments(customer_id)
        return mapping.segments(await self._ask(self._names.segments, body, deadline))

    async def order(self, order_id: str, *, deadline: Deadline) -> OrderView | None:
        body = composing.get_order(order_id, self._settings)
        return mapping.order_view(await self._ask(self._names.get_order, body, deadline), self._settings)

    def compose(self, intent: Intent) -> bytes:
        return composing.compose(intent, self._settings)

    async def send(self, call: Call, *, deadline: Deadline) -> Answer:
        mode: Mode = "async" if call.operation in ASYNC else "sync"
        key = None if call.operation is Operation.CANCEL else call.key
        status, body = await self._post(mode, self._operation(call), call.body, deadline, key)
        return answers.change(call, status, body, self._settings)

    def _operation(self, call: Call) -> str:
        if call.operation in (Operation.HOLD, Operation.SALE):
            known = has_customer(call.body)
            return self._names.create_order if known else self._names.anonymous_create_order
        return {
            Operation.OFFLINE_SALE: self._names.offline_order,
            Operation.PAID: self._names.change_status,
            Operation.CANCEL: self._names.change_status,
            Operation.REFUND: self._names.refund,
            Operation.SHOWN: self._names.shown,
        }[call.operation]

    async def _ask(self, operation: str, body: bytes, deadline: Deadline) -> Envelope:
        try:
            return answers.question(*await self._post("sync", operation, body, deadline))
        except OutcomeUnknown as error:  # a question changes nothing: there is no outcome to wonder about
            raise LoyaltyUnavailable(str(error)) from error

    async def _post(
        self, mode: Mode, operation: str, body: bytes, deadline: Deadline, key: str | None = None
    ) -> tuple[int, bytes]:
        """The status and body of one call. Raises `LoyaltyUnavailable` or `OutcomeUnknown`."""
        left = deadline.left(time.monotonic())
        if left <= 0:
            raise LoyaltyUnavailable("no time left to ask")
        url, timeout = self._address(mode, operation, key), aiohttp.ClientTimeout(total=left)
        try:
            async with self._open_session().post(url, data=body, timeout=timeout, allow_redirects=False) as response:
                if response.status == answers.TOO_MANY:
                    raise answers.too_many(response.headers.get("Retry-After", ""))
                return response.status, await response.read()
        except aiohttp.ClientConnectorError as error:
            raise LoyaltyUnavailable("the loyalty server cannot be reached") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OutcomeUnknown(f"no answer: {type(error).__name__}") from error

    def _address(self, mode: Mode, operation: str, key: str | None) -> URL:
        """Encoded here: yarl's own joining and quoting of the query is a tenth of what a call costs."""
        query = {"endpointId": self._settings.endpoint, "operation": operation}
        if key is not None:
            query["transactionId"] = key
        return URL(f"{self._url}/{mode}?{urlencode(query)}", encoded=True)

    def _open_session(self) -> aiohttp.ClientSession:
        """Made at the first call: a session belongs to the running loop."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._settings.connections, keepalive_timeout=60)
            self._session = aiohttp.ClientSession(
                connector=connector, headers=self._headers, trust_env=False, cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


_conforms: type[LoyaltyProgram] = MindboxClient
