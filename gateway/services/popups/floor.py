"""What goes on at each register right now: the receipt that is open and who stands there. Memory only.

A register tells of a receipt when it asks about it; that it was given up is not always told, so a receipt nobody
has asked about for a while counts as gone.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from gateway.domain.customer import Customer, CustomerKey
from gateway.domain.receipt import Receipt, RegisterRef
from gateway.domain.told import Identified, Quoted
from gateway.ports import Clock

QUIET = timedelta(minutes=10)
"""A receipt its register has not asked about for so long was given up."""


class AtRegister(Struct):
    """`receipt_id` is empty for a customer met before any receipt; `expected_until`: a popup may come till then.

    `customer` is whom `key` names, as far as he is known; `notices` are what the register was told last about the
    open receipt. `sold` is the receipt closed last, until somebody else may stand there.
    """

    receipt_id: str | None = None
    asked_at: datetime | None = None
    key: CustomerKey | None = None
    customer: Customer | None = None
    notices: tuple[str, ...] = ()
    sold: str | None = None
    expected_until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        return self.receipt_id is not None and self.asked_at is not None and now - self.asked_at < QUIET


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

    def met(self, register: RegisterRef, key: CustomerKey, told: Identified) -> None:
        """A customer was looked up before there is a receipt."""
        at = self._at(register)
        self._asked(register, at, at.receipt_id or "", key, told.customer, told.notices)

    def quoted(self, receipt: Receipt, told: Quoted) -> None:
        """The register asked what an open receipt costs; whoever has the same key is still the one met before it."""
        at = self._at(receipt.register)
        is_met = at.receipt_id in ("", receipt.id) and at.key == receipt.customer
        customer = told.customer or (at.customer if is_met else None)
        if told.stranger:
            customer = None
        self._asked(receipt.register, at, receipt.id, receipt.customer, customer, told.notices)

    def closed(self, receipt: Receipt) -> None:
        """Another receipt that is open stays so: a close may come late, or twice; then the next may stand there."""
        at = self._at(receipt.register)
        if receipt.customer is not None and self._window():
            at.expected_until = self._clock.now() + self._window()
        is_here = at.receipt_id in ("", receipt.id)
        is_latest = at.sold == receipt.id or (is_here and receipt.customer in (None, at.key))
        at.sold = receipt.id if is_latest else None
        if is_here:
            at.receipt_id, at.key, at.customer, at.notices = None, None, None, ()
        self._changed(receipt.register)

    def is_open(self, register: RegisterRef) -> bool:
        return self._at(register).is_open(self._clock.now())

    def is_expected(self, register: RegisterRef) -> bool:
        """After our own start too: what went on before it is not known."""
        until = self._at(register).expected_until or self._began + self._window()
        return self._clock.now() < until

    def asked_at(self, register: RegisterRef) -> datetime | None:
        """When the register asked about a receipt last; None: not since our own start."""
        return self._at(register).asked_at

    def has_moved_on(self, register: RegisterRef, receipt_id: str) -> bool:
        """Whether another than this receipt's customer may stand there; unknown counts as yes: nobody is mistaken."""
        return self._at(register).sold != receipt_id

    def customer(self, register: RegisterRef) -> tuple[Customer | None, tuple[str, ...]]:
        """Who stands at the register, and what was told of him; nobody when no receipt is open."""
        at = self._at(register)
        return (at.customer, at.notices) if self.is_open(register) else (None, ())

    def _at(self, register: RegisterRef) -> AtRegister:
        return self._registers.get(register) or self._registers.setdefault(register, AtRegister())

    def _asked(
        self,
        register: RegisterRef,
        at: AtRegister,
        receipt_id: str,
        key: CustomerKey | None,
        customer: Customer | None,
        notices: tuple[str, ...],
    ) -> None:
        now = self._clock.now()
        is_news = (at.receipt_id, at.customer, at.notices) != (receipt_id, customer, notices) or not at.is_open(now)
        at.receipt_id, at.key, at.customer, at.notices = receipt_id, key, customer, notices
        at.asked_at, at.sold = now, None
        if is_news:
            self._changed(register)
