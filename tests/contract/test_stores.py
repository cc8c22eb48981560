"""What every store promises. A new one is a new entry of `SETTINGS`."""

from asyncio import gather
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from builders import (
    AT,
    REGISTER,
    later,
    make_document,
    make_full_sale,
    make_history,
    make_prompt,
    make_refund,
    make_sale,
    make_work,
)
from msgspec.structs import replace

from adapters.stores import MemorySettings, SqliteSettings, StoreSettings, open_store
from adapters.stores.memory import MemoryStore
from gateway.domain.change import Change
from gateway.domain.prompt import PromptState
from gateway.domain.receipt import RegisterRef
from gateway.domain.refund import RefundState
from gateway.domain.sale_record import State
from gateway.domain.work import Lane, WorkKind
from gateway.errors import Conflict, StoreError, StoreUnavailable
from gateway.ports import Counts, Store

MOSCOW = timezone(timedelta(hours=3))
UNTIL = later(seconds=30)

SETTINGS: dict[str, Callable[[Path], StoreSettings]] = {
    "memory": lambda _directory: MemorySettings(),
    "sqlite": lambda directory: SqliteSettings(path=str(directory / "state" / "gateway.sqlite")),
}


def no_fatal_error(error: StoreError) -> None:
    pytest.fail(f"a fatal error: {error}")


@pytest.fixture(params=SETTINGS)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(SETTINGS[request.param](tmp_path), on_fatal=no_fatal_error)
    yield opened
    await opened.close()


async def leased(store: Store, lane: Lane = Lane.SALES, now: datetime = AT, limit: int = 10) -> list[str]:
    return [work.subject for work in await store.lease(lane, now, limit, UNTIL)]


async def test_nothing_is_found_in_a_new_store(store: Store) -> None:
    assert await store.sale("x") is None
    assert await store.refund("x") is None
    assert await store.prompt("x") is None
    assert await store.next_due(Lane.SALES) is None
    assert [*await store.refunds_of("x"), *await store.offered(REGISTER), *await store.documents()] == []
    nothing = Counts(pending=0, oldest_due=None, parked_sales=0, parked_refunds=0, parked_documents=0)
    assert await store.counts() == nothing


async def test_a_change_is_read_back_whole_and_one_version_later(store: Store) -> None:
    sale, refund, prompt, document = make_full_sale(), make_refund(), make_prompt(), make_document()
    await store.commit(Change(sale=sale, refund=refund, prompts=(prompt,), documents=(document,)))
    assert await store.sale(sale.id) == replace(sale, version=1)
    assert await store.refund(refund.id) == replace(refund, version=1)
    assert await store.prompt(prompt.id) == replace(prompt, version=1)
    assert await store.documents() == [document]


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
        Change(refund=make_refund()),
        Change(refund=make_refund(version=2)),
        Change(prompts=(make_prompt("new"), make_prompt())),
        Change(prompts=(make_prompt("new"), make_prompt("new"))),
    ],
)
async def test_a_stale_record_is_a_conflict_and_nothing_of_its_change_is_stored(store: Store, stale: Change) -> None:
    await store.commit(Change(sale=make_sale(), refund=make_refund(), prompts=(make_prompt(),), work=(make_work(),)))
    wanted = {"documents": (make_document(),), "work": (make_work("more"),), "finished": (make_work(),)}
    if stale.sale is None:
        wanted["sale"] = make_sale(version=1, state=State.CLOSED)
    with pytest.raises(Conflict):
        await store.commit(replace(stale, **wanted))
    assert await store.sale("receipt-1") == make_sale(version=1)
    assert await store.prompt("new") is None
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
        await store.commit(Change(refund=refund))
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
    first = await store.lease(Lane.SALES, AT, 2, UNTIL)
    assert list(first) == [work[2], work[1]]
    assert list(await store.lease(Lane.SALES, AT, 2, UNTIL)) == [work[0]]
    assert await leased(store) == []
    assert await leased(store, Lane.POPUPS) == ["popup"]


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


async def test_work_planned_anew_replaces_the_old_plan_and_its_lease(store: Store) -> None:
    await store.commit(Change(work=(make_work(),)))
    await leased(store)
    again = make_work(due=later(seconds=-5), tries=1)
    await store.commit(Change(work=(again,)))
    assert list(await store.lease(Lane.SALES, AT, 10, UNTIL)) == [again]


async def test_finished_work_goes_whenever_it_was_due(store: Store) -> None:
    await store.commit(Change(work=(make_work(), make_work("other"))))
    await store.commit(Change(finished=(make_work(due=later(days=1)), make_work("never planned"))))
    assert await leased(store) == ["other"]


async def test_done_work_goes_only_while_its_plan_is_the_same(store: Store) -> None:
    await store.commit(Change(work=(make_work("same"), make_work("planned anew", due=later(seconds=-1)))))
    done = (make_work("same", due=AT.astimezone(MOSCOW), tries=9), make_work("planned anew"))
    await store.commit(Change(done=done))
    assert await leased(store) == ["planned anew"]


async def test_work_planned_in_the_change_that_ends_it_stays(store: Store) -> None:
    await store.commit(Change(work=(make_work(),)))
    await store.commit(Change(work=(make_work(tries=1),), finished=(make_work(),), done=(make_work(),)))
    assert list(await store.lease(Lane.SALES, AT, 10, UNTIL)) == [make_work(tries=1)]


async def test_counts_tell_what_is_owed_and_what_is_parked(store: Store) -> None:
    work = tuple(make_work(kind=kind, due=later(seconds=n)) for n, kind in enumerate(reversed(WorkKind)))
    await store.commit(Change(sale=make_sale(state=State.PARKED), work=work, history=(make_history(),)))
    await store.commit(Change(sale=make_sale("b", state=State.CLOSED), refund=make_refund(state=RefundState.PARKED)))
    await store.commit(Change(documents=(make_document(), make_document("b"))))
    await leased(store)
    expected = Counts(pending=4, oldest_due=AT, parked_sales=1, parked_refunds=1, parked_documents=2)
    assert await store.counts() == expected
    await store.commit(Change(finished=(make_work(kind=WorkKind.REPORT), make_work(kind=WorkKind.REFUND))))
    assert (await store.counts()).oldest_due == later(seconds=4)


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
