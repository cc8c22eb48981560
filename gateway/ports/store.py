"""What outlives the process."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct

from gateway.domain.change import Change, HistoryRow, Parked, ParkedDocument, Shift
from gateway.domain.occasion import Occasion
from gateway.domain.print_job import PrintJob
from gateway.domain.prompt import Prompt
from gateway.domain.receipt import RegisterRef
from gateway.domain.refund import RefundRecord
from gateway.domain.sale_record import Sale, State
from gateway.domain.work import Lane, OutboxRow, Work


class Counts(Struct, frozen=True, kw_only=True):
    """How much lies in the store. What a person has dropped does not count as parked or undelivered.

    `owed_since` is when the oldest pending work was first due, however often it was tried since; in the future when
    all of it is only planned. `undelivered` are the sales of every state but DELIVERED.
    """

    pending: int
    owed_since: datetime | None
    parked_sales: int
    parked_refunds: int
    parked_documents: int
    undelivered: dict[State, int] = {}

    def age(self, now: datetime) -> float:
        """How many seconds the oldest pending work has been owed; zero when all of it is only planned."""
        return 0.0 if self.owed_since is None else max(0.0, (now - self.owed_since).total_seconds())


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

    async def generation(self, sale_id: str) -> int:
        """Of a sale that is not closed; 0 for any other, and where there is none. Asked for every new receipt."""

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
