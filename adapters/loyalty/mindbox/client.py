"""The Mindbox client: one keep-alive pool, every call bounded by its deadline."""

import time
from collections.abc import Coroutine
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from msgspec.structs import astuple, replace

from adapters.loyalty.mindbox import answers, composing, mapping
from adapters.loyalty.mindbox.long_baskets import LongBaskets
from adapters.loyalty.mindbox.people import MindboxPeople
from adapters.loyalty.mindbox.settings import MindboxSettings
from adapters.loyalty.mindbox.wire import Envelope, decode, has_customer
from adapters.loyalty.transport import Reply, Transport
from gateway.domain.call import Answer, Call, Intent, Operation, OrderView
from gateway.domain.customer import Customer, CustomerKey, SegmentMembership
from gateway.domain.deadline import Deadline
from gateway.domain.quote import Quote
from gateway.domain.receipt import Receipt, RegisterRef
from gateway.domain.sale_record import CREATE_THEN_CANCEL
from gateway.errors import TooManyCalls
from gateway.ports import LoyaltyProgram

Mode = Literal["sync", "async"]

ASYNC = {Operation.OFFLINE_SALE, Operation.PAID, Operation.REFUND, Operation.SHOWN}
"""Only async is protected by the key for these (Mindbox help, idempotency); "Success" there means queued."""


class MindboxClient:
    """`LoyaltyProgram` over Mindbox's HTTP API v3; `people` are its `Participants` and `Cards`."""

    def __init__(self, settings: MindboxSettings, secret_key: str) -> None:
        self.profile = replace(CREATE_THEN_CANCEL, pays_apart=settings.sale_status == "separate")
        self._settings = settings
        self._names = settings.named
        self._asking = {name: self._address("sync", name) for name in astuple(self._names)}
        self._queueing = {name: self._address("async", name) for name in astuple(self._names)}
        headers = {
            "Authorization": f"SecretKey {secret_key}",
            "Content-Type": "application/json; charset=utf-8",
            "Accept": "application/json",
        }
        self._transport = Transport(settings.base_url, headers, settings.connections)
        self._long_baskets = LongBaskets(settings.long_basket_lines, settings.long_basket_share)
        self.people = MindboxPeople(settings, self)

    async def identify(self, key: CustomerKey, register: RegisterRef, *, deadline: Deadline) -> Customer | None:
        body = composing.get_customer(key, register, self._settings)
        return mapping.customer(await self._read(self._names.get_customer, body, deadline), self._settings)

    async def quote(self, receipt: Receipt, order_id: str, at: datetime, *, deadline: Deadline) -> Quote:
        known = receipt.customer is not None
        operation = self._names.preorder if known else self._names.anonymous_preorder
        self._long_baskets.admit(len(receipt.lines), time.monotonic())
        body = composing.preorder(receipt, order_id, at, self._settings)
        try:
            return mapping.quote(await self._read(operation, body, deadline), receipt, self._settings)
        except TooManyCalls:
            if self._long_baskets.is_long(len(receipt.lines)):
                self._long_baskets.refused(time.monotonic())
            raise

    async def segments(self, customer_id: str, *, deadline: Deadline) -> tuple[SegmentMembership, ...]:
        body = composing.get_segments(customer_id)
        return mapping.segments(await self._read(self._names.segments, body, deadline))

    async def order(self, order_id: str, *, deadline: Deadline) -> OrderView | None:
        body = composing.get_order(order_id, self._settings)
        return mapping.order_view(await self._read(self._names.get_order, body, deadline), self._settings)

    def compose(self, intent: Intent) -> bytes:
        return composing.compose(intent, self._settings)

    async def send(self, call: Call, *, deadline: Deadline) -> Answer:
        addresses = self._queueing if call.operation in ASYNC else self._asking
        address = addresses[self._operation(call)]
        if call.operation is not Operation.CANCEL:
            address = f"{address}&transactionId={call.key}"  # a UUID: nothing in it to quote
        reply = await self._transport.post(address, call.body, deadline, repeatable=False)
        return answers.change(call, reply, self._settings)

    def _operation(self, call: Call) -> str:
        if call.operation in (Operation.HOLD, Operation.SALE):
            known = has_customer(call.body)
            return self._names.create_order if known else self._names.anonymous_create_order
        return {
            Operation.OFFLINE_SALE: self._names.offline_order,
            Operation.PAID: self._names.mark_paid,
            Operation.CANCEL: self._names.change_status,
            Operation.REFUND: self._names.refund,
            Operation.SHOWN: self._names.shown,
        }[call.operation]

    async def _read(self, operation: str, body: bytes, deadline: Deadline) -> Envelope:
        return answers.question(await self.ask(operation, body, deadline), decode)

    def ask(self, operation: str, body: bytes, deadline: Deadline) -> Coroutine[Any, Any, Reply]:
        """The reply to what changes nothing: it may be sent again on a new connection."""
        return self._transport.post(self._asking[operation], body, deadline, repeatable=True)

    async def tell(self, operation: str, body: bytes, deadline: Deadline) -> Reply:
        """The reply to what changes a person or sends an SMS: never sent twice."""
        return await self._transport.post(self._asking[operation], body, deadline, repeatable=False)

    def _address(self, mode: Mode, operation: str) -> str:
        query = urlencode({"endpointId": self._settings.endpoint, "operation": operation})
        return f"/v3/operations/{mode}?{query}"

    async def close(self) -> None:
        await self._transport.close()


_conforms: type[LoyaltyProgram] = MindboxClient
