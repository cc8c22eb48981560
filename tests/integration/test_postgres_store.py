"""Several gateways over one PostgreSQL: who gets which work, what wakes whom, what a lost connection costs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import pytest
from builders import AT, REGISTER, later, make_full_sale, make_history, make_prompt, make_sale, make_work
from msgspec.structs import replace
from postgres_server import server

from adapters.stores import PostgresSettings, open_store
from adapters.stores.postgres.opening import prepare_schema
from adapters.stores.postgres.queries import QUERIES, SQL
from adapters.stores.postgres.store import PostgresStore
from gateway.domain.change import Change
from gateway.domain.receipt import RegisterRef
from gateway.domain.sale_record import Sale, State, Terms
from gateway.domain.work import Lane, Work, WorkKind
from gateway.errors import Conflict, StoreError, StoreUnavailable
from gateway.ports import News
from gateway.services.popups import Floor, PopupDesk
from gateway.services.records import Records

pytestmark = pytest.mark.postgres

UNTIL = later(seconds=30)
Opener = Callable[[], Awaitable[PostgresStore]]


@pytest.fixture
async def dsn() -> AsyncIterator[str]:
    async with server().database() as found:
        yield found


@pytest.fixture
async def gateway(dsn: str) -> AsyncIterator[Opener]:
    """Opens another gateway's store, as many as a test wants."""
    async with AsyncExitStack() as stack:

        async def opened() -> PostgresStore:
            store = await open_store(PostgresSettings(dsn_file="dsn", pool=2), on_fatal=pytest.fail, dsn=dsn)
            assert isinstance(store, PostgresStore)
            stack.push_async_callback(store.close)
            heard: list[News] = []
            store.listen(heard.append)
            await eventually(lambda: heard == [None])  # it listens
            return store

        yield opened


async def lease(store: PostgresStore, limit: int = 10) -> list[Work]:
    return list(await store.lease(Lane.SALES, AT, limit, UNTIL))


def heard_by(store: PostgresStore) -> list[News]:
    """What it hears from now on."""
    heard: list[News] = []
    store.listen(heard.append)
    return heard


async def eventually(check: Callable[[], bool], *, within: float = 5.0) -> float:
    """Fails the test when it does not come true. How many seconds it took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while not check():
        assert loop.time() - began < within, "it did not happen"
        await asyncio.sleep(0.005)
    return loop.time() - began


async def cut(dsn: str) -> None:
    """Every connection of the gateways is ended by the server, as an administrator's restart does."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pos-gateway'"
    )
    await connection.close()


async def test_no_work_is_leased_twice_by_two_gateways(gateway: Opener) -> None:
    stores = [await gateway(), await gateway()]
    subjects = {str(number) for number in range(300)}
    await stores[0].commit(Change(work=tuple(make_work(subject) for subject in subjects)))
    taken: list[str] = []

    async def worker(store: PostgresStore) -> None:
        while work := await lease(store, 7):
            taken.extend(row.subject for row in work)

    await asyncio.gather(*(worker(store) for store in stores * 4))
    assert len(taken) == len(subjects)
    assert set(taken) == subjects


async def test_another_gateway_takes_over_what_a_dead_one_had(gateway: Opener, dsn: str) -> None:
    dead, living = await gateway(), await gateway()
    await dead.commit(Change(work=(make_work(),)))
    (late,) = await lease(dead)
    await cut(dsn)
    third = await gateway()
    for store in (living, third):
        assert await lease(store) == [], "a gateway that starts must not take what others work on"
    (current,) = await living.lease(Lane.SALES, UNTIL, 10, UNTIL + timedelta(seconds=30))
    assert current.lease > late.lease
    await dead.commit(Change(done=(late,), again=(replace(late, due=later(days=1)),)))  # it was not dead after all
    (row,) = await third.work(10)
    assert row.work == current
    await living.commit(Change(done=(current,)))
    assert await third.work(10) == []


