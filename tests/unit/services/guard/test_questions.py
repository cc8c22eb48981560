"""One flight for identical questions, late answers, second calls; and what the breaker hears of them."""

import asyncio
from itertools import chain, repeat

import pytest
from builders import make_line
from scripted_program import HANG, Till
from virtual_loop import LoopClock, virtual

from gateway.domain.call import Operation
from gateway.errors import LoyaltyError, LoyaltyProtocolError, LoyaltyRejected, LoyaltyUnavailable, OutcomeUnknown
from gateway.services.guard.breaker import BreakerRules, BreakerState
from gateway.services.guard.hedge import HedgeRules

FAILURES = [LoyaltyUnavailable(), OutcomeUnknown(), LoyaltyProtocolError()]


async def timed_out(till: Till, receipt: str = "receipt-1", *, within: float = 0.28) -> float:
    """Ask, get no answer; how long that took."""
    began = till.clock.monotonic()
    with pytest.raises(LoyaltyUnavailable):
        await till.quote(receipt, within=within)
    return till.clock.monotonic() - began


@virtual
async def test_identical_questions_at_once_are_asked_once() -> None:
    till = Till(LoopClock())
    answers = await asyncio.gather(*(till.quote() for _ in range(10)))
    assert set(answers) == {"receipt-1 0"}
    assert till.program.calls == ["quote"]
    assert till.meter.counts["loyalty_flights_joined", "quote"] == 9


@virtual
async def test_another_basket_or_receipt_or_register_is_another_question() -> None:
    till = Till(LoopClock())
    await asyncio.gather(
        till.quote(),
        till.quote(lines=(make_line(), make_line(2))),
        till.quote("receipt-2"),
        till.quote(customer=None),
    )
    assert len(till.program.calls) == 4


@virtual
async def test_the_same_customer_at_once_is_asked_for_once() -> None:
    till = Till(LoopClock())
    found = await asyncio.gather(till.identify(), till.identify(), till.identify(value="79990000002"))
    assert found[0] == found[1] != found[2]
    assert till.program.calls == ["identify", "identify"]


@virtual
async def test_each_waits_as_long_as_his_own_deadline_allows() -> None:
    till = Till(LoopClock(), script=1.0)
    patient = asyncio.create_task(till.quote(within=3.0))
    await asyncio.sleep(0)
    assert await timed_out(till) == pytest.approx(0.28)
    assert await patient == "receipt-1 0"
    assert till.program.calls == ["quote"]


@virtual
async def test_a_flight_lives_until_the_longest_of_its_deadlines() -> None:
    till = Till(LoopClock(), script=5.0)
    await timed_out(till)
    assert await till.quote(within=6.0) == "receipt-1 0"


@virtual
async def test_a_late_answer_serves_the_next_identical_question_of_that_receipt_once() -> None:
    till = Till(LoopClock(), script=0.5)
    await timed_out(till)
    await asyncio.sleep(1)
    assert await till.quote(within=0.001) == "receipt-1 0"
    assert till.meter.counts["loyalty_late_answers_used", "quote"] == 1
    await timed_out(till)
    assert len(till.program.calls) == 2
    await asyncio.sleep(1)


@virtual
async def test_an_answer_on_its_way_serves_the_recalculation() -> None:
    till = Till(LoopClock(), script=0.5)
    await timed_out(till)
    assert await till.quote() == "receipt-1 0"
    assert len(till.program.calls) == 1


@virtual
async def test_a_late_answer_is_not_for_another_basket_or_another_receipt() -> None:
    till = Till(LoopClock(), script=chain([0.5], repeat(0.08)))
    await timed_out(till)
    await asyncio.sleep(1)
    assert await till.quote("receipt-2") == "receipt-2 1"
    assert await till.quote(lines=(make_line(3),)) == "receipt-1 2"
    assert await till.quote() == "receipt-1 3"


@virtual
async def test_a_late_answer_is_too_old_after_half_a_minute() -> None:
    till = Till(LoopClock(), script=chain([0.5], repeat(0.08)))
    await timed_out(till)
    await asyncio.sleep(30.5)
    assert await till.quote() == "receipt-1 1"


@virtual
async def test_an_answer_that_was_given_is_not_kept() -> None:
    till = Till(LoopClock())
    assert await till.quote() == "receipt-1 0"
    assert await till.quote() == "receipt-1 1"


@pytest.mark.parametrize("operation", [Operation.HOLD, Operation.CANCEL, Operation.SALE])
@virtual
async def test_what_was_asked_before_a_change_is_no_answer_after_it(operation: Operation) -> None:
    till = Till(LoopClock(), script=chain([0.5], repeat(0.08)))
    await timed_out(till)
    await asyncio.sleep(1)
    await till.send(operation)
    assert await till.quote() == "receipt-1 2"


