"""Lives of one sale, as a register lives them: what was not acknowledged is asked again, as registers do."""

from collections.abc import Awaitable, Callable

from durability.stage import Stage
from durability.till import Till
from shop_floor import ANNA, FIFTY, plain_basket

from gateway.domain.desk import PromptAnswer
from gateway.domain.receipt import Receipt

Life = Callable[[Stage, Till], Awaitable[None]]


async def without_points(_stage: Stage, till: Till) -> None:
    await till.calculate()
    await till.insist_on_close()


async def paid_with_points(till: Till) -> None:
    """Asks until the points are paid, calculating anew after each refusal."""
    while not till.points:
        await till.calculate()
        await till.pay(FIFTY)
        await till.stage.live_through(seconds=2)


async def undone(till: Till) -> None:
    while till.points:
        await till.undo()


async def with_points(_stage: Stage, till: Till) -> None:
    await paid_with_points(till)
    await till.insist_on_close()


async def undone_and_paid_again(_stage: Stage, till: Till) -> None:
    await paid_with_points(till)
    await undone(till)
    await paid_with_points(till)
    await till.insist_on_close()


async def undone_for_good(_stage: Stage, till: Till) -> None:
    await paid_with_points(till)
    await undone(till)
    await till.insist_on_close()


async def forgotten_and_closed_late(stage: Stage, till: Till) -> None:
    await paid_with_points(till)
    await stage.live_through(minutes=20)
    await till.insist_on_close()


async def asked_once_and_undone(_stage: Stage, till: Till) -> None:
    """Whatever the register was told."""
    await till.calculate()
    await till.pay(FIFTY)
    await till.undo()


async def asked_once_and_closed(_stage: Stage, till: Till) -> None:
    await till.calculate()
    await till.pay(FIFTY)
    await till.insist_on_close()


async def never_closed(_stage: Stage, till: Till) -> None:
    await paid_with_points(till)


async def given_back(stage: Stage, till: Till) -> None:
    await with_points(stage, till)
    await till.give_back(1)
    await till.insist()


async def given_back_before_it_is_delivered(_stage: Stage, till: Till) -> None:
    await till.calculate()
    await till.insist_on_close()
    await till.give_back(2)
    await till.insist()


async def given_back_before_it_is_closed(_stage: Stage, till: Till) -> None:
    """The refund comes first: its register was on line, the sale's was not."""
    await till.calculate()
    await till.give_back(1)
    await till.insist()
    await till.insist_on_close()


async def popup_shown(stage: Stage, till: Till) -> None:
    """Anna rises to gold; the cashier confirms what is on the screen."""
    await till.calculate()
    await till.insist_on_close()
    register = till.receipt.register
    for _ in range(20):  # the lease of a process that died runs out first
        await stage.live_through(seconds=5)
        while offered := await stage.durable.offered(register):
            await stage.attempt(stage.core.popups.desk.answer(offered[0].id, register, PromptAnswer.CONGRATULATED))


LIVES: dict[str, tuple[Life, Receipt]] = {
    "without points": (without_points, plain_basket("sale")),
    "with points": (with_points, plain_basket("sale")),
    "undone and paid again": (undone_and_paid_again, plain_basket("sale")),
    "undone for good": (undone_for_good, plain_basket("sale")),
    "forgotten and closed late": (forgotten_and_closed_late, plain_basket("sale")),
    "asked once and undone": (asked_once_and_undone, plain_basket("sale")),
    "asked once and closed": (asked_once_and_closed, plain_basket("sale")),
    "never closed": (never_closed, plain_basket("sale")),
    "given back": (given_back, plain_basket("sale")),
    "more given back than sold": (given_back_before_it_is_delivered, plain_basket("sale")),
    "given back before its sale": (given_back_before_it_is_closed, plain_basket("sale")),
    "popup shown": (popup_shown, plain_basket("sale", customer=ANNA)),
}
