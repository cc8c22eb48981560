"""Whoever gives up leaves nothing behind: no task, no place, no timer. `virtual` sees to the tasks."""

import asyncio
from contextlib import suppress

import pytest
from scripted_program import HANG, Till
from virtual_loop import LoopClock, virtual

from gateway.domain.call import Operation
from gateway.errors import LoyaltyUnavailable
from gateway.services.guard.limiter import Limiter
from gateway.services.guard.retries import RetryBudget


async def cancelled(task: "asyncio.Task[object]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()


@virtual
async def test_a_cancelled_waiter_leaves_the_others_their_answer() -> None:
    till = Till(LoopClock())
    first = asyncio.create_task(till.quote())
    second = asyncio.create_task(till.quote())
    await asyncio.sleep(0.01)
    await cancelled(first)
    assert await second == "receipt-1 0"
    assert till.guard.in_flight == 0


@virtual
async def test_the_answer_to_a_cancelled_question_is_kept() -> None:
    till = Till(LoopClock())
    asked = asyncio.create_task(till.quote())
    await asyncio.sleep(0.01)
    await cancelled(asked)
    await asyncio.sleep(0.1)
    assert await till.quote() == "receipt-1 0"


@virtual
async def test_a_cancelled_change_gives_its_place_back_and_is_no_failure() -> None:
    till = Till(LoopClock(), script=HANG)
    for _ in range(10):
        sent = asyncio.create_task(till.send(Operation.SALE, within=4))
        await asyncio.sleep(0.01)
        await cancelled(sent)
    assert till.guard.in_flight == 0
    assert till.changes == []


@virtual
async def test_a_cancelled_probe_lets_another_try() -> None:
    till = Till(LoopClock(), script=LoyaltyUnavailable())
    for _ in range(5):
        with pytest.raises(LoyaltyUnavailable):
            await till.send()
    await asyncio.sleep(30)
    till.program.script = HANG
    probe = asyncio.create_task(till.send())
    await asyncio.sleep(0.01)
    await cancelled(probe)
    till.program.script = 0.08
    await till.send()
    assert till.guard.gates[Operation.HOLD].is_closed


@virtual
async def test_closing_ends_all_that_is_under_way() -> None:
    till = Till(LoopClock())
    await till.learn()
    till.program.script = HANG
    asked = [asyncio.create_task(till.quote(f"receipt-{number}", within=5)) for number in range(3)]
    await asyncio.sleep(0.2)
    assert till.program.under_way > 3
    began = till.clock.monotonic()
    await till.guard.close()
    assert till.clock.monotonic() == began
    assert till.program.under_way == 0
    ends = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(end, LoyaltyUnavailable) for end in ends)
    assert till.guard.in_flight == 0
    assert till.changes == []


@virtual
async def test_a_place_given_to_one_who_was_cancelled_at_that_moment_goes_on() -> None:
    limiter = Limiter(1, LoopClock(), lambda _waited: None)
    until = LoopClock().monotonic() + 9
    await limiter.take(until)
    first, second = (asyncio.create_task(limiter.take(until)) for _ in range(2))
    await asyncio.sleep(0)
    limiter.release()
    first.cancel()
    await second
    limiter.release()
    assert limiter.in_flight == 0
    with suppress(asyncio.CancelledError):
        await first


@virtual
async def test_a_cancelled_queue_is_no_queue() -> None:
    limiter = Limiter(1, LoopClock(), lambda _waited: None)
    until = LoopClock().monotonic() + 9
    await limiter.take(until)
    for waiting in [asyncio.create_task(limiter.take(until)) for _ in range(5)]:
        await asyncio.sleep(0)
        await cancelled(waiting)
    limiter.release()
    assert limiter.in_flight == 0


@virtual
async def test_a_repeat_that_is_cancelled_while_its_turn_comes_hands_it_on() -> None:
    budget = RetryBudget(0.2, 1, lambda: 0)
    done: list[int] = []

    async def again(name: int) -> None:
        async with budget.place():
            await asyncio.sleep(0.1)
            done.append(name)
        if name == 0:  # its turn has come this very moment
            tasks[1].cancel()

    tasks = [asyncio.create_task(again(name)) for name in range(3)]
    await asyncio.gather(*tasks, return_exceptions=True)
    assert done == [0, 2]
