"""Who has bought, with the segments of this moment: two questions, and the first is not repeated with the second."""

from msgspec.structs import replace

from gateway.domain.customer import Customer, CustomerKey
from gateway.domain.deadline import Deadline
from gateway.domain.receipt import RegisterRef
from gateway.ports import LoyaltyProgram

MOST = 200
"""Buyers kept at once: what another gateway has taken over meanwhile must not stay here for ever."""


class Buyers:
    """Keeps who a buyer is, in memory only, while the question for his segments goes unanswered."""

    def __init__(self, program: LoyaltyProgram) -> None:
        self._program = program
        self._met: dict[str, Customer] = {}

    async def with_segments(
        self, sale_id: str, key: CustomerKey, register: RegisterRef, deadline: Deadline
    ) -> Customer | None:
        """None for one the server does not know. Raises `LoyaltyError`."""
        customer = self._met.get(sale_id) or await self._program.identify(key, register, deadline=deadline)
        if customer is None:
            return None
        self._keep(sale_id, customer)
        segments = await self._program.segments(customer.id, deadline=deadline)
        self.forget(sale_id)  # the next look sees a level that has risen meanwhile
        return replace(customer, segments=segments)

    def forget(self, sale_id: str) -> None:
        self._met.pop(sale_id, None)

    def _keep(self, sale_id: str, customer: Customer) -> None:
        self._met[sale_id] = customer
        if len(self._met) > MOST:
            self.forget(next(iter(self._met)))
