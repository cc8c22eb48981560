"""What a simulated till can ask, whatever its words: a script is played on any of them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from adapters.registers.frontol.simulator.requests import Document, Payment, Stage
from adapters.registers.frontol.simulator.till import Exchange
from adapters.registers.frontol.wire import Client


class Questions(Protocol):
    """Every question raises `RegisterError` when the gateway fails the till."""

    async def client(self, who: Client) -> Exchange: ...

    async def registration(self, action: str, who: Client, values: Mapping[str, str]) -> Exchange: ...

    async def calculate(self, document: Document) -> Exchange: ...

    async def pay_by_bonus(self, document: Document, amount: Decimal) -> Exchange: ...

    async def cancel_bonus_payment(self, document: Document) -> Exchange: ...

    async def confirm(
        self, document: Document, payments: Sequence[Payment], *, totals: Stage = "due"
    ) -> Exchange: ...

    async def confirm_refund(self, document: Document, of: UUID, payments: Sequence[Payment]) -> Exchange: ...
