"""The shortest ways in which a sale went wrong without one of the rules (sale protocol, section 10)."""

from datetime import timedelta

import pytest
from sale_world import Way, World

from gateway.domain.sale_record import State


@pytest.fixture(params=[True, False], ids=["a cancelled order reopens", "a cancelled order stays closed"])
def world(request: pytest.FixtureRequest) -> World:
    return World(50, reopens=request.param)


def wait(world: World, seconds: float) -> None:
    world.now += timedelta(seconds=seconds)


def spent(world: World) -> int:
    return int(world.server.spent())


def test_the_answer_of_a_hold_is_lost_and_its_points_come_back(world: World) -> None:
    assert not world.redeem(50, Way.NO_ANSWER)
    wait(world, 60)
    world.watch()
    world.release(Way.FINE)
    assert (spent(world), world.sale.state) == (0, State.OPEN)


def test_a_refusal_while_an_older_copy_is_under_way_leaves_nothing_spent(world: World) -> None:
    world.redeem(50, Way.LATE)
    world.server.balance -= 50
    assert not world.redeem(50, Way.FINE)
    world.server.balance += 50
    world.arrive(0)
    for _ in range(2):
        world.release(Way.FINE)
        wait(world, 61)
    assert (spent(world), world.sale.awaits_release) == (0, False)


def test_a_cancel_that_came_before_its_hold_is_repeated_past_the_life_of_a_request(world: World) -> None:
    world.redeem(50, Way.LATE)
    world.undo()
    world.release(Way.FINE)
    assert world.sale.awaits_release
    world.arrive(0)
    wait(world, 61)
    world.release(Way.FINE)
    assert (spent(world), world.sale.awaits_release) == (0, False)


def test_paid_undone_and_paid_again_is_not_answered_from_the_first_key(world: World) -> None:
    assert world.redeem(50, Way.FINE)
    world.undo()
    world.release(Way.FINE)
    assert world.redeem(50, Way.FINE)
    assert spent(world) == 50


def test_no_second_hold_while_the_first_one_lives(world: World) -> None:
    world.server.balance += 50
    world.redeem(50, Way.FINE)
    world.undo()
    world.release(Way.LOST)
    assert not world.redeem(50, Way.FINE)
    assert spent(world) == 50


def test_a_cancel_that_comes_after_a_late_close_cannot_reach_the_paid_sale(world: World) -> None:
    world.redeem(50, Way.FINE)
    wait(world, 900)
    world.watch()
    world.release(Way.LATE)
    wait(world, 1)
    world.release(Way.FINE)
    world.close(50)
    world.deliver(Way.FINE)
    world.arrive(0)
    assert (world.sale.state, spent(world)) == (State.DELIVERED, 50)
    assert world.server.paid() == [world.sale.delivered_order] == ["receipt-1~1"]


def test_an_old_hold_that_comes_after_the_sale_was_paid_undoes_nothing(world: World) -> None:
    world.redeem(50, Way.LATE)
    world.close(0)
    world.deliver(Way.FINE)
    world.deliver(Way.FINE)
    world.arrive(0)
    assert (world.sale.state, spent(world)) == (State.DELIVERED, 0)
    assert world.server.paid() == ["receipt-1"]


def test_a_closed_receipt_waits_with_its_points_until_the_older_ones_are_back(world: World) -> None:
    world.server.balance += 50
    world.redeem(50, Way.FINE)
    wait(world, 900)
    world.watch()
    world.close(50)
    world.deliver(Way.FINE)
    assert (world.sale.state, spent(world), world.server.paid()) == (State.CLOSED, 50, [])
    world.release(Way.FINE)
    world.deliver(Way.FINE)
    assert (world.sale.state, spent(world)) == (State.DELIVERED, 50)


def test_the_timer_never_cancels_a_closed_sale(world: World) -> None:
    world.redeem(50, Way.FINE)
    world.close(50)
    wait(world, 900)
    world.watch()
    world.release(Way.FINE)
    world.deliver(Way.FINE)
    assert (world.sale.state, spent(world), world.sale.generation) == (State.DELIVERED, 50, 0)


def test_a_late_close_whose_points_are_gone_is_delivered_without_them(world: World) -> None:
    world.redeem(50, Way.FINE)
    wait(world, 900)
    world.watch()
    world.release(Way.FINE)
    world.server.balance -= 50
    world.close(50)
    for _ in range(2):
        world.deliver(Way.FINE)
    assert (world.sale.state, spent(world), world.sale.form) == (State.DELIVERED, 0, "without_points")


@pytest.mark.parametrize("way", [Way.LOST, Way.NO_ANSWER, Way.LATE])
def test_a_sale_without_an_answer_is_paid_once(world: World, way: Way) -> None:
    world.close(0)
    world.deliver(way)
    wait(world, 2)
    world.deliver(Way.FINE)
    world.arrive(0)
    assert (world.sale.state, world.server.paid()) == (State.DELIVERED, ["receipt-1"])
