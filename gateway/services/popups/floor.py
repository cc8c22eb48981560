"""What goes on at each register right now: the receipt that is open and who stands there. Memory only.

A register tells of a receipt when it asks about it; that it was given up is not always told, so a receipt nobody
has asked about for a while counts as gone.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from gateway.domain.customer import Customer
from gateway.domain.receipt import Receipt, RegisterRef
from gateway.ports import Clock

QUIET = timedelta(minutes=10)
"""A receipt its register has not asked about for so long was given up."""


class AtRegister(Struct):
    """`receipt_id` is empty for a customer met before any receipt; `expected_until`: a popup may come till then.

    `notices` are what the register was told last about the open receipt.
    """

    receipt_id: str | None = None
    started_at: datetime | None = None
    asked_at: datetime | None = None
    customer: Customer | None = None
    notices: tuple[str, ...] = ()
    expected_until: datetime | None = None


class Floor:
    """`window`: how long after a close a popup may still come; zero where no rule raises any."""

    def __init__(self, clock: Clock, window: Callable[[], timedelta]) -> None:
        self._clock = clock
        self._window = window
        self._registers: dict[RegisterRef, AtRegister] = {}
        self._began = clock.now()
        self._changed: Callable[[RegisterRef], None] = lambda _register: None

    def listen(self, changed: Callable[[RegisterRef], None]) -> None:
        """`changed` is called when a screen of that register would show something else."""
        self._changed = changed

    def met(self, register: RegisterRef, customer: Customer | None, notices: tuple[str, ...]) -> None:
        """A customer was looked up before there is a receipt."""
        at = self._at(register)
        self._asked(register, at, at.receipt_id or "", customer, notices)

    def quoted(self, receipt: Receipt, customer: Customer | None, notices: tuple[str, ...]) -> None:
        """The register asked what an open receipt costs; the customer is still the one met before it."""
        at = self._at(receipt.register)
        known = at.customer if at.receipt_id in ("", receipt.id) and receipt.customer is not None else None
        self._asked(receipt.register, at, receipt.id, customer or known, notices)

    def closed(self, receipt: Receipt) -> None:
        """Another receipt that is open stays so: a close may come late."""
        at = self._at(receipt.register)
        if receipt.customer is not None and self._window():
            at.expected_until = self._clock.now() + self._window()
        if at.receipt_id in ("", receipt.id):
            at.receipt_id, at.customer, at.notices = None, None, ()
        self._changed(receipt.register)

    def is_open(self, register: RegisterRef) -> bool:
        at = self._at(register)
        return at.receipt_id is not None and at.asked_at is not None and self._clock.now() - at.asked_at < QUIET

    def is_expected(self, register: RegisterRef) -> bool:
        """After our own start too: what went on before it is not known."""
        until = self._at(register).expected_until or self._began + self._window()
        return self._clock.now() < until

    def asked_at(self, register: RegisterRef) -> datetime | None:
        """When the register asked about a receipt last; None: not since our own start."""
        return self._at(register).asked_at

    def has_moved_on(self, register: RegisterRef, since: datetime) -> bool:
        """Whether another receipt was begun after that time; unknown counts as yes: it must not be mistaken."""
        started = self._at(register).started_at
        return (started or self._began) > since

    def customer(self, register: RegisterRef) -> tuple[Customer | None, tuple[str, ...]]:
        """Who stands at the register, and what was told of him; nobody when no receipt is open."""
        at = self._at(register)
        return (at.customer, at.notices) if self.is_open(register) else (None, ())

    def _at(self, register: RegisterRef) -> AtRegister:
        return self._registers.setdefault(register, AtRegister())

    def _asked(
        self,
        register: RegisterRef,
        at: AtRegister,
        receipt_id: str,
        customer: Customer | None,
        notices: tuple[str, ...],
    ) -> None:
        before = (self.is_open(register), at.receipt_id, at.customer, at.notices)
        now = self._clock.now()
        if not before[0] or (at.receipt_id and at.receipt_id != receipt_id):
            at.started_at = now
        at.receipt_id, at.customer, at.notices, at.asked_at = receipt_id, customer, notices, now
        if before != (True, receipt_id, customer, notices):
            self._changed(register)
