"""The programme's people as registers get them: in limited mode by hand nobody at a till waits for them."""

from collections.abc import Callable, Sequence

from gateway.domain.account import Offer, PointsMovement
from gateway.domain.customer import CustomerKey
from gateway.domain.deadline import Deadline
from gateway.domain.enrolment import Application, Enrolment
from gateway.domain.receipt import RegisterRef
from gateway.errors import LoyaltyUnavailable
from gateway.ports import Participants


class FrontParticipants:
    """`Participants` that asks nothing while `is_off`."""

    def __init__(self, participants: Participants, is_off: Callable[[], bool]) -> None:
        self._participants = participants
        self._is_off = is_off

    @property
    def _open(self) -> Participants:
        if self._is_off():
            raise LoyaltyUnavailable("switched off by the administrator")
        return self._participants

    async def enrol(self, application: Application, register: RegisterRef, *, deadline: Deadline) -> Enrolment:
        return await self._open.enrol(application, register, deadline=deadline)

    async def confirm(self, enrolment: Enrolment, code: str, register: RegisterRef, *, deadline: Deadline) -> bool:
        return await self._open.confirm(enrolment, code, register, deadline=deadline)

    async def send_code(self, key: CustomerKey, code: str, *, deadline: Deadline) -> str:
        return await self._open.send_code(key, code, deadline=deadline)

    async def check_code(self, key: CustomerKey, code: str, *, deadline: Deadline) -> bool:
        return await self._open.check_code(key, code, deadline=deadline)

    async def movements(self, customer_id: str, limit: int, *, deadline: Deadline) -> Sequence[PointsMovement]:
        return await self._open.movements(customer_id, limit, deadline=deadline)

    async def offers(self, customer_id: str, *, deadline: Deadline) -> Sequence[Offer]:
        return await self._open.offers(customer_id, deadline=deadline)


_conforms: type[Participants] = FrontParticipants
