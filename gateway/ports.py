"""Every door between what we decide and what others decide."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from msgspec import Struct

from gateway.domain.account import Offer, PointsMovement
from gateway.domain.call import Answer, Call, Intent, OrderView
from gateway.domain.change import Change, HistoryRow, Parked, ParkedDocument, Shift
from gateway.domain.check import Check
from gateway.domain.customer import Customer, CustomerKey, SegmentMembership
from gateway.domain.deadline import Deadline
from gateway.domain.desk import DeskView, PromptAnswer
from gateway.domain.enrolment import Application, Enrolment
from gateway.domain.enrolment_form import Form
from gateway.domain.loyalty_card import CardAnswer, LoyaltyCard
from gateway.domain.occasion import Occasion
from gateway.domain.overview import Overview
from gateway.domain.print_job import PrintJob
from gateway.domain.print_outcome import Composed, PrintOutcome, Trouble
from gateway.domain.prompt import Prompt
from gateway.domain.quote import Quote
from gateway.domain.receipt import Receipt, Refund, RegisterRef
from gateway.domain.refund import RefundRecord
from gateway.domain.sale_record import Profile, Sale, State
from gateway.domain.slip import Slip
from gateway.domain.slip_data import SlipData
from gateway.domain.till_report import Reported, Unread
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
from gateway.domain.work import Lane, OutboxRow, Work


class Clock(Protocol):
    """Durable times come from `now` (with a zone), durations and deadlines from `monotonic`."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...

    def synchronised(self) -> bool:
        """Whether the computer's clock is kept right (NTP); when not, registers' own clocks are believed."""

    def lost(self) -> bool:
        """Whether the computer has lost its time: no sale may be told with it, and no due date means anything."""

    async def sleep(self, seconds: float) -> None: ...


class LoyaltyProgram(Protocol):
    """The chain's loyalty server. Questions change nothing; a change is composed, stored, then sent.

    Every method raises `LoyaltyError`: `LoyaltyUnavailable` when the server surely did nothing,
    `OutcomeUnknown` when it may have, `LoyaltyRejected` for a refusal of a question, `LoyaltyProtocolError`
    for an answer nobody understands.
    """

    profile: Profile

    async def identify(self, key: CustomerKey, register: RegisterRef, *, deadline: Deadline) -> Customer | None:
        """Who has this key; None when nobody."""

    async def quote(self, receipt: Receipt, order_id: str, at: datetime, *, deadline: Deadline) -> Quote:
        """Price an open receipt. `order_id` ties it to the price rules of an order saved before."""

    async def segments(self, customer_id: str, *, deadline: Deadline) -> tuple[SegmentMembership, ...]:
        """The segments the customer is in now."""

    async def order(self, order_id: str, *, deadline: Deadline) -> OrderView | None:
        """An order as the server holds it; None when it does not know it."""

    def compose(self, intent: Intent) -> bytes:
        """The bytes of the call that tells `intent`. Pure: the same intent gives the same bytes."""

    async def send(self, call: Call, *, deadline: Deadline) -> Answer:
        """Send a stored call; refusals are answers, not errors."""

    async def close(self) -> None: ...


class Examination(Protocol):
    """What is wrong with a loyalty server, as far as it can be seen from the shop. Changes nothing there."""

    def steps(self, calls: int) -> int:
        """How often `done` will be called, when nothing is wrong."""

    def checks(self, calls: int, done: Callable[[], None]) -> Iterator[Check]:
        """One after the other; `calls` are measured for each question a cashier waits for. Blocks."""


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
        """Change what `changed` fills in, and nothing else. False when there is no such customer."""


class Counts(Struct, frozen=True, kw_only=True):
    """How much lies in the store. What a person has dropped does not count as parked or undelivered.

    `undelivered` are the sales of every state but DELIVERED.
    """

    pending: int
    oldest_due: datetime | None
    parked_sales: int
    parked_refunds: int
    parked_documents: int
    undelivered: dict[State, int] = {}


class StoreSize(Struct, frozen=True, kw_only=True):
    """Bytes; `disk_free` is None where it cannot be seen: a database on another machine, a store in memory."""

    used: int
    disk_free: int | None


News = Lane | RegisterRef | None
"""What a store tells its listeners: work in a lane, prompts of a register, or (None) that it may have missed some."""


