"""What a register asks about people. Reads may be repeated; what sends an SMS or changes a customer never is."""

from collections.abc import Sequence
from typing import Protocol

from adapters.loyalty.mindbox import answers
from adapters.loyalty.mindbox import composing as general
from adapters.loyalty.mindbox.people import composing, mapping
from adapters.loyalty.mindbox.people.wire import PeopleEnvelope, PersonBlock, decode_people
from adapters.loyalty.mindbox.settings import MindboxSettings
from adapters.loyalty.mindbox.wire import FOUND
from adapters.loyalty.transport import Reply
from gateway.domain.account import Offer, PointsMovement
from gateway.domain.customer import CustomerKey, KeyKind
from gateway.domain.deadline import Deadline
from gateway.domain.enrolment import Application, Enrolment
from gateway.domain.loyalty_card import CardAnswer, LoyaltyCard
from gateway.domain.receipt import RegisterRef
from gateway.errors import LoyaltyRejected, LoyaltyUnavailable
from gateway.ports import Cards, Participants


class Asks(Protocol):
    """The server over its connections; `tell` is for what changes something and is sent once."""

    async def ask(self, operation: str, body: bytes, deadline: Deadline) -> Reply: ...

    async def tell(self, operation: str, body: bytes, deadline: Deadline) -> Reply: ...


class MindboxPeople:
    """`Participants` and `Cards` over the connections of the client."""

    def __init__(self, settings: MindboxSettings, server: Asks) -> None:
        self._settings = settings
        self._names = settings.named
        self._server = server

    async def enrol(self, application: Application, register: RegisterRef, *, deadline: Deadline) -> Enrolment:
        body = composing.register(application, register, self._settings)
        try:
            answer = await self._tell(self._names.register_customer, body, deadline)
            person = answer.customer
        except LoyaltyRejected:
            person = await self._known(application, register, deadline)
            if person is None:
                raise
            return await self._enrolled(person, deadline, already=True)
        already = person is not None and person.processing_status in {
            "AlreadyExists",
            "NotChanged",
            "Changed",
            "Found",
        }
        if person is None or not person.id("mindboxId"):
            person = await self._known(application, register, deadline)
        if person is None:
            raise LoyaltyUnavailable("the new customer is not to be found yet")
        told = str(answer.authentication_code or "")
        return await self._enrolled(person, deadline, already=already, code=told)

    async def confirm(self, enrolment: Enrolment, code: str, register: RegisterRef, *, deadline: Deadline) -> bool:  # noqa: ARG002 - the operation knows no shop
        body = composing.confirm(enrolment.customer_id, code)
        try:
            return mapping.is_confirmed(await self._tell(self._names.confirm_phone, body, deadline))
        except LoyaltyRejected:  # a project may tell a wrong code as bad data
            return False

    async def resend(self, customer_id: str, *, deadline: Deadline) -> None:
        """The code that confirms a phone once more."""
        await self._tell(self._names.resend_code, composing.by_id(customer_id), deadline)

    async def edit(
        self, customer_id: str, changed: Application, register: RegisterRef, *, deadline: Deadline
    ) -> bool:
        body = composing.edit(customer_id, changed, register, self._settings)
        answer = await self._tell(self._names.edit_customer, body, deadline)
        return answer.customer is None or answer.customer.processing_status != "NotFound"

    async def send_code(self, key: CustomerKey, code: str, *, deadline: Deadline) -> str:
        answer = await self._tell(self._names.send_code, composing.code(key, code, self._settings), deadline)
        if answer.customer is not None and answer.customer.processing_status not in FOUND:
            raise LoyaltyRejected("Покупатель не найден")
        return str(answer.authentication_code or "")

    async def check_code(self, key: CustomerKey, code: str, *, deadline: Deadline) -> bool:
        """Right only when the customer comes with the answer: a wrong code may look like a success without one."""
        try:
            answer = await self._tell(self._names.check_code, composing.code(key, code, self._settings), deadline)
        except LoyaltyRejected:
            return False
        return answer.customer is not None and answer.customer.processing_status in FOUND

    async def movements(self, customer_id: str, limit: int, *, deadline: Deadline) -> Sequence[PointsMovement]:
        answer = await self._ask(self._names.balance_history, composing.history(customer_id), deadline)
        return mapping.movements(answer, self._settings)[:limit]

    async def offers(self, customer_id: str, *, deadline: Deadline) -> Sequence[Offer]:
        return mapping.offers(await self._ask(self._names.promotions, composing.by_id(customer_id), deadline))

    async def card(self, number: str, *, deadline: Deadline) -> LoyaltyCard | None:
        block = (await self._ask(self._names.get_card, composing.card(number), deadline)).discount_card
        if block is None or block.processing_status != "Found":
            return None
        return LoyaltyCard(number=block.id("number") or number, status=block.status.id("systemName"))

    async def bind_card(self, customer_id: str, number: str, code: str, *, deadline: Deadline) -> CardAnswer:
        operation = self._names.bind_card if number else self._names.issue_card
        return mapping.card(await self._tell(operation, composing.bind_card(customer_id, number, code), deadline))

    async def replace_card(self, old: str, new: str, *, deadline: Deadline) -> CardAnswer:
        return mapping.card(await self._tell(self._names.replace_card, composing.replace_card(old, new), deadline))

    async def _known(self, application: Application, register: RegisterRef, deadline: Deadline) -> PersonBlock | None:
        """Who has this phone; the answer to a registration need not say, and a refusal may be about just that."""
        body = general.get_customer(CustomerKey(KeyKind.PHONE, application.phone), register, self._settings)
        person = (await self._ask(self._names.get_customer, body, deadline)).customer
        return person if person is not None and person.processing_status in FOUND else None

    async def _enrolled(self, person: PersonBlock, deadline: Deadline, *, already: bool, code: str = "") -> Enrolment:
        """A new customer's SMS goes out by itself; one who was there and never confirmed gets it sent again."""
        customer_id, confirmed = person.id("mindboxId"), person.is_mobile_phone_confirmed
        awaited = bool(self._names.confirm_phone) and (confirmed is False if already else not confirmed)
        if already and awaited and self._names.resend_code:
            await self.resend(customer_id, deadline=deadline)
        return Enrolment(
            customer_id=customer_id,
            already=already,
            code_sent=awaited and (not already or bool(self._names.resend_code)),
            code=code,
            wallet_link=mapping.wallet_link(person, self._settings),
        )

    async def _ask(self, operation: str, body: bytes, deadline: Deadline) -> PeopleEnvelope:
        return answers.question(await self._server.ask(_named(operation), body, deadline), decode_people)

    async def _tell(self, operation: str, body: bytes, deadline: Deadline) -> PeopleEnvelope:
        return answers.told(await self._server.tell(_named(operation), body, deadline), decode_people)


def _named(operation: str) -> str:
    if not operation:
        raise LoyaltyUnavailable("the project has no such operation: loyalty.operations")
    return operation


_conforms: type[Participants] = MindboxPeople
_conforms_to_cards: type[Cards] = MindboxPeople
