"""What every store promises. A new one is a new parameter of `store`."""

from asyncio import gather, sleep
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from builders import (
    AT,
    REGISTER,
    later,
    make_close,
    make_document,
    make_full_sale,
    make_history,
    make_job,
    make_prompt,
    make_receipt,
    make_refund,
    make_sale,
    make_work,
)
from fatal_errors import no_fatal_error
from msgspec.structs import replace
from postgres_server import server

from adapters.stores import MemorySettings, PostgresSettings, SqliteSettings, open_store
from adapters.stores.memory import MemoryStore
from adapters.stores.postgres.store import PostgresStore
from gateway.domain.change import Change, Parked, Shift
from gateway.domain.occasion import Occasion
from gateway.domain.prompt import PromptState
from gateway.domain.receipt import Refund, RegisterRef
from gateway.domain.refund import RefundState
from gateway.domain.sale_record import Release, State
from gateway.domain.work import Lane, OutboxRow, Work, WorkKind
from gateway.errors import Conflict, StoreUnavailable
from gateway.ports import Counts, News, Store

MOSCOW = timezone(timedelta(hours=3))
UNTIL = later(seconds=30)


@asynccontextmanager
async def memory(_directory: Path) -> AsyncIterator[Store]:
    yield await open_store(MemorySettings(), on_fatal=no_fatal_error)


@asynccontextmanager
async def sqlite(directory: Path) -> AsyncIterator[Store]:
    path = str(directory / "state" / "gateway.sqlite")
    yield await open_store(SqliteSettings(path=path), on_fatal=no_fatal_error)


@asynccontextmanager
async def postgres(_directory: Path) -> AsyncIterator[Store]:
    async with server().database() as dsn:
        yield await open_store(PostgresSettings(dsn_file="dsn"), on_fatal=no_fatal_error, dsn=dsn)


