"""How many calls go out at once, who waits, and for how long."""

import asyncio
from itertools import chain, repeat
from typing import Any

import pytest
from scripted_program import HANG, Till
from virtual_loop import LoopClock, VirtualLoop, virtual

from gateway.domain.call import Operation
from gateway.errors import LoyaltyError, LoyaltyUnavailable, NotAsked
from gateway.services.guard.breaker import BreakerRules, BreakerState
from gateway.services.guard.limiter import Limiter, NoPlace
from gateway.services.guard.retries import RetryBudget


@virtual
async def test_never_more_calls_than_allowed_and_all_are_answered() -> None:
    till = Till(LoopClock(), script=0.02, in_flight=4)
    await asyncio.gather(*(till.quote(f"receipt-{number}", within=2) for number in range(40)))
    assert till.program.most_under_way == 4
    assert len(till.program.calls) == 40
    assert till.guard.in_flight == 0
    assert sum(name == "loyalty_queue_wait" for name, _, _ in till.meter.times) == 36


@virtual
async def test_who_waits_is_let_go_at_his_deadline_and_nothing_is_sent_for_him() -> None:
    till = Till(LoopClock(), script=1.0, in_flight=1)
    first = asyncio.create_task(till.quote(within=2))
    await asyncio.sleep(0)
    began = till.clock.monotonic()
    with pytest.raises(LoyaltyUnavailable):
        await till.quote("receipt-2")
    assert till.clock.monotonic() - began == pytest.approx(0.28)
    await first
    assert len(till.program.calls) == 1
    assert till.changes == []


@virtual
async def test_waiting_for_a_place_says_nothing_about_the_server() -> None:
    till = Till(LoopClock(), script=HANG, in_flight=1, patience=0.5)
    asked = [till.quote(f"receipt-{number}") for number in range(30)]
    assert all(
        isinstance(error, LoyaltyUnavailable) for error in await asyncio.gather(*asked, return_exceptions=True)
    )
    await asyncio.sleep(1)
    assert till.guard.gates["quote"].is_closed
    assert till.guard.in_flight == 0


@pytest.mark.parametrize("ask", [Till.quote, lambda till, name, within: till.send(order=name, within=within)])
@virtual
async def test_who_waits_when_the_server_is_given_up_is_not_sent_to_it_and_hears_so_at_once(ask: Any) -> None:
    """They would all come to a server that is dead, each with a connection to be made, while tills wait."""
    till = Till(LoopClock(), script=HANG, in_flight=8, patience=0.5)
    began = till.clock.monotonic()
    asked = [ask(till, f"receipt-{number}", within=0.5 if number < 8 else 2) for number in range(40)]
    errors = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(error, LoyaltyError) for error in errors)
    assert all(isinstance(error, NotAsked) for error in errors[8:])
    assert till.clock.monotonic() - began == pytest.approx(0.5)
    assert len(till.program.calls) == 8
    assert till.guard.in_flight == 0


@virtual
async def test_who_has_waited_until_the_server_may_be_asked_again_is_the_probe() -> None:
    rules = BreakerRules(in_a_row=1, opens_for=0.1)
    till = Till(LoopClock(), script=chain([HANG, 1.0], repeat(0.1)), in_flight=1, patience=0.5, breaker=rules)
    lost = asyncio.create_task(till.quote(within=0.3))
    await asyncio.sleep(0)
    person = asyncio.create_task(till.identify(within=3))
    await asyncio.sleep(0)
    assert await till.quote("receipt-2", within=3) == "receipt-2 2"
    assert till.program.calls == ["quote", "identify", "quote"]
    assert till.changes == [
        ("quote", BreakerState.OPEN),
        ("quote", BreakerState.HALF_OPEN),
        ("quote", BreakerState.CLOSED),
    ]
    assert await person is not None
    with pytest.raises(LoyaltyError):
        await lost


@virtual
async def test_first_come_first_served() -> None:
    limiter, served = Limiter(1, LoopClock(), lambda _waited: None), []

    async def one(name: int) -> None:
        async with limiter.place(LoopClock().monotonic() + 5):
            served.append(name)
            await asyncio.sleep(0.1)

    await asyncio.gather(*(one(name) for name in range(6)))
    assert served == list(range(6))


@virtual
async def test_a_place_is_not_given_to_one_whose_deadline_has_passed() -> None:
    limiter = Limiter(1, LoopClock(), lambda _waited: None)
    await limiter.take(LoopClock().monotonic())
    with pytest.raises(NoPlace):
        await limiter.take(LoopClock().monotonic() + 0.1)
    waiting = asyncio.create_task(limiter.take(LoopClock().monotonic() + 1))
    await asyncio.sleep(0.2)
    limiter.release()
    await waiting
    assert not limiter.try_take()
    limiter.release()
    assert limiter.in_flight == 0


@virtual
async def test_a_place_that_becomes_free_too_late_is_not_taken_though_the_loop_was_busy() -> None:
    limiter, loop = Limiter(1, LoopClock(), lambda _waited: None), asyncio.get_running_loop()
    await limiter.take(LoopClock().monotonic())
    waiting = asyncio.create_task(limiter.take(LoopClock().monotonic() + 1))
    await asyncio.sleep(0)
    assert isinstance(loop, VirtualLoop)
    loop.moment += 2
    limiter.release()
    with pytest.raises(NoPlace):
        await waiting
    assert limiter.in_flight == 0


@virtual
async def test_a_change_too_waits_its_turn() -> None:
    till = Till(LoopClock(), script=0.1, in_flight=1)
    await asyncio.gather(*(till.send(Operation.SALE, within=1, order=f"receipt-{number}") for number in range(5)))
    assert till.program.most_under_way == 1


@virtual
async def test_no_time_left_is_no_failure_and_no_call() -> None:
    till = Till(LoopClock())
    for _ in range(10):
        with pytest.raises(LoyaltyUnavailable):
            await till.quote(within=0)
        with pytest.raises(LoyaltyUnavailable):
            await till.send(within=0)
    assert till.program.calls == []
    assert till.changes == []


@pytest.mark.parametrize(("live", "most"), [(0, 3), (10, 3), (20, 4), (100, 20)])
@virtual
async def test_repeats_are_a_fifth_of_the_calls_under_way_and_three_at_least(live: int, most: int) -> None:
    budget, running, peak = RetryBudget(0.2, 3, lambda: live), 0, 0

    async def again() -> None:
        nonlocal running, peak
        async with budget.place():
            running += 1
            peak = max(peak, running)
            await asyncio.sleep(0.1)
            running -= 1

    await asyncio.gather(*(again() for _ in range(50)))
    assert peak == most
