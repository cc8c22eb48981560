"""What happens once in a year: races, answers that say little, records that are gone, servers that never show it."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from decimal import Decimal
from typing import Any, NoReturn

import pytest
import structlog
from builders import AT, make_customer, make_prompt, make_receipt, make_sale, make_work
from durability.stage import Stage
from durability.till import Till
from durability.worlds import PAYS_APART
from msgspec.structs import replace
from sale_steps import TERMS
from shop_floor import FIFTY, GOLD, SHAMPOO, Shop, basket, paid, plain_basket

from adapters.loyalty.memory import Fault, Question
from adapters.loyalty.programme import Variants
from adapters.stores.memory import MemoryStore
from gateway.domain.call import Answer, Call, Operation, Refused
from gateway.domain.change import Change
from gateway.domain.deadline import Deadline
from gateway.domain.prompt import PromptState, moved
from gateway.domain.receipt import Refund
from gateway.domain.refund import RefundState
from gateway.domain.sale import advance
from gateway.domain.sale_events import Idle, Verdict
from gateway.domain.sale_record import TWO_PHASE, Form, Sale, State
from gateway.domain.told import Redeemed
from gateway.domain.work import Lane, WorkKind
from gateway.errors import Conflict, LoyaltyRejected, StoreUnavailable
from gateway.services.operating import Operating

Begin = Callable[[Shop], Awaitable[None]]
SHIRTS = replace(SHAMPOO, sku="700-A", quantity=Decimal(3), total=Decimal(1200))


async def left(shop: Shop) -> int:
    return len(await shop.store.work(99))


@pytest.mark.parametrize("kind", [WorkKind.RELEASE, WorkKind.WATCH, WorkKind.REFUND, WorkKind.DELIVER])
async def test_work_about_a_record_that_is_not_there_is_over(shop: Shop, kind: WorkKind) -> None:
    await shop.store.commit(Change(work=(make_work("gone~0", kind=kind, due=shop.clock.now()),)))
    await shop.pass_time(seconds=1)
    assert await left(shop) == 0


async def test_a_refund_that_is_done_is_not_told_again(shop: Shop) -> None:
    await shop.complete(paid(await shop.priced(basket())))
    await shop.refund("refund-1", 1)
    await shop.pass_time(minutes=2)
    told = len(shop.program.arrived)
    await shop.store.commit(Change(work=(make_work("refund-1", kind=WorkKind.REFUND, due=shop.clock.now()),)))
    await shop.pass_time(minutes=2)
    assert (await left(shop), len(shop.program.arrived)) == (0, told)


async def test_a_refund_whose_order_cannot_be_read_waits_and_is_not_sent_twice(shop: Shop) -> None:
    await shop.complete(paid(await shop.priced(basket())))
    shop.program.fail(Question.ORDER, Fault.UNAVAILABLE, times=3)
    await shop.refund("refund-1", 1)
    await shop.pass_time(minutes=5)
    refund = await shop.store.refund("refund-1")
    assert refund is not None
    assert (refund.state, [call.operation for call in shop.program.arrived].count(Operation.REFUND)) == (
        RefundState.DONE, 1
    )  # fmt: skip


async def test_a_refund_of_a_sale_nobody_knows_is_repeated_ever_more_seldom(shop: Shop) -> None:
    await shop.refund("refund-1", 1, of="never sold")
    await shop.pass_time(hours=1)
    first = len(shop.program.arrived)
    await shop.pass_time(hours=30)
    assert len(shop.program.arrived) - first < 30 * first
    assert await left(shop) == 1


async def test_the_same_refund_on_two_connections_at_once_is_one(shop: Shop) -> None:
    await shop.complete(paid(await shop.priced(basket())))
    one, other = await asyncio.gather(shop.refund("refund-1", 1), shop.refund("refund-1", 1))
    assert one == other
    assert len(await shop.store.refunds_of("receipt-1")) == 1


class Rare(MemoryStore):
    """Somebody else is quicker once; a question fails once."""

    conflicts = 0
    silent = False
    stale: Sale | None = None

    async def commit(self, change: Change) -> None:
        if self.conflicts and (change.sale or change.refunds):
            self.conflicts -= 1
            raise Conflict
        await super().commit(change)

    async def sale(self, sale_id: str) -> Sale | None:
        sale, self.stale = self.stale or await super().sale(sale_id), None
        if self.silent and sale is not None and sale.is_closed:
            raise StoreUnavailable
        return sale


async def test_a_record_that_moved_is_read_and_decided_anew(shop: Shop) -> None:
    shop.store = store = Rare()
    shop.restart()
    store.conflicts = 1
    await shop.complete(paid(await shop.priced(basket())))
    assert (await shop.sale()).state is State.DELIVERED


async def test_a_close_that_is_stored_is_acknowledged_though_it_cannot_be_read(shop: Shop) -> None:
    shop.store = store = Rare()
    shop.restart()
    receipt = paid(await shop.priced(basket()))
    store.silent = True
    assert (await shop.complete(receipt)).slip
    store.silent = False
    await shop.pass_time(minutes=2)
    assert (await shop.sale()).state is State.DELIVERED


async def test_a_refund_that_somebody_else_stored_at_the_same_moment_is_acknowledged(shop: Shop) -> None:
    commit = shop.store.commit

    async def just_stored(change: Change) -> None:
        await commit(change)
        raise Conflict

    shop.store.commit = just_stored  # type: ignore[method-assign]
    assert (await shop.refund("refund-1", 1)).slip
    assert await shop.store.refund("refund-1") is not None


async def unknown_hold_of_a_closed_receipt(shop: Shop) -> None:
    priced = await shop.priced(plain_basket())
    shop.program.fail(Operation.HOLD, Fault.LOST_REQUEST, times=2)
    await shop.redeem(priced)
    await shop.complete(paid(priced))


async def closed_without_prices(shop: Shop) -> None:
    shop.program.fail(Question.QUOTE, Fault.UNAVAILABLE)
    await shop.complete(paid(plain_basket()))


@pytest.mark.parametrize("begin", [unknown_hold_of_a_closed_receipt, closed_without_prices])
async def test_a_sale_that_another_gateway_has_delivered_meanwhile_is_not_touched(shop: Shop, begin: Begin) -> None:
    shop.store = store = Rare()
    shop.restart()
    await begin(shop)
    before = await shop.sale()
    shop.program.mend()
    await shop.pass_time(minutes=2)
    told = [call for call in shop.program.arrived if call.operation is Operation.SALE]
    store.stale = before
    await shop.store.commit(Change(work=(make_work(due=shop.clock.now()),)))
    await shop.pass_time(seconds=5)
    assert (await shop.sale()).state is State.DELIVERED
    assert [call for call in shop.program.arrived if call.operation is Operation.SALE] == told


async def test_a_sale_that_needs_many_steps_comes_back_for_more(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.services.delivery.MOST_STEPS", 1)
    await unknown_hold_of_a_closed_receipt(shop)
    await shop.pass_time(minutes=5)
    assert (await shop.sale()).state is State.DELIVERED


async def test_a_sale_the_server_refuses_for_good_is_parked(shop: Shop) -> None:
    honest = shop.program.send

    async def refusing(call: Call, *, deadline: Deadline) -> Answer:
        return Refused(text="нет") if call.operation is Operation.SALE else await honest(call, deadline=deadline)

    shop.program.send = refusing  # type: ignore[method-assign]
    await shop.complete(paid(await shop.priced(plain_basket("second"))))
    assert (await shop.sale("second")).state is State.PARKED


async def refused_a_price(
    shop: Shop, said: str = "нет", points: Decimal = Decimal(0), **basket_of: Any
) -> list[MutableMapping[str, Any]]:
    """A receipt that was never priced before, nor can be now; what the log says of it."""
    honest = shop.program.quote

    async def refusing(*_asked: object, **_more: object) -> NoReturn:
        raise LoyaltyRejected(said)

    shop.program.quote = refusing  # type: ignore[method-assign]
    with structlog.testing.capture_logs() as logged:
        await shop.complete(paid(plain_basket(**basket_of), points))
        await shop.pass_time(minutes=5)
    shop.program.quote = honest  # type: ignore[method-assign]
    return logged


async def test_a_sale_the_server_will_not_price_is_delivered_with_the_registers_prices(shop: Shop) -> None:
    await refused_a_price(shop)
    sale = await shop.sale()
    assert (sale.state, sale.form) == (State.DELIVERED, Form.OFFLINE)
    assert shop.order() is not None


async def test_with_points_it_is_parked_with_the_servers_words_until_a_person_retries(shop: Shop) -> None:
    await refused_a_price(shop, "карта заблокирована", FIFTY)
    sale = await shop.sale()
    assert (sale.state, sale.refusal, await left(shop)) == (State.PARKED, "карта заблокирована", 0)
    await Operating(shop.core.checkout._closing._records).retry("receipt-1")
    await shop.pass_time(minutes=1)
    assert (await shop.sale()).state is State.DELIVERED


async def test_with_points_on_their_way_back_it_waits_for_them(shop: Shop) -> None:
    receipt = await shop.held(plain_basket())
    shop.program.fail(Operation.CANCEL, Fault.UNAVAILABLE)
    await shop.undo(receipt)
    logged = await refused_a_price(shop, points=FIFTY, lines=(SHIRTS,))  # not the goods that were priced
    assert "delivery_unpriced" in {line["event"] for line in logged}
    assert (await shop.sale()).state is State.CLOSED
    shop.program.mend()
    await shop.pass_time(minutes=10)
    assert (await shop.sale()).state is State.DELIVERED


async def test_the_servers_words_do_not_reach_the_log(shop: Shop) -> None:
    logged = await refused_a_price(shop, "Светлова Анна, 79115550123, заблокирована", FIFTY)
    assert {"delivery_unpriced", "sale_parked"} <= {line["event"] for line in logged}
    assert "79115550123" not in str(logged)


async def test_goods_that_were_never_sold_and_come_back_before_their_sale_are_parked(shop: Shop) -> None:
    line = replace(SHAMPOO, original_index=7)
    document = make_receipt("refund-1", lines=(line,), at=shop.clock.now())
    await shop.core.checkout.refund(Refund(document=document, original_id="receipt-1"), b"raw")
    await shop.complete(paid(await shop.priced(plain_basket())))
    await shop.pass_time(minutes=5)
    refund = await shop.store.refund("refund-1")
    assert refund is not None
    assert (refund.state, await left(shop)) == (RefundState.PARKED, 0)


async def test_a_redemption_forgotten_over_a_restart_comes_back(shop: Shop) -> None:
    await shop.held(plain_basket())
    shop.restart()
    await shop.pass_time(minutes=20)
    assert ((await shop.sale()).state, shop.points()) == (State.OPEN, 1500)


def test_a_prompt_does_not_show_its_text() -> None:
    assert "Поздравьте" not in repr(make_prompt())


async def test_a_full_lane_takes_nothing(shop: Shop) -> None:
    assert await shop.core.outbox._take(Lane.SALES, 0) == []


async def test_a_hold_refused_in_silence_whose_key_is_burnt_is_no_success() -> None:
    shop = Stage(variants=Variants(refusal_burns_key=True))
    priced = await shop.priced(plain_basket())
    shop.spend_elsewhere(0)
    shop.program.fail(Operation.HOLD, Fault.LOST_ANSWER, times=1)
    for _ in range(2):
        assert not isinstance(await shop.redeem(priced), Redeemed)
    assert shop.points() == 0


async def test_a_sale_refused_in_silence_whose_key_is_burnt_is_told_again_under_a_new_one() -> None:
    shop = Stage(variants=Variants(refusal_burns_key=True))
    priced = await shop.held(plain_basket())
    await shop.pass_time(minutes=20)
    shop.spend_elsewhere(0)
    shop.program.fail(Operation.SALE, Fault.LOST_ANSWER, times=1)
    await shop.complete(paid(priced, FIFTY))
    await shop.pass_time(minutes=10)
    sale = await shop.sale()
    assert (sale.state, sale.form) == (State.DELIVERED, Form.WITHOUT_POINTS)


async def test_a_sale_that_is_paid_by_a_call_of_its_own_is_delivered_when_it_is_read_as_paid() -> None:
    shop = Stage(profile=PAYS_APART, variants=Variants(create_takes_paid=False, queue_loses=2))
    shop.program.fail(Operation.SALE, Fault.LOST_ANSWER, times=1)
    await shop.complete(paid(await shop.priced(plain_basket())))
    shop.program.fail(Question.ORDER, Fault.UNAVAILABLE, times=1)
    await shop.pass_time(minutes=5)
    order = shop.order()
    assert order is not None
    assert ((await shop.sale()).state, order.summary) == (State.DELIVERED, "Paid")


async def test_two_phases_cannot_take_the_points_out_of_a_held_purchase_and_sell_in_another() -> None:
    shop = Stage(profile=TWO_PHASE)
    priced = await shop.held(plain_basket())
    await shop.complete(paid(priced))
    await shop.pass_time(minutes=2)
    assert ((await shop.sale()).delivered_order, shop.points()) == ("receipt-1~1", 1520)


async def test_an_unknown_hold_of_a_closed_receipt_is_asked_for_until_it_is_known(shop: Shop) -> None:
    priced = await shop.priced(plain_basket())
    shop.program.fail(Operation.HOLD, Fault.LOST_REQUEST, times=3)
    await shop.redeem(priced)
    await shop.complete(paid(priced))
    await shop.pass_time(minutes=5)
    assert (await shop.sale()).state is State.DELIVERED


async def test_an_offline_sale_is_looked_for_until_the_order_can_be_read(shop: Shop) -> None:
    shop.program.fail(Question.ORDER, Fault.UNAVAILABLE, times=2)
    await shop.complete(paid(plain_basket(lines=(SHIRTS,))))
    await shop.pass_time(minutes=5)
    assert ((await shop.sale()).state, (await shop.sale()).form) == (State.DELIVERED, Form.OFFLINE)


def test_nothing_was_forgotten_where_nothing_is_held() -> None:
    step = advance(make_sale(state=State.REDEEMING), Idle(now=AT), TERMS)
    assert step.verdict is Verdict.DONE


def test_a_prompt_goes_only_forward() -> None:
    with pytest.raises(ValueError, match="reported -> shown"):
        moved(make_prompt(state=PromptState.REPORTED), PromptState.SHOWN)


def test_a_birthday_nobody_knows_is_far_away() -> None:
    rule = replace(GOLD.rule(), segment="", birthday_within_days=30)
    assert rule.misses_of(make_customer(birth_date=None), AT.date()) == ("birthday_within_days",)


async def test_a_refund_and_what_is_above_its_sale_are_stored_together() -> None:
    """Else another refund may take what is left in between, and the part above would be parked twice."""
    stage = Stage()
    till = Till(stage, plain_basket("one-piece"))
    await till.close()
    stage.process.arm(1, before=False)
    await till.give_back(2)
    assert {row.id for row in await stage.store.refunds_of("one-piece")} == {"one-piece-back-0", "one-piece-back-0+"}