@pytest.fixture(params=[memory, sqlite, pytest.param(postgres, marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    async with request.param(tmp_path) as opened:
        yield opened
        await opened.close()


async def lease(store: Store, lane: Lane = Lane.SALES, now: datetime = AT, limit: int = 10) -> list[Work]:
    return list(await store.lease(lane, now, limit, UNTIL))


def unleased(work: Iterable[Work]) -> list[Work]:
    """Which lease it is does not matter to the test."""
    return [replace(row, lease=0) for row in work]


async def leased(store: Store, lane: Lane = Lane.SALES, now: datetime = AT, limit: int = 10) -> list[str]:
    return [work.subject for work in await lease(store, lane, now, limit)]


async def test_nothing_is_found_in_a_new_store(store: Store) -> None:
    assert await store.sale("x") is None
    assert await store.refund("x") is None
    assert await store.prompt("x") is None
    assert await store.next_due(Lane.SALES) is None
    assert [*await store.refunds_of("x"), *await store.offered(REGISTER), *await store.documents()] == []
    nothing = Counts(pending=0, owed_since=None, parked_sales=0, parked_refunds=0, parked_documents=0)
    assert await store.counts() == nothing


async def test_a_change_is_read_back_whole_and_one_version_later(store: Store) -> None:
    sale, refund, prompt, document = make_full_sale(), make_refund(), make_prompt(), make_document()
    await store.commit(Change(sale=sale, refunds=(refund,), prompts=(prompt,), documents=(document,)))
    assert await store.sale(sale.id) == replace(sale, version=1)
    assert await store.refund(refund.id) == replace(refund, version=1)
    assert await store.prompt(prompt.id) == replace(prompt, version=1)
    assert await store.documents() == [document]


async def test_print_jobs_are_read_back_oldest_first_with_their_bytes_until_they_are_over(store: Store) -> None:
    young, old = make_job("young", made_at=later(seconds=5)), make_job("old")
    await store.commit(Change(jobs=(young, old)))
    assert await store.print_jobs(10) == [replace(old, version=1), replace(young, version=1)]
    assert [job.id for job in await store.print_jobs(1)] == ["old"]
    await store.commit(Change(jobs=(replace(old, version=1, data=b""),), jobs_over=("young", "never there")))
    assert await store.print_jobs(10) == [replace(old, version=2, data=b"")]


async def test_a_record_is_replaced_by_its_next_version(store: Store) -> None:
    await store.commit(Change(sale=make_sale()))
    first = await store.sale("receipt-1")
    assert first is not None
    await store.commit(Change(sale=replace(first, state=State.REDEEMING)))
    assert await store.sale("receipt-1") == make_sale(version=2, state=State.REDEEMING)


@pytest.mark.parametrize(
    "stale",
    [
        Change(sale=make_sale()),
        Change(sale=make_sale(version=2)),
        Change(sale=make_sale("unknown", version=1)),
        Change(refunds=(make_refund(),)),
        Change(refunds=(make_refund(version=2),)),
        Change(prompts=(make_prompt("new"), make_prompt())),
        Change(jobs=(make_job("new"), make_job())),
        Change(jobs=(make_job(version=2),)),
        Change(prompts=(make_prompt("new"), make_prompt("new"))),
    ],
)
async def test_a_stale_record_is_a_conflict_and_nothing_of_its_change_is_stored(store: Store, stale: Change) -> None:
    await store.commit(
        Change(
            sale=make_sale(),
            refunds=(make_refund(),),
            prompts=(make_prompt(),),
            jobs=(make_job(),),
            work=(make_work(),),
        )
    )
    wanted = {"documents": (make_document(),), "work": (make_work("more"),), "finished": (make_work(),)}
    if stale.sale is None:
        wanted["sale"] = make_sale(version=1, state=State.CLOSED)
    with pytest.raises(Conflict):
        await store.commit(replace(stale, **wanted))
    assert await store.sale("receipt-1") == make_sale(version=1)
    assert await store.prompt("new") is None
    assert await store.print_jobs(10) == [make_job(version=1)]
    assert await store.documents() == []
    assert await leased(store) == ["receipt-1"]


async def test_of_many_who_read_the_same_version_one_wins_and_neighbours_do_not_suffer(store: Store) -> None:
    changes = [Change(sale=make_sale(), work=(make_work(str(n)),)) for n in range(8)]
    neighbours = [Change(sale=make_sale(f"neighbour-{n}")) for n in range(8)]
    mixed = [change for pair in zip(changes, neighbours, strict=True) for change in pair]
    outcomes = await gather(*map(store.commit, mixed), return_exceptions=True)
    assert outcomes[1::2] == [None] * 8
    assert [type(outcome) for outcome in outcomes[::2]].count(Conflict) == 7
    assert len(await leased(store)) == 1
    for n in range(8):
        assert await store.sale(f"neighbour-{n}") is not None


async def test_a_time_without_a_zone_is_refused_with_its_whole_change(store: Store) -> None:
    naive = AT.replace(tzinfo=None)
    with pytest.raises(ValueError, match="zone"):
        await store.commit(Change(sale=make_sale(), work=(make_work(due=naive),)))
    assert await store.sale("receipt-1") is None


async def test_a_repeated_document_is_kept_once_as_it_first_came(store: Store) -> None:
    first, other = make_document(), make_document("document-0", at=later(seconds=1))
    await store.commit(Change(documents=(first, make_document(reason="again"))))
    await store.commit(Change(documents=(make_document(reason="again"), other)))
    assert await store.documents() == [first, other]


async def test_refunds_of_a_sale_come_in_the_order_of_their_times(store: Store) -> None:
    third = make_refund("a", at=later(seconds=3).astimezone(MOSCOW))
    second, first = make_refund("b", at=later(seconds=2)), make_refund("c", at=AT)
    for refund in (third, make_refund("foreign", sale_id="receipt-2"), second, first):
        await store.commit(Change(refunds=(refund,)))
    assert [refund.id for refund in await store.refunds_of("receipt-1")] == ["c", "b", "a"]


async def test_offered_prompts_are_those_of_the_register_oldest_first(store: Store) -> None:
    lookalike = RegisterRef(outlet=REGISTER.outlet + "/" + REGISTER.register, register="")
    neighbour = RegisterRef(outlet=REGISTER.outlet, register="3")
    prompts = (
        make_prompt("second", offered_at=later(seconds=1)),
        make_prompt("first"),
        make_prompt("shown", state=PromptState.SHOWN),
        make_prompt("elsewhere", register=lookalike),
        make_prompt("beside", register=neighbour),
    )
    await store.commit(Change(prompts=prompts))
    assert [prompt.id for prompt in await store.offered(REGISTER)] == ["first", "second"]
    seen = await store.prompt("first")
    assert seen is not None
    await store.commit(Change(prompts=(replace(seen, state=PromptState.SHOWN, shown_at=AT),)))
    assert [prompt.id for prompt in await store.offered(REGISTER)] == ["second"]


async def test_due_work_is_leased_most_urgent_first_and_lanes_do_not_mix(store: Store) -> None:
    work = (
        make_work("a", due=AT, tries=3),
        make_work("b", due=later(seconds=-1).astimezone(MOSCOW)),
        make_work("c", due=later(microseconds=-1_000_001)),
        make_work("future", due=later(microseconds=1)),
        make_work("popup", kind=WorkKind.REPORT),
    )
    await store.commit(Change(work=work))
    assert unleased(await lease(store, limit=2)) == [work[2], work[1]]
    assert unleased(await lease(store, limit=2)) == [work[0]]
    assert await leased(store) == []
    assert await leased(store, Lane.REPORTS) == ["popup"]


async def test_leased_work_is_nobody_elses_until_the_lease_ends(store: Store) -> None:
    await store.commit(Change(work=(make_work(),)))
    assert await leased(store) == ["receipt-1"]
    assert await leased(store, now=UNTIL - timedelta(microseconds=1)) == []
    assert await leased(store, now=UNTIL) == ["receipt-1"]


async def test_two_lessees_never_get_the_same_work(store: Store) -> None:
    await store.commit(Change(work=tuple(make_work(str(n)) for n in range(20))))
    taken = await gather(*(leased(store, limit=7) for _ in range(4)))
    assert sorted((subject for subjects in taken for subject in subjects), key=int) == [str(n) for n in range(20)]


async def test_next_due_passes_over_leased_work(store: Store) -> None:
    await store.commit(Change(work=(make_work("now"), make_work("then", due=later(hours=1).astimezone(MOSCOW)))))
    assert await store.next_due(Lane.SALES) == AT
    await leased(store)
    assert await store.next_due(Lane.SALES) == later(hours=1)
    assert await store.next_due(Lane.POPUPS) is None


async def test_work_is_brought_forward_when_the_clock_was_set_back(store: Store) -> None:
    """Where several gateways share the work, those whose clocks are right take it in time."""
    hour = timedelta(hours=1)
    await store.commit(Change(work=(make_work("waits", due=AT + hour), make_work("leased"))))
    (taken,) = await lease(store)
    await store.bring_forward(hour)
    if isinstance(store, PostgresStore):
        assert await leased(store) == []
        return
    assert await leased(store) == ["leased", "waits"], "the lease has gone back with its clock, and has run out"
    await store.commit(Change(done=(taken,)))
    assert len(await store.work(10)) == 2, "an older lease"


async def test_the_latest_change_is_the_latest_by_its_time(store: Store) -> None:
    """Not the last one written: that may be dated by a clock that was set back."""
    assert await store.latest_change() is None
    await store.commit(Change(history=(make_history(at=later(hours=1).astimezone(MOSCOW)),)))
    await store.commit(Change(history=(make_history(at=AT),)))
    assert await store.latest_change() == later(hours=1)


async def test_work_planned_anew_replaces_the_old_plan_and_its_lease(store: Store) -> None:
    await store.commit(Change(work=(make_work(),)))
    await leased(store)
    again = make_work(due=later(seconds=-5), tries=1)
    await store.commit(Change(work=(again,)))
    assert unleased(await lease(store)) == [again]


async def test_finished_work_goes_whenever_it_was_due(store: Store) -> None:
    await store.commit(Change(work=(make_work(), make_work("other"))))
    await store.commit(Change(finished=(make_work(due=later(days=1)), make_work("never planned"))))
    assert await leased(store) == ["other"]


async def test_work_that_nobody_leased_is_done_only_while_its_plan_is_the_same(store: Store) -> None:
    """As a close does that is delivered at once, before the outbox comes to it."""
    await store.commit(Change(work=(make_work("same"), make_work("planned anew", due=later(seconds=-1)))))
    done = (make_work("same", due=AT.astimezone(MOSCOW), tries=9), make_work("planned anew"))
    await store.commit(Change(done=done))
    assert await leased(store) == ["planned anew"]


async def test_every_lease_is_another_generation(store: Store) -> None:
    """Also of a row that was deleted meanwhile: a late worker must not settle its successor."""
    seen = []
    for _ in range(3):
        await store.commit(Change(work=(make_work(), make_work("other"))))
        first = await lease(store)
        second = await lease(store, now=UNTIL)
        seen += [work.lease for work in (*first, *second) if work.subject == "receipt-1"]
        await store.commit(Change(finished=(make_work(),)))
    assert 0 not in seen
    assert len(set(seen)) == 6


async def settle_late(store: Store, late: Work) -> None:
    """All that a worker may do whose lease is another's by now."""
    await store.commit(Change(done=(late,)))
    await store.commit(Change(again=(replace(late, due=later(days=9), tries=9),)))


async def test_a_late_worker_touches_nothing(store: Store) -> None:
    await store.commit(Change(work=(make_work(),)))
    (late,) = await lease(store)
    (current,) = await lease(store, now=UNTIL)
    before = await store.work(10)
    await settle_late(store, late)
    assert await store.work(10) == before
    await store.commit(Change(done=(current,)))
    assert await store.work(10) == []


async def test_a_worker_whose_row_was_planned_anew_touches_nothing(store: Store) -> None:
    await store.commit(Change(work=(make_work(),)))
    (late,) = await lease(store)
    await store.commit(Change(work=(make_work(tries=1),)))
    await settle_late(store, late)
    await settle_late(store, make_work())
    assert [row.work for row in await store.work(10)] == [make_work(tries=1)]


async def test_a_lease_that_ran_out_and_nobody_took_still_settles(store: Store) -> None:
    await store.commit(Change(work=(make_work("a"), make_work("b"))))
    done, again = await lease(store)
    await store.commit(Change(done=(done,), again=(replace(again, due=later(hours=1), tries=1),)))
    assert [row.work for row in await store.work(10)] == [make_work("b", due=later(hours=1), tries=1)]


async def test_work_put_off_is_free_again_when_it_is_due(store: Store) -> None:
    await store.commit(Change(work=(make_work(),)))
    (work,) = await lease(store)
    await store.commit(Change(again=(replace(work, due=later(seconds=5), tries=1),)))
    assert await store.next_due(Lane.SALES) == later(seconds=5)
    await store.commit(Change(done=(replace(work, due=later(seconds=5)),)))  # given up is given up
    assert await leased(store) == []
    assert unleased(await lease(store, now=later(seconds=5))) == [make_work(due=later(seconds=5), tries=1)]


async def test_unleased_work_can_be_put_off_until_somebody_leases_it(store: Store) -> None:
    await store.commit(Change(work=(make_work("free"), make_work("taken", due=later(seconds=-1)))))
    await lease(store, limit=1)
    tried = (make_work("free", due=UNTIL, tries=1), make_work("taken", due=UNTIL, tries=1))
    await store.commit(Change(again=tried))
    assert {row.work.subject: row.work.tries for row in await store.work(10)} == {"free": 1, "taken": 0}


async def test_work_planned_in_the_change_that_ends_it_stays(store: Store) -> None:
    await store.commit(Change(work=(make_work(),)))
    await store.commit(Change(work=(make_work(tries=1),), finished=(make_work(),), done=(make_work(),)))
    assert unleased(await lease(store)) == [make_work(tries=1)]


async def test_counts_tell_what_is_owed_and_what_is_parked(store: Store) -> None:
    work = tuple(make_work(kind=kind, due=later(seconds=n)) for n, kind in enumerate(reversed(WorkKind)))
    await store.commit(Change(sale=make_sale(state=State.PARKED), work=work, history=(make_history(),)))
    await store.commit(
        Change(sale=make_sale("b", state=State.CLOSED), refunds=(make_refund(state=RefundState.PARKED),))
    )
    await store.commit(Change(documents=(make_document(), make_document("b"))))
    await leased(store)
    states = {State.PARKED: 1, State.CLOSED: 1}
    expected = Counts(
        pending=4, owed_since=AT, parked_sales=1, parked_refunds=1, parked_documents=2, undelivered=states
    )
    await store.commit(Change(sale=make_sale("c", state=State.DELIVERED)))
    assert await store.counts() == expected
    await store.commit(Change(finished=(make_work(kind=WorkKind.REPORT), make_work(kind=WorkKind.REFUND))))
    assert (await store.counts()).owed_since == later(seconds=4)


async def test_work_is_owed_since_it_was_first_due_however_often_it_is_tried(store: Store) -> None:
    await store.commit(Change(work=(make_work(),)))
    for minute in range(3):
        (work,) = await lease(store, now=later(minutes=minute))
        await store.commit(Change(again=(replace(work, due=later(minutes=minute + 1), tries=minute + 1),)))
        assert (await store.counts()).owed_since == AT
    await store.commit(Change(work=(make_work(due=later(minutes=9)),)))  # a person has it tried again
    await store.bring_forward(timedelta(hours=1))  # a store of several gateways leaves its times alone
    (row,) = await store.work(10)
    assert row.work.due - row.since == timedelta(minutes=9)
    await store.commit(Change(finished=(make_work(),)))
    await store.commit(Change(work=(make_work(due=UNTIL),)))
    assert (await store.counts()).owed_since == UNTIL, "it is another piece of work"


async def test_work_planned_for_later_is_owed_from_then_or_from_when_it_is_brought_forward(store: Store) -> None:
    await store.commit(Change(work=(make_work(kind=WorkKind.REPORT, due=later(minutes=2)),)))
    counts = await store.counts()
    assert (counts.age(AT), counts.age(later(minutes=3))) == (0, 60)
    await store.commit(Change(work=(make_work(kind=WorkKind.REPORT, due=UNTIL),)))
    assert (await store.counts()).owed_since == UNTIL


async def test_what_is_dropped_no_longer_counts_and_is_kept_with_its_reason(store: Store) -> None:
    sale, refund = make_sale(state=State.PARKED), make_refund(state=RefundState.PARKED)
    await store.commit(Change(sale=sale, refunds=(refund,), documents=(make_document(),)))
    change = Change(
        sale=replace(sale, version=1, dropped="a"),
        refunds=(replace(refund, version=1, dropped="b"),),
        dropped=(make_document(dropped="c"), make_document("unknown", dropped="d")),
    )
    await store.commit(change)
    nothing = Counts(pending=0, owed_since=None, parked_sales=0, parked_refunds=0, parked_documents=0)
    assert await store.counts() == nothing
    assert await store.parked(10) == Parked(sales=(), refunds=(), documents=())
    assert await store.sale(sale.id) == replace(sale, version=2, dropped="a")
    assert await store.refund(refund.id) == replace(refund, version=2, dropped="b")
    await store.commit(Change(documents=(make_document(reason="came again"),)))
    assert await store.documents() == [make_document(dropped="c")]


async def test_parked_records_come_newest_first_and_bounded(store: Store) -> None:
    for n, name in enumerate("abc"):
        at = later(seconds=-n)
        sale = make_sale(name, state=State.PARKED, seen_at=at)
        refund = make_refund(name, state=RefundState.PARKED, at=at)
        await store.commit(Change(sale=sale, refunds=(refund,), documents=(make_document(name, at=at),)))
    await store.commit(Change(sale=make_sale("fine"), refunds=(make_refund("fine"),)))
    parked = await store.parked(2)
    for rows in (parked.sales, parked.refunds, parked.documents):
        assert [row.id for row in rows] == ["a", "b"]


async def test_the_outbox_can_be_looked_at_with_its_leases(store: Store) -> None:
    await store.commit(Change(work=(make_work("b"), make_work("a", due=later(seconds=1)), make_work("c", due=UNTIL))))
    (work,) = await lease(store, limit=1)
    rows = await store.work(2)
    assert rows == [
        OutboxRow(work=work, since=AT, leased_until=UNTIL),
        OutboxRow(work=make_work("a", due=later(seconds=1)), since=later(seconds=1), leased_until=None),
    ]


async def test_history_is_told_by_subject_in_order(store: Store) -> None:
    rows = [make_history(after=state, at=later(seconds=-n)) for n, state in enumerate("xyz")]
    await store.commit(Change(history=(rows[0], make_history("other"), rows[1])))
    await store.commit(Change(history=(rows[2],)))
    assert await store.history("receipt-1") == rows
    assert await store.history("unknown") == []


async def test_the_generation_of_an_open_sale_is_known_until_it_is_closed(store: Store) -> None:
    assert await store.generation("receipt-1") == 0
    await store.commit(Change(sale=make_sale(generation=2)))
    assert await store.generation("receipt-1") == 2
    assert await store.generation("receipt-2") == 0
    await store.commit(Change(sale=make_sale(generation=2, version=1, close=make_close(), state=State.CLOSED)))
    assert await store.generation("receipt-1") == 0


async def test_a_gateway_that_starts_knows_the_generations_of_open_sales(tmp_path: Path) -> None:
    async with sqlite(tmp_path) as before:
        await before.commit(Change(sale=make_sale(generation=2)))
        await before.commit(Change(sale=make_sale("receipt-2", generation=1, close=make_close(), state=State.CLOSED)))
        await before.close()
    async with sqlite(tmp_path) as store:
        assert [await store.generation(name) for name in ("receipt-1", "receipt-2")] == [2, 0]
        await store.close()


async def test_the_last_sale_is_the_one_delivered_last(store: Store) -> None:
    assert await store.last_sale() is None
    for name, at in (("last", AT), ("earlier", later(seconds=-3))):
        await store.commit(Change(sale=make_sale(name, state=State.DELIVERED, seen_at=at, delivered_at=at)))
    await store.commit(Change(sale=make_sale("closed", state=State.CLOSED, seen_at=later(seconds=3))))
    last = await store.last_sale()
    assert last is not None
    assert last.id == "last"
    await store.commit(Change(sale=replace(last, stripped=True)))
    assert (await store.last_sale() or last).id == "earlier"


async def test_old_sales_are_those_that_are_long_over_and_still_tell_of_their_customer(store: Store) -> None:
    def delivered(name: str, **overrides: Any) -> Change:
        return Change(sale=make_sale(name, **{"state": State.DELIVERED} | overrides))

    await store.commit(delivered("second", seen_at=later(seconds=-2)))
    await store.commit(delivered("first", seen_at=later(days=-3), delivered_at=later(seconds=-3)))
    await store.commit(delivered("young", seen_at=later(days=-3), delivered_at=AT))
    await store.commit(delivered("stripped", seen_at=later(days=-3), stripped=True))
    for state in State:
        await store.commit(delivered(f"{state}", seen_at=later(days=-4), state=state))
    await store.commit(delivered("dropped", seen_at=later(days=-4), state=State.PARKED, dropped="by hand"))
    waiting = (Release(generation=0, was_held=True, copies_until=AT),)
    await store.commit(delivered("comes back", seen_at=later(days=-4), state=State.OPEN, releases=waiting))
    old = [sale.id for sale in await store.old_sales(AT, 10)]
    assert old == ["delivered", "dropped", "open", "first", "second"]
    for sale_id in old[:3]:
        over = await store.sale(sale_id)
        assert over is not None
        await store.commit(Change(sale=replace(over, stripped=True)))
    assert [sale.id for sale in await store.old_sales(AT, 1)] == ["first"]
    first = await store.sale("first")
    assert first is not None
    await store.commit(Change(sale=replace(first, stripped=True)))
    assert [sale.id for sale in await store.old_sales(AT, 10)] == ["second"]


async def test_old_refunds_are_those_that_are_long_over_and_still_tell_of_their_customer(store: Store) -> None:
    old = later(seconds=-1)
    for state in RefundState:
        await store.commit(Change(refunds=(make_refund(f"{state}", at=old, state=state),)))
    await store.commit(Change(refunds=(make_refund("dropped", at=old, state=RefundState.PARKED, dropped="by hand"),)))
    await store.commit(Change(refunds=(make_refund("young", at=AT, state=RefundState.DONE),)))
    assert [refund.id for refund in await store.old_refunds(AT, 10)] == ["done", "dropped"]
    assert [refund.id for refund in await store.old_refunds(AT, 1)] == ["done"]
    done = await store.refund("done")
    assert done is not None
    await store.commit(Change(refunds=(replace(done, stripped=True),)))
    assert [refund.id for refund in await store.old_refunds(AT, 10)] == ["dropped"]


async def test_a_refund_may_find_its_sale_late(store: Store) -> None:
    await store.commit(Change(refunds=(make_refund(sale_id="as-if-sold-here"),)))
    (waiting,) = await store.refunds_of("as-if-sold-here")
    await store.commit(Change(refunds=(replace(waiting, sale_id="sold-there"),)))
    assert [refund.id for refund in await store.refunds_of("sold-there")] == [waiting.id]
    assert list(await store.refunds_of("as-if-sold-here")) == []


async def test_what_is_old_and_over_is_forgotten_a_bounded_number_at_a_time(store: Store) -> None:
    old, young = later(seconds=-1), AT
    prompts = [
        make_prompt(f"{state}-{age}", state=state, offered_at=at)
        for state in PromptState
        for age, at in (("old", old), ("young", young))
    ]
    history = [make_history("old", at=old), make_history("old", at=old), make_history("young")]
    documents = (make_document("open", at=old), make_document("old", at=old), make_document("young"))
    await store.commit(Change(prompts=tuple(prompts), history=tuple(history), documents=documents))
    await store.commit(Change(dropped=tuple(replace(row, dropped="x") for row in documents if row.id != "open")))
    assert await store.forget(AT, 1) == 3
    assert await store.forget(AT, 10) == 3
    assert await store.forget(AT, 10) == 0
    left = [prompt.id for prompt in prompts if await store.prompt(prompt.id)]
    assert left == [prompt.id for prompt in prompts if prompt.id not in {"reported-old", "expired-old", "left-old"}]
    assert [await store.history("old"), await store.history("young")] == [[], history[2:]]
    assert {row.id for row in await store.documents()} == {"open", "young"}


async def test_old_stripped_sales_and_refunds_can_be_forgotten(store: Store) -> None:
    old = later(seconds=-1)
    for name, at, stripped, state in (
        ("gone", old, True, RefundState.DONE),
        ("also", old, True, RefundState.DONE),
        ("whole", old, False, RefundState.PARKED),
        ("young", AT, True, RefundState.DONE),
    ):
        sale = make_sale(name, state=State.DELIVERED, seen_at=at, stripped=stripped)
        refund = make_refund(name, at=at, state=state, stripped=stripped)
        await store.commit(Change(sale=sale, refunds=(refund,)))
    assert await store.forget_sales(AT, 1) == 2
    assert await store.forget_sales(AT, 10) == 2
    names = ("gone", "also", "whole", "young")
    assert [name for name in names if await store.sale(name)] == ["whole", "young"]
    assert [name for name in names if await store.refund(name)] == ["whole", "young"]


async def test_whoever_listens_hears_of_work_and_prompts_once_they_are_stored(store: Store) -> None:
    heard: list[News] = []
    store.listen(heard.append)
    await sleep(0.2)  # PostgreSQL says None when its listener is connected
    heard.clear()
    poll = make_work(kind=WorkKind.POLL)
    await store.commit(Change(sale=make_sale(), work=(make_work("a"), make_work("b")), prompts=(make_prompt(),)))
    assert heard == [Lane.SALES, REGISTER]
    heard.clear()
    with pytest.raises(Conflict):
        await store.commit(Change(sale=make_sale(), work=(poll,)))
    await store.commit(Change(history=(make_history(),)))
    await store.commit(Change(work=(poll,)))
    await sleep(0.1)  # nor twice
    assert heard == [Lane.POPUPS]


async def test_a_text_that_a_database_cannot_keep_is_its_callers_fault_alone(store: Store) -> None:
    broken = Change(sale=make_sale("broken"), history=(make_history(cause="\ud800"),))
    fine = [store.commit(Change(sale=make_sale(str(n)))) for n in range(3)]
    outcomes = await gather(fine[0], store.commit(broken), *fine[1:], return_exceptions=True)
    assert not isinstance(outcomes[1], StoreUnavailable)  # that would be repeated for ever
    assert (await store.sale("broken") is None) == (outcomes[1] is not None)
    for n in range(3):
        assert await store.sale(str(n)) is not None


async def test_a_register_may_put_anything_into_an_id(store: Store) -> None:
    odd = "a\0b '\";--%\u2028\U0001f600"
    sale, work = make_sale(odd), make_work(odd)
    await store.commit(Change(sale=sale, work=(work,), history=(make_history(odd),)))
    await store.commit(Change(sale=replace(sale, version=1, refusal="\0")))
    assert await store.sale(odd) == replace(sale, version=2, refusal="\0")
    (leased,) = await lease(store)
    assert await store.sale(leased.subject) is not None
    assert len(await store.history(leased.subject)) == 1
    await store.commit(Change(finished=(work,)))
    assert await store.work(10) == []


async def test_the_size_is_known_where_there_is_one(store: Store) -> None:
    size = await store.size()
    assert size.used == 0 if isinstance(store, MemoryStore) else size.used > 10_000
    assert size.disk_free is None or size.disk_free > 0


async def test_the_memory_store_can_play_a_full_disk() -> None:
    store = MemoryStore()
    await store.commit(Change(work=(make_work(),)))
    store.writable = False
    with pytest.raises(StoreUnavailable):
        await store.commit(Change(sale=make_sale()))
    with pytest.raises(StoreUnavailable):
        await leased(store)
    assert await store.sale("receipt-1") is None
    store.writable = True
    assert await leased(store) == ["receipt-1"]


async def test_a_closed_store_refuses_and_closes_twice(store: Store) -> None:
    await store.close()
    with pytest.raises(StoreUnavailable):
        await store.commit(Change(sale=make_sale()))
    with pytest.raises(StoreUnavailable):
        await store.lease(Lane.SALES, AT, 1, UNTIL)
    with pytest.raises(StoreUnavailable):
        await store.sale("receipt-1")
    await store.close()


async def test_a_shift_is_what_was_closed_and_returned_in_it(store: Store) -> None:
    receipt = make_receipt(shift="88", number="12")
    sold = make_sale("sold", close=make_close(receipt=receipt), state=State.CLOSED)
    open_one, other_shift = (
        make_sale("open"),
        make_full_sale("other", close=make_close(receipt=make_receipt(shift="89"))),
    )
    returned = make_refund("back", refund=Refund(document=receipt, original_id="sold"))
    for sale in (sold, open_one, other_shift):
        await store.commit(Change(sale=sale))
    await store.commit(Change(refunds=(returned,)))
    shift = await store.shift(REGISTER, "88")
    assert ([row.id for row in shift.sales], [row.id for row in shift.refunds]) == (["sold"], ["back"])
    assert await store.shift(RegisterRef(outlet=REGISTER.outlet, register="another"), "88") == Shift(
        sales=(), refunds=()
    )
    assert await store.shift(REGISTER, "") == Shift(sales=(), refunds=())


async def test_an_occasion_is_stored_once_and_changed_only_by_who_read_it(store: Store) -> None:
    first = Occasion(id="a", at=AT, prompt_id="p", mark="2026")
    await store.commit(Change(occasions=(first,)))
    [known] = await store.occasions(["a", "b"])
    assert known == replace(first, version=1)
    with pytest.raises(Conflict):
        await store.commit(Change(prompts=(make_prompt("second"),), occasions=(first,)))
    assert await store.prompt("second") is None, "one transaction: the popup of the slower one is not raised"
    await store.commit(Change(occasions=(replace(known, holds=False),)))
    assert [row.holds for row in await store.occasions(["a"])] == [False]
    assert await store.occasions([]) == []


async def test_old_occasions_go_with_the_old_sales(store: Store) -> None:
    rows = (Occasion(id="old", at=later(seconds=-1), prompt_id="p"), Occasion(id="young", at=AT, prompt_id="p"))
    await store.commit(Change(occasions=rows))
    assert await store.forget_sales(AT, 10) == 1
    assert [row.id for row in await store.occasions(["old", "young"])] == ["young"]