@virtual
async def test_a_question_on_its_way_is_not_joined_after_a_change() -> None:
    till = Till(LoopClock(), script=chain([0.25], repeat(0.08)))
    before = asyncio.create_task(till.quote())
    await asyncio.sleep(0.01)
    await till.send()
    assert await till.quote() == "receipt-1 2"
    assert await before == "receipt-1 0"


@virtual
async def test_only_so_many_late_answers_are_kept() -> None:
    till = Till(LoopClock(), script=0.5, kept_most=3)
    for number in range(5):
        await timed_out(till, f"receipt-{number}")
    await asyncio.sleep(1)
    till.program.script = 0.08
    answers = [await till.quote(f"receipt-{number}") for number in range(5)]
    assert answers == ["receipt-0 5", "receipt-1 6", "receipt-2 2", "receipt-3 3", "receipt-4 4"]


@virtual
async def test_a_straggler_is_overtaken_by_a_second_call_and_cancelled() -> None:
    till = Till(LoopClock())
    await till.learn()
    till.program.script = iter([0.6, 0.08])
    began = till.clock.monotonic()
    assert await till.quote() == "receipt-1 1"
    assert till.clock.monotonic() - began == pytest.approx(0.18, abs=0.01)
    await asyncio.sleep(0)
    assert till.program.ended == {"answered": 1, "cancelled": 1}
    assert till.meter.counts["loyalty_hedges", "quote", "won"] == 1
    assert till.guard.in_flight == 0


@virtual
async def test_a_second_call_that_was_not_needed_is_cancelled() -> None:
    till = Till(LoopClock())
    await till.learn()
    till.program.script = iter([0.15, 0.08])
    assert await till.quote() == "receipt-1 0"
    await asyncio.sleep(0)
    assert till.program.ended == {"answered": 1, "cancelled": 1}
    assert till.meter.counts["loyalty_hedges", "quote", "lost"] == 1


@virtual
async def test_a_question_that_fails_at_once_is_asked_again_while_there_is_time() -> None:
    till = Till(LoopClock())
    await till.learn()
    till.program.script = iter([OutcomeUnknown(), 0.08])
    assert await till.quote() == "receipt-1 1"
    assert till.guard.gates["quote"].is_closed


@virtual
async def test_a_refusal_is_an_answer_and_not_asked_again() -> None:
    till = Till(LoopClock())
    await till.learn()
    till.program.script = LoyaltyRejected()
    for _ in range(10):
        with pytest.raises(LoyaltyRejected):
            await till.quote()
    assert len(till.program.calls) == 10
    assert till.changes == []


@virtual
async def test_a_basket_of_more_than_fifty_lines_is_never_asked_twice() -> None:
    till = Till(LoopClock())
    await till.learn()
    till.program.script = 0.2
    await till.quote(lines=tuple(make_line(index) for index in range(1, 52)))
    assert len(till.program.calls) == 1
    await till.quote(lines=tuple(make_line(index) for index in range(1, 51)))
    assert len(till.program.calls) == 3


@virtual
async def test_a_change_or_a_look_at_an_order_is_never_asked_twice() -> None:
    till = Till(LoopClock())
    await till.learn()
    till.program.script = 0.5
    for operation in Operation:
        await till.send(operation, within=4.0)
    await till.guard.order("receipt-1", deadline=till.within(4.0))
    assert till.program.calls == [*Operation, "order"]


@virtual
async def test_no_second_call_while_the_breaker_is_not_closed() -> None:
    till = Till(LoopClock(), breaker=BreakerRules(opens_for=1))
    await till.learn()
    till.program.script = LoyaltyUnavailable()
    while till.guard.gates["quote"].is_closed:
        with pytest.raises(LoyaltyUnavailable):
            await till.quote()
    await asyncio.sleep(1)
    till.program.calls.clear()
    till.program.script = 0.2
    await till.quote(within=1.0)
    assert till.program.calls == ["quote"]


@virtual
async def test_many_stragglers_at_once_are_not_all_asked_twice() -> None:
    till = Till(LoopClock())
    await till.learn()
    till.program.script = 0.2
    await asyncio.gather(*(till.quote(f"receipt-{number}") for number in range(40)))
    assert 40 < len(till.program.calls) <= 40 + 5


@virtual
async def test_no_second_call_when_the_breaker_opens_meanwhile() -> None:
    till = Till(LoopClock())
    await till.learn()
    till.program.script = chain([0.2], repeat(LoyaltyUnavailable()))
    straggler = asyncio.create_task(till.quote())
    await asyncio.sleep(0.01)
    while till.guard.gates["quote"].is_closed:
        with pytest.raises(LoyaltyUnavailable):
            await till.quote("receipt-2")
    till.guard._hedges["quote"]._tokens._held = 5  # that none is left is another reason
    sent = len(till.program.calls)
    assert await straggler == "receipt-1 0"
    assert len(till.program.calls) == sent