async def test_of_two_gateways_that_read_the_same_version_one_wins(gateway: Opener) -> None:
    stores = [await gateway(), await gateway()]
    for version in range(10):
        change = Change(sale=make_sale(version=version), history=(make_history(),))
        outcomes = await asyncio.gather(
            *(store.commit(change) for store in stores for _ in range(5)), return_exceptions=True
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 9 + ["NoneType"]
    assert len(await stores[0].history("receipt-1")) == 10


async def test_gateways_that_touch_the_same_rows_all_come_through(gateway: Opener) -> None:
    """In each one's own order: rows have to be locked in one order, or they wait for each other in a ring."""
    stores = [await gateway(), await gateway(), await gateway()]
    work = [make_work(str(n)) for n in range(20)]

    async def hammer(store: PostgresStore, order: int) -> None:
        for _ in range(15):
            mine = tuple(work[::order])
            await asyncio.gather(store.commit(Change(work=mine)), store.commit(Change(finished=mine[::-1])))

    await asyncio.gather(*(hammer(store, order) for store, order in zip(stores, (1, -1, 3), strict=True)))


async def test_work_of_another_gateway_wakes_this_one(gateway: Opener) -> None:
    here, there = await gateway(), await gateway()
    heard = heard_by(here)
    await there.commit(Change(work=(make_work(), make_work(kind=WorkKind.REPORT)), prompts=(make_prompt(),)))
    assert await eventually(lambda: len(heard) == 3) < 0.5
    assert set(heard) == {Lane.SALES, Lane.REPORTS, REGISTER}


async def test_the_outbox_wakes_for_work_of_another_gateway(gateway: Opener, clock: Any) -> None:
    here, there = await gateway(), await gateway()
    records = Records(here, clock, Terms())
    waiting = asyncio.create_task(records.rung(Lane.SALES, 30))
    await asyncio.sleep(0.01)
    await there.commit(Change(work=(make_work(),)))
    await asyncio.wait_for(waiting, 0.5)


async def test_a_prompt_offered_elsewhere_rings_this_gateways_screens(gateway: Opener, clock: Any) -> None:
    here, there = await gateway(), await gateway()
    nobody: Any = None  # nothing is asked, told or worded here
    desk = PopupDesk(nobody, Records(here, clock, Terms()), Floor(clock, timedelta), nobody, nobody)
    other = RegisterRef(outlet=REGISTER.outlet, register="another")
    screens = [anext(desk.changes(register)) for register in (REGISTER, other)]
    mine, others = (asyncio.ensure_future(screen) for screen in screens)
    await asyncio.sleep(0.01)
    await there.commit(Change(prompts=(make_prompt(deadline=clock.now() + timedelta(minutes=1)),)))
    await asyncio.wait_for(mine, 0.5)
    assert [prompt.id for prompt in await here.offered(REGISTER)] == ["prompt-1"]
    assert not others.done()
    others.cancel()
    await asyncio.gather(others, return_exceptions=True)


@pytest.fixture
def clock() -> Any:
    from gateway.clock import SystemClock

    return SystemClock()


async def test_after_a_lost_connection_everything_works_again_and_nothing_is_missed(
    gateway: Opener, dsn: str
) -> None:
    here, there = await gateway(), await gateway()
    await here.commit(Change(sale=make_sale()))
    heard = heard_by(here)
    await cut(dsn)
    await there.commit(Change(sale=make_sale("b"), work=(make_work(),)))
    await eventually(lambda: None in heard)  # whatever came meanwhile: look
    assert await here.sale("b") is not None
    await here.commit(Change(sale=make_sale("c")))
    heard.clear()
    await there.commit(Change(work=(make_work("more"),)))
    await eventually(lambda: heard == [Lane.SALES])


async def test_a_lost_connection_in_the_middle_of_commits_refuses_or_stores(gateway: Opener, dsn: str) -> None:
    store = await gateway()
    stored: dict[str, bool] = {}

    async def caller(number: int) -> None:
        for round_ in range(20):
            name = f"{number}-{round_}"
            try:
                await store.commit(Change(sale=make_sale(name)))
                stored[name] = True
            except StoreUnavailable:
                stored[name] = False

    callers = [asyncio.create_task(caller(number)) for number in range(8)]
    for _ in range(5):
        await asyncio.sleep(0.02)
        await cut(dsn)
    await asyncio.gather(*callers)
    with suppress(StoreUnavailable):  # the last cut may have come after the last commit: then it is seen only now
        await store.commit(Change(sale=make_sale("just after")))
    await store.commit(Change(sale=make_sale("afterwards")))
    assert not all(stored.values()), "no commit was cut"
    for name, acknowledged in stored.items():
        assert await store.sale(name) is not None or not acknowledged


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(StoreUnavailable):
        await open_store(PostgresSettings(dsn_file="dsn"), on_fatal=pytest.fail, dsn="postgresql://127.0.0.1:1/x")


@pytest.mark.parametrize("dsn", ["", "mysql://secret@host/x", "postgresql://u:secret@host:port/x"])
async def test_a_dsn_nobody_understands_is_refused_without_being_told(dsn: str) -> None:
    with pytest.raises(StoreError) as refused:
        await open_store(PostgresSettings(dsn_file="dsn"), on_fatal=pytest.fail, dsn=dsn)
    assert "secret" not in str(refused.value)


async def test_a_schema_from_the_future_is_refused_and_left_alone(gateway: Opener, dsn: str) -> None:
    await gateway()
    connection = await asyncpg.connect(dsn)
    await connection.execute("INSERT INTO schema_version VALUES (999)")
    for attached in (False, True):
        with pytest.raises(StoreError, match=r"более новой версией.*999"):
            await prepare_schema(dsn, attached=attached)
    assert await connection.fetchval("SELECT max(number) FROM schema_version") == 999
    await connection.close()


async def test_gateways_that_start_together_migrate_once(dsn: str) -> None:
    await asyncio.gather(*(prepare_schema(dsn, attached=False) for _ in range(5)))
    connection = await asyncpg.connect(dsn)
    assert await connection.fetchval("SELECT count(*) FROM schema_version") == len(SQL.migrations())
    await connection.close()


async def stored_by(version: int, sale: Sale, dsn: str) -> None:
    """The database as the gateway of that schema left it, with a sale it had delivered."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(QUERIES["make_schema_version"])
    row = (sale.id, sale.version, "delivered", 0, False, False, msgspec.json.encode(sale))
    for number, statements in SQL.migrations()[:version]:
        await connection.execute(statements)
        await connection.execute(QUERIES["add_schema_version"], number)
        if number == 1:
            await connection.execute("INSERT INTO sale VALUES ($1, $2, $3, $4, $5, $6, $7)", *row)
    await connection.close()


@pytest.mark.parametrize("version", [number for number, _ in SQL.migrations()])
async def test_a_gateway_starts_on_the_schema_of_every_version_before_it(
    version: int, dsn: str, gateway: Opener
) -> None:
    """What the older one stored is there, found by what newer ones look for, and new sales are stored beside it."""
    old = replace(make_full_sale("old"), state=State.DELIVERED)
    await stored_by(version, old, dsn)
    store = await gateway()
    assert await store.sale("old") == old
    assert old.close is not None
    shift = old.close.receipt.shift
    assert [row.id for row in (await store.shift(old.register, shift)).sales] == ["old"]
    await store.commit(Change(sale=make_sale("new")))
    assert await store.sale("new") is not None
    connection = await asyncpg.connect(dsn)
    assert await connection.fetchval("SELECT is_over FROM sale WHERE id = 'old'") is True
    assert await connection.fetchval("SELECT max(number) FROM schema_version") == len(SQL.migrations())
    await connection.close()


async def test_a_command_looks_in_and_changes_no_schema(dsn: str, gateway: Opener) -> None:
    settings = PostgresSettings(dsn_file="dsn")
    with pytest.raises(StoreError, match="перезапустите службу"):
        await open_store(settings, on_fatal=pytest.fail, dsn=dsn, attached=True)
    daemon = await gateway()
    heard = heard_by(daemon)
    command = await open_store(settings, on_fatal=pytest.fail, dsn=dsn, attached=True)
    await command.commit(Change(sale=make_sale(state=State.CLOSED), work=(make_work(),)))
    await command.close()
    await eventually(lambda: heard == [Lane.SALES])
    assert await daemon.sale("receipt-1") is not None


async def test_those_who_wait_share_a_transaction(gateway: Opener, dsn: str) -> None:
    store = await gateway()
    await store.commit(Change(sale=make_sale("first")))
    await asyncio.gather(*(store.commit(Change(sale=make_sale(str(n)))) for n in range(50)))
    connection = await asyncpg.connect(dsn)
    transactions = await connection.fetch("SELECT DISTINCT xmin FROM sale WHERE id <> 'first'")
    await connection.close()
    assert len(transactions) <= 2


async def test_a_stale_record_costs_its_neighbours_nothing(gateway: Opener) -> None:
    store = await gateway()
    await store.commit(Change(sale=make_sale("taken"), prompts=(make_prompt("taken"),)))
    changes = [Change(sale=make_sale(str(n)), prompts=(make_prompt(str(n)),)) for n in range(6)]
    changes += [Change(sale=make_sale("taken")), Change(sale=make_sale("x"), prompts=(make_prompt("taken"),))]
    outcomes = await asyncio.gather(*map(store.commit, changes), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None)] * 6 + [Conflict] * 2
    assert await store.sale("x") is None


async def test_commits_are_synchronous_whatever_the_server_is_set_to(gateway: Opener) -> None:
    store = await gateway()
    await store.commit(Change(sale=make_sale()))
    assert await store._gathering._connection.fetchval("SHOW synchronous_commit") == "on"


async def test_a_cancelled_caller_harms_nobody_who_shares_its_batch(gateway: Opener) -> None:
    store = await gateway()
    cancelled = asyncio.create_task(store.commit(Change(sale=make_sale("cancelled"))))
    other = asyncio.create_task(store.commit(Change(sale=make_sale("other"))))
    await asyncio.sleep(0)
    cancelled.cancel()
    await other
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    assert await store.sale("other") is not None


async def test_what_was_handed_in_before_closing_is_stored(gateway: Opener) -> None:
    store, other = await gateway(), await gateway()
    await asyncio.gather(*(store.commit(Change(sale=make_sale(str(n)))) for n in range(20)), store.close())
    assert (await other.counts()).undelivered == {State.OPEN: 20}
