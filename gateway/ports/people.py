"""The people of the loyalty programme, and their cards."""

from collections.abc import Sequence
from typing import Protocol

from gateway.domain.account import Offer, PointsMovement
from gateway.domain.customer import CustomerKey
from gateway.domain.deadline import Deadline
from gateway.domain.enrolment import Application, Enrolment
from gateway.domain.loyalty_card import CardAnswer, LoyaltyCard
from gateway.domain.receipt import RegisterRef


class Participants(Protocol):
    """The people of the programme: new ones, codes to their phones, what they earned. Nothing here touches a sale.

    A cashier waits for each answer, seconds if need be; nothing is kept for later. Every method raises
    `LoyaltyError` as `LoyaltyProgram` does: `LoyaltyRejected` carries the server's own words for the cashier,
    `LoyaltyUnavailable` is also raised where the project has no such operation.
    """

    async def enrol(self, application: Application, register: RegisterRef, *, deadline: Deadline) -> Enrolment:
        """Take an application. A repeat says `already` and changes nothing."""

    async def confirm(self, enrolment: Enrolment, code: str, register: RegisterRef, *, deadline: Deadline) -> bool:
        """The phone is the customer's: he told the `code` sent to it. False for a wrong code, True for a repeat."""

    async def send_code(self, key: CustomerKey, code: str, *, deadline: Deadline) -> str:
        """Have a code sent to the customer's phone: `code`, or one of the server's own where it is empty.

        Returns the code that was sent; empty where the server keeps it to itself and compares (`check_code`).
        """

    async def check_code(self, key: CustomerKey, code: str, *, deadline: Deadline) -> bool:
        """Whether the server knows this code for the customer: one it has sent, or that of a one-time QR."""

    async def movements(self, customer_id: str, limit: int, *, deadline: Deadline) -> Sequence[PointsMovement]:
        """The last changes of his points, newest first."""

    async def offers(self, customer_id: str, *, deadline: Deadline) -> Sequence[Offer]:
        """Promotions he may use now."""


class Cards(Protocol):
    """The programme's cards, and changes of a customer's data. Errors as those of `Participants`."""

    async def card(self, number: str, *, deadline: Deadline) -> LoyaltyCard | None:
        """None when there is no such card."""

    async def bind_card(self, customer_id: str, number: str, code: str, *, deadline: Deadline) -> CardAnswer:
        """Give the customer a card; `number` empty: a virtual one. `code` proves his consent, where that is asked."""

    async def replace_card(self, old: str, new: str, *, deadline: Deadline) -> CardAnswer:
        """The owner of `old` gets `new` instead."""

    async def resend(self, customer_id: str, *, deadline: Deadline) -> None:
        """Send the code that confirms his phone once more."""

    async def edit(
        self, customer_id: str, changed: Application, register: RegisterRef, *, deadline: Deadline
    ) -> bool:
        """Change what `changed` fills in or clears, and nothing else. False when there is no such customer."""
