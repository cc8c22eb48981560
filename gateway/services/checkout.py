"""What a register may ask, in one place; each room behind it does its own part."""

from decimal import Decimal

from gateway.domain.customer import CustomerKey
from gateway.domain.deadline import Deadline
from gateway.domain.receipt import Receipt, Refund, RegisterRef
from gateway.domain.told import Closed, Declined, Identified, Quoted, Redeemed, Released
from gateway.ports import Checkout
from gateway.services.closing import Closing
from gateway.services.quoting import Quoting
from gateway.services.redeeming import Redeeming
from gateway.services.refunding import Refunding


class CheckoutDesk:
    """`Checkout` for every register adapter."""

    def __init__(self, quoting: Quoting, redeeming: Redeeming, closing: Closing, refunding: Refunding) -> None:
        self._quoting = quoting
        self._redeeming = redeeming
        self._closing = closing
        self._refunding = refunding

    async def identify(self, key: CustomerKey, register: RegisterRef, deadline: Deadline) -> Identified:
        return await self._quoting.identify(key, register, deadline)

    async def quote(self, receipt: Receipt, deadline: Deadline) -> Quoted:
        return await self._quoting.quote(receipt, deadline)

    async def redeem(self, receipt: Receipt, points: Decimal, deadline: Deadline) -> Redeemed | Declined:
        return await self._redeeming.redeem(receipt, points, deadline)

    async def release(self, receipt: Receipt, deadline: Deadline) -> Released:
        return await self._redeeming.release(receipt, deadline)

    async def complete(self, receipt: Receipt, raw: bytes, deadline: Deadline) -> Closed:
        return await self._closing.complete(receipt, raw, deadline)

    async def refund(self, refund: Refund, raw: bytes) -> Closed:
        return await self._refunding.refund(refund, raw)

    async def park(self, register: RegisterRef, raw: bytes, reason: str) -> Closed:
        return await self._closing.park(register, raw, reason)


_conforms: type[Checkout] = CheckoutDesk