class Store(Protocol):
    """Durable records. A change is one transaction, on disk when `commit` returns.

    Raises `StoreUnavailable` when nothing was stored, `Conflict` when a record's version has moved on. After
    `StoreUnavailable` a store on another machine may have stored it nevertheless: do not acknowledge, read again.
    """

    async def sale(self, sale_id: str) -> Sale | None: ...

    async def last_sale(self) -> Sale | None:
        """The one delivered last, as long as it still tells of its customer."""

    async def refund(self, refund_id: str) -> RefundRecord | None: ...

    async def refunds_of(self, sale_id: str) -> Sequence[RefundRecord]: ...

    async def shift(self, register: RegisterRef, shift: str) -> Shift:
        """The closed sales and the refunds of one shift of a register, by its own number of the shift."""

    async def prompt(self, prompt_id: str) -> Prompt | None: ...

    async def occasions(self, ids: Sequence[str]) -> Sequence[Occasion]:
        """Those of these ids that are known, in any order."""

    async def offered(self, register: RegisterRef) -> Sequence[Prompt]:
        """Prompts that wait for the cashier's eyes, oldest first."""

    async def print_jobs(self, limit: int) -> Sequence[PrintJob]:
        """Slips that are not surely on paper, oldest first."""

    async def documents(self) -> Sequence[ParkedDocument]: ...

    async def commit(self, change: Change) -> None: ...

    async def lease(self, lane: Lane, now: datetime, limit: int, until: datetime) -> Sequence[Work]:
        """Due work, most urgent first, each under a new lease; nobody else gets it before `until`."""

    async def bring_forward(self, by: timedelta) -> None:
        """All work falls due so much earlier, leases end so much earlier: this computer's clock was set back.

        A store that several gateways share leaves it to those whose clocks were not.
        """

    async def latest_change(self) -> datetime | None:
        """The latest time of any row of the history; None while there is none."""

    async def next_due(self, lane: Lane) -> datetime | None:
        """When the earliest work that nobody has leased falls due."""

    def listen(self, heard: Callable[[News], None]) -> None:
        """`heard` is called on the loop after work or prompts were stored, by whomever of this store's gateways."""

    async def counts(self) -> Counts: ...

    async def size(self) -> StoreSize: ...

    async def work(self, limit: int) -> Sequence[OutboxRow]:
        """The outbox as it lies, most urgent first."""

    async def parked(self, limit: int) -> Parked:
        """What waits for a person, at most `limit` of each kind."""

    async def history(self, subject: str) -> Sequence[HistoryRow]:
        """What happened to a record, in order."""

    async def old_sales(self, before: datetime, limit: int) -> Sequence[Sale]:
        """Sales that are over, unchanged since `before`, and still tell of their customer; oldest first."""

    async def old_refunds(self, before: datetime, limit: int) -> Sequence[RefundRecord]:
        """Refunds that are over, from before that time, and still tell of their customer; oldest first."""

    async def forget(self, before: datetime, limit: int) -> int:
        """Delete history, prompts that are over and dropped documents from before that time, `limit` of each.

        Returns how many went; 0 says that none are left.
        """

    async def forget_sales(self, before: datetime, limit: int) -> int:
        """As `forget`: stripped sales and refunds, and of whom which rule has spoken."""

    async def pulse(self) -> None:
        """Returns once whoever writes has taken a turn: silence says that it is stuck."""

    async def close(self) -> None: ...


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


class Templates(Protocol):
    """Slips a shop can edit. Raises `TemplateError`."""

    def render(self, name: str, data: SlipData) -> Slip: ...


class Line(Protocol):
    """A one-line text of the administrator's with a customer's data filled in. Raises `TemplateError`."""

    def __call__(self, source: str, customer: Customer) -> str: ...


class TillReport(Protocol):
    """A register's own list of its receipts, read once from its beginning to its end.

    Complete once all receipts were taken: `unread` are the lines nobody understands, `since` is when it begins to
    tell of a register.
    """

    unread: list[Unread]
    since: dict[RegisterRef, datetime]

    def receipts(self, closed_before: datetime, line: Callable[[int], None]) -> Iterator[Reported]:
        """Receipts and refunds of shifts closed before that moment, in their order; `line` hears how far it is."""


class Meter(Protocol):
    """Counts for monitoring; labels never name a customer, a card or a receipt."""

    def count(self, name: str, **labels: str) -> None: ...

    def observe(self, name: str, seconds: float, **labels: str) -> None: ...

    def set(self, name: str, value: float, **labels: str) -> None:
        """A value that goes up and down, in base units."""

    def request(self, register: RegisterRef | None, operation: str, outcome: str, seconds: float) -> None:
        """One register request answered: one log line, one observation."""


Begin = Callable[[], Awaitable[None]]
"""Awaited when a printer is ready, before its first byte. What it raises passes through, and nothing is printed."""


class Printer(Protocol):
    """One slip printer. `columns` is its width in characters of normal size."""

    @property
    def columns(self) -> int: ...

    async def compose(self, slip: Slip) -> Composed:
        """The bytes that print `slip` here: the same slip gives the same bytes, so a repeat is one."""

    async def print(self, data: bytes, *, timeout: float, begin: Begin) -> PrintOutcome:  # noqa: ASYNC109 - a printer's own, not a register's
        """Print composed bytes once, or say why not. Never raises for what a printer does."""

    async def look(self, *, timeout: float) -> Trouble:  # noqa: ASYNC109 - as above
        """How it is now, nothing printed. `NONE` also from one that never answers, if it is known for that."""
