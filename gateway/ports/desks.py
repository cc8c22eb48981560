"""What registers and screens may ask of us."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Protocol

from gateway.domain.customer import CustomerKey
from gateway.domain.deadline import Deadline
from gateway.domain.desk import DeskView, PromptAnswer
from gateway.domain.enrolment import Application
from gateway.domain.enrolment_form import Form
from gateway.domain.overview import Overview
from gateway.domain.receipt import Receipt, Refund, RegisterRef
from gateway.domain.told import (
    About,
    Begun,
    Closed,
    CodeSent,
    Declined,
    Enrolled,
    Identified,
    Quoted,
    Redeemed,
    Released,
)


class Checkout(Protocol):
    """What a register may ask. Each answer comes by the deadline, whatever the loyalty server does."""

    async def identify(self, key: CustomerKey, register: RegisterRef, deadline: Deadline) -> Identified: ...

    async def quote(self, receipt: Receipt, deadline: Deadline, code: str = "") -> Quoted:
        """`code` is one that the register holds from an earlier quote of this receipt, and has compared itself."""

    async def redeem(
        self, receipt: Receipt, points: Decimal, deadline: Deadline, code: str = ""
    ) -> Redeemed | Declined:
        """`code` is what the customer told, where one is needed and the register has not compared it itself."""

    async def send_code(self, receipt: Receipt, deadline: Deadline) -> CodeSent | Declined:
        """Have a code sent to the customer's phone so that he can pay with points; a repeat sends no second one."""

    async def release(self, receipt: Receipt, deadline: Deadline) -> Released: ...

    async def complete(self, receipt: Receipt, raw: bytes, deadline: Deadline) -> Closed:
        """Raises `StoreUnavailable`: the close was not stored, the register must keep it and repeat."""

    async def refund(self, refund: Refund, raw: bytes) -> Closed:
        """Raises `StoreUnavailable` as `complete` does."""

    async def park(self, register: RegisterRef, raw: bytes, reason: str) -> Closed:
        """Keep a document that could not be understood. Raises `StoreUnavailable`."""


class EnrolmentDesk(Protocol):
    """New participants at a register: the form, then `begin`, then `finish`; both may be repeated."""

    def form(self) -> Form | None:
        """What to ask the customer; None when the shop enrols nobody at the register."""

    async def begin(self, application: Application, register: RegisterRef, deadline: Deadline) -> Begun | Declined:
        """Check the application; where the shop wants a code, have it sent."""

    async def finish(
        self, application: Application, code: str, register: RegisterRef, deadline: Deadline
    ) -> Enrolled | Declined:
        """Make him a participant; `code` is what he told, empty where the register has compared it itself."""


class StaffDesk(Protocol):
    """Information about a customer for the staff."""

    async def about(self, key: CustomerKey, register: RegisterRef, deadline: Deadline) -> About | Declined: ...


class PromptDesk(Protocol):
    """What a cashier's screen may ask."""

    async def view(self, register: RegisterRef) -> DeskView:
        """What to show now. Raises `StoreUnavailable`."""

    def changes(self, register: RegisterRef) -> AsyncIterator[None]:
        """Yields whenever `view` may have changed; ends when the gateway stops."""

    async def answer(self, prompt_id: str, register: RegisterRef, answer: PromptAnswer) -> bool:
        """What the cashier did with it. True once it is stored, also when it was before; False when it is too late,
        answered otherwise, or not of this register. Raises `StoreUnavailable`.
        """


class StatusDesk(Protocol):
    """What the administrator's status page may ask and do."""

    async def overview(self) -> Overview: ...

    async def retry(self, subject: str) -> None:
        """Try a parked record again. Raises `GatewayError` with the reason when it cannot be."""

    def limit(self, *, on: bool) -> None:
        """Limited mode by hand. Raises `OSError` when it cannot be stored."""