@pytest.mark.parametrize("failure", FAILURES, ids=lambda error: type(error).__name__)
@virtual
async def test_five_failures_open_the_breaker_and_then_nobody_waits(failure: LoyaltyError) -> None:
    till = Till(LoopClock(), script=failure)
    for _ in range(5):
        with pytest.raises(type(failure)):
            await till.quote()
    assert till.changes == [("quote", BreakerState.OPEN)]
    began = till.clock.monotonic()
    with pytest.raises(LoyaltyUnavailable) as refused:
        await till.quote()
    assert till.clock.monotonic() == began
    assert refused.value.retry_after == pytest.approx(30)
    assert len(till.program.calls) == 5


@virtual
async def test_a_call_and_its_second_are_one_failure() -> None:
    till = Till(LoopClock(), hedge=HedgeRules(share=1.0))
    await till.learn()
    till.program.script = OutcomeUnknown()
    for _ in range(4):
        with pytest.raises(OutcomeUnknown):
            await till.quote()
    assert len(till.program.calls) == 8
    assert till.guard.gates["quote"].is_closed


@virtual
async def test_a_question_many_wait_for_is_one_failure() -> None:
    till = Till(LoopClock(), script=(0.1, OutcomeUnknown()))
    await asyncio.gather(*(till.quote() for _ in range(30)), return_exceptions=True)
    assert till.guard.gates["quote"].is_closed


@virtual
async def test_a_server_that_is_slow_is_not_dead() -> None:
    """All answers come too late; each serves the recalculation, so the calls go on."""
    till = Till(LoopClock(), script=0.9)
    for number in range(20):
        await timed_out(till, f"receipt-{number}")
        await asyncio.sleep(1)
        assert await till.quote(f"receipt-{number}") == f"receipt-{number} {number}"
    assert till.changes == []


@virtual
async def test_a_server_that_keeps_silent_is_dead_after_its_patience() -> None:
    till = Till(LoopClock(), script=HANG)
    waits = await asyncio.gather(*(timed_out(till, f"receipt-{number}") for number in range(5)))
    assert waits == pytest.approx([0.28] * 5)
    assert till.changes == []
    await asyncio.sleep(1.8)
    assert till.changes == [("quote", BreakerState.OPEN)]
    assert till.program.under_way == 0
    assert await timed_out(till) == 0


@virtual
async def test_the_probe_may_be_a_delivery_and_wakes_the_other_kinds() -> None:
    till = Till(LoopClock(), script=LoyaltyUnavailable())
    for _ in range(5):
        with pytest.raises(LoyaltyUnavailable):
            await till.send(Operation.SALE)
    assert till.guard.rest(Operation.SALE) == pytest.approx(30)
    await asyncio.sleep(20)
    for _ in range(5):
        with pytest.raises(LoyaltyUnavailable):
            await till.quote()
    till.program.script = 0.08
    await asyncio.sleep(10)
    till.changes.clear()
    await till.send(Operation.SALE)
    assert till.changes[-1] == (Operation.SALE, BreakerState.CLOSED)
    await till.quote()
    assert till.guard.gates["quote"].is_closed


@virtual
async def test_one_probe_not_a_crowd() -> None:
    till = Till(LoopClock(), script=LoyaltyUnavailable())
    for _ in range(5):
        with pytest.raises(LoyaltyUnavailable):
            await till.quote()
    await asyncio.sleep(30)
    till.program.script = 0.08
    till.program.calls.clear()
    answers = await asyncio.gather(*(till.quote(f"receipt-{number}") for number in range(20)), return_exceptions=True)
    assert len(till.program.calls) == 1
    assert sum(isinstance(answer, str) for answer in answers) == 1


@virtual
async def test_a_delivery_rests_a_minute_at_most() -> None:
    till = Till(LoopClock(), script=LoyaltyUnavailable())
    for _ in range(12):
        await asyncio.sleep(till.guard.rest(Operation.SALE))
        with pytest.raises(LoyaltyUnavailable):
            await till.send(Operation.SALE)
    assert till.guard.rest(Operation.SALE) == pytest.approx(60)


@virtual
async def test_points_may_be_asked_for_while_prices_and_points_answer() -> None:
    till = Till(LoopClock())
    assert till.guard.may_hold()
    till.program.script = LoyaltyUnavailable()
    for _ in range(5):
        with pytest.raises(LoyaltyUnavailable):
            await till.quote()
    assert not till.guard.may_hold()
    assert till.guard.rest(Operation.HOLD) == 0
