"""A whole gateway without sockets: services over the memory store and programme, and a clock moved by hand."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from builders import REGISTER, make_line, make_receipt, make_tender
from msgspec.structs import replace
from virtual_clock import FakeClock

from adapters.loyalty.memory import MemoryProgram
from adapters.loyalty.memory_participants import MemoryParticipants
from adapters.loyalty.mindbox.sandbox.seed import SandboxSeed
from adapters.loyalty.programme import AccountKeys, Order, Programme, read_seed
from adapters.stores.memory import MemoryStore
from gateway.core import Core, Loyalty, build_core
from gateway.domain.customer import CustomerKey, KeyKind
from gateway.domain.deadline import Deadline
from gateway.domain.receipt import Receipt, Refund, RegisterRef, TenderKind
from gateway.domain.sale_record import Sale
from gateway.domain.told import Closed, Declined, Quoted, Redeemed, Released
from gateway.domain.work import Lane
from gateway.observability.metrics import Metrics
from gateway.ports import Printer
from gateway.resources import shipped
from gateway.services.printing import Printers
from gateway.settings import Outlet, Prompt, Settings
from gateway.slips import Templates

SEED = Path(__file__).parents[1] / "config" / "examples" / "sandbox-seed.toml"
START = datetime(2026, 3, 14, 15, 5, tzinfo=UTC)
OLGA = CustomerKey(KeyKind.PHONE, "79603334455")  # silver, 1500 points
ANNA = CustomerKey(KeyKind.PHONE, "79115550123")  # 300 roubles short of gold
FIFTY = Decimal(50)
SHAMPOO = make_line(sku="5002", quantity=Decimal(1), unit_price=Decimal(400), total=Decimal(400))
COFFEE = make_line(sku="20417", unit_price=Decimal("389.90"), total=Decimal("779.80"))
GOLD = Prompt(name="gold", text="Поздравьте: {{ customer.first_name }}", segment="LevelTransition/SilverToGold")


@cache
def example_seed() -> SandboxSeed:
    return read_seed(SEED, SandboxSeed)


@cache
def shipped_templates() -> Templates:
    return Templates(shipped("receipt_templates"))


def basket(receipt_id: str = "receipt-1", **overrides: Any) -> Receipt:
    """An open receipt: coffee with a coupon that takes a tenth off."""
    values = {"customer": OLGA, "lines": (COFFEE,), "coupons": ("SPRING10",), "tenders": (), "at": START}
    return make_receipt(receipt_id, **values | overrides)


def plain_basket(receipt_id: str = "receipt-1", **overrides: Any) -> Receipt:
    """An open receipt that no promotion touches: 400 roubles, 80 points may pay for it."""
    return basket(receipt_id, **{"lines": (SHAMPOO,), "coupons": ()} | overrides)


def discounted(receipt: Receipt, told: Quoted) -> Receipt:
    """As the register has it once it has applied the discounts."""
    lines = (replace(line, total=line.total - told.discounts.get(line.index, Decimal(0))) for line in receipt.lines)
    return replace(receipt, lines=tuple(lines))


def paid(receipt: Receipt, points: Decimal = Decimal(0)) -> Receipt:
    """As the register closes it: points lower the price, the rest is cash."""
    cash = make_tender(amount=receipt.total - points)
    spent = make_tender(kind=TenderKind.POINTS, amount=points, fiscal=False)
    return replace(receipt, tenders=(spent, cash) if points else (cash,))


class Shop:
    """One store's gateway. `restart` is a new process over what the old one has stored."""

    def __init__(self, **settings: Any) -> None:
        self.clock = FakeClock(START)
        self.store = MemoryStore()
        self.programme = Programme(example_seed(), self.clock.now)
        self.program = MemoryProgram(self.programme, self.clock)
        self.participants = MemoryParticipants(self.programme, self.clock)
        self.loyalty = Loyalty(program=self.program, participants=self.participants)
        self.printers: dict[RegisterRef, Printer] = {}
        self.slips_elsewhere = False
        self._settings = {"prompts": (GOLD,), "registers": ()} | settings
        self.core: Core
        self.restart()

    def restart(self) -> None:
        self.meter = Metrics()
        settings = Settings(outlet=Outlet(id=REGISTER.outlet), loyalty={}, **self._settings)
        self.core = build_core(
            settings, self.loyalty, self.store, self.our_printers(), self.clock, self.meter, shipped_templates()
        )

    def our_printers(self) -> Printers:
        """Each prints the slips of its register, unless `slips_elsewhere`."""
        names = {ref: f"printer of {ref.register}" for ref in self.printers}
        return Printers(
            registers=frozenset({REGISTER, *names}),
            named={names[ref]: printer for ref, printer in self.printers.items()},
            of_register=names,
            slips_of=frozenset() if self.slips_elsewhere else frozenset(names),
        )

    def soon(self, seconds: float = 0.3) -> Deadline:
        return Deadline(self.clock.monotonic() + seconds)

    def _stamped(self, receipt: Receipt) -> Receipt:
        """With the time at the register, whose clock is right."""
        return replace(receipt, at=self.clock.now())

    async def quote(self, receipt: Receipt) -> Quoted:
        return await self.core.checkout.quote(self._stamped(receipt), self.soon())

    async def priced(self, receipt: Receipt) -> Receipt:
        return discounted(receipt, await self.quote(receipt))

    async def redeem(self, receipt: Receipt, points: Decimal = FIFTY) -> Redeemed | Declined:
        return await self.core.checkout.redeem(receipt, points, self.soon(0.6))

    async def undo(self, receipt: Receipt) -> Released:
        return await self.core.checkout.release(receipt, self.soon())

    async def complete(self, receipt: Receipt) -> Closed:
        raw = b"raw of " + receipt.id.encode()
        return await self.core.checkout.complete(self._stamped(receipt), raw, self.soon())

    async def refund(self, refund_id: str, quantity: int, *, of: str = "receipt-1") -> Closed:
        """Give back some of the first line."""
        line = replace(COFFEE, quantity=Decimal(quantity), original_index=1)
        document = make_receipt(refund_id, lines=(line,), customer=OLGA, at=self.clock.now())
        refund = Refund(document=document, original_id=of)
        return await self.core.checkout.refund(refund, b"raw of " + refund_id.encode())

    async def held(self, receipt: Receipt, points: Decimal = FIFTY) -> Receipt:
        """Priced, and paid by points in part."""
        priced = await self.priced(receipt)
        assert isinstance(await self.redeem(priced, points), Redeemed)
        return priced

    async def sale(self, sale_id: str = "receipt-1") -> Sale:
        sale = await self.store.sale(sale_id)
        assert sale is not None
        return sale

    def spend_elsewhere(self, left: int = 10) -> None:
        """Another shop takes Olga's points."""
        account = self.programme.find(AccountKeys(phone=OLGA.value))
        assert account is not None
        account.post("elsewhere", left - self.points(), self.clock.now())

    def order(self, order_id: str = "receipt-1") -> Order | None:
        self.program.catch_up()
        return self.programme.order(order_id)

    def points(self, key: CustomerKey = OLGA) -> Decimal:
        self.program.catch_up()
        account = self.programme.find(AccountKeys(phone=key.value))
        assert account is not None
        return self.programme.balance(account).available

    def counted(self, name: str, **labels: str) -> float:
        return self.meter.registry.get_sample_value(f"pos_gateway_{name}_total", labels) or 0

    async def pass_time(self, **parts: float) -> None:
        """Move the clock, doing all the work that falls due on the way."""
        end = self.clock.now() + timedelta(**parts)
        while (due := await self._next_due()) is not None and due <= end:
            self.clock.move_to(due)
            await self._work()
        self.clock.move_to(end)

    async def _next_due(self) -> datetime | None:
        dues = [await self.store.next_due(lane) for lane in Lane]
        return min((due for due in dues if due is not None), default=None)

    async def _work(self) -> None:
        now = self.clock.now()
        for lane in Lane:
            for work in await self.store.lease(lane, now, 1, now + timedelta(seconds=30)):
                await self.core.outbox.start(work)

    async def wait_for_background(self) -> None:
        """Let tasks that need no time run to where they wait."""
        for _ in range(50):
            await asyncio.sleep(0)
