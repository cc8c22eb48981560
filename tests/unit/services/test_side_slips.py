"""Slips beside the sales on a printer of ours: of a refund, with the coupons it brought, and of a new participant."""

from collections.abc import Callable

from msgspec.structs import replace
from shop_floor import Shop, paid, plain_basket
from unit.services import test_enrolling as enrolling
from unit.services.test_slip_printing import codes, run, states, with_printer, words

from adapters.loyalty.memory import Fault
from adapters.printers.memory import MemoryPrinter
from gateway.domain.call import Accepted, Answer, Call, IssuedCoupon, Operation
from gateway.domain.deadline import Deadline
from gateway.domain.print_job import JobState
from gateway.domain.refund import RefundState

CODE = "SORRY-15"
NAMED = Accepted(texts=("Купон вместо скидки",), coupons=(IssuedCoupon(code=CODE),))


def makes_up_for_it(shop: Shop, after: Callable[[], None] = lambda: None) -> None:
    """This server gives a coupon for goods that come back; then it does `after`."""
    send = shop.program.send

    async def giving(call: Call, *, deadline: Deadline) -> Answer:
        answer = await send(call, deadline=deadline)
        if call.operation is not Operation.REFUND or not isinstance(answer, Accepted):
            return answer
        after()
        return NAMED

    shop.program.send = giving  # type: ignore[method-assign]


async def returned(shop: Shop, *, wait: float = 1) -> None:
    """A sale, and its goods back; the server answers after `wait` seconds."""
    await shop.complete(paid(await shop.priced(plain_basket())))
    await run(shop)
    shop.program.fail(Operation.REFUND, Fault.UNAVAILABLE)
    await shop.refund("refund-1", 1)
    await shop.pass_time(seconds=wait)
    shop.program.mend()
    await shop.pass_time(minutes=5)
    await run(shop)
    found = await shop.store.refund("refund-1")
    assert found is not None
    assert found.state is RefundState.DONE


def last_papers(printer: MemoryPrinter) -> list[list[str]]:
    return [codes(slip) for slip in printer.slips[1:]]


async def test_coupons_that_a_refund_brings_are_printed_after_its_slip(shop: Shop) -> None:
    printer = with_printer(shop)
    makes_up_for_it(shop)
    await returned(shop)
    assert last_papers(printer) == [[], [CODE]]
    assert "Возврат" in words(printer.slips[1])
    assert "Купон вместо скидки" in words(printer.slips[2])
    assert await states(shop) == []


async def test_a_refund_that_is_told_again_prints_its_coupons_once(shop: Shop) -> None:
    """The order does not show it for a minute, so the same call is sent again."""
    printer = with_printer(shop)
    sends: list[int] = []
    makes_up_for_it(shop, lambda: sends.append(1))
    read = shop.program.order

    async def unseen(order_id: str, *, deadline: Deadline) -> object:
        found = await read(order_id, deadline=deadline)
        return found if len(sends) > 1 or found is None else replace(found, returned=0)

    shop.program.order = unseen  # type: ignore[method-assign, assignment]
    await returned(shop)
    assert len(sends) == 2
    assert last_papers(printer) == [[], [CODE]]


async def test_coupons_of_a_refund_that_come_too_late_are_counted_and_kept(shop: Shop) -> None:
    printer = with_printer(shop)
    makes_up_for_it(shop)
    await returned(shop, wait=40)
    assert last_papers(printer) == [[]]
    (job,) = await shop.store.print_jobs(10)
    assert (job.state, job.codes, job.reason) == (JobState.UNPRINTED, (CODE,), "too_late")
    assert shop.counted("unprinted_coupons", reason="too_late") == 1


async def test_coupons_of_a_refund_survive_a_crash_before_they_are_printed(shop: Shop) -> None:
    with_printer(shop)
    makes_up_for_it(shop)
    await shop.complete(paid(await shop.priced(plain_basket())))
    await shop.refund("refund-1", 1)
    await shop.pass_time(seconds=1)
    printer = with_printer(shop)
    await run(shop)
    assert [codes(slip) for slip in printer.slips] == []
    (job,) = shop.core.paper.desk.jobs()
    assert (job.state, job.codes) == (JobState.UNKNOWN, (CODE,))


async def test_a_new_participants_welcome_comes_out_where_slips_are_ours() -> None:
    shop = enrolling.make_shop()
    printer = with_printer(shop)
    told = [await enrolling.finish(shop) for _ in range(2)]
    await run(shop)
    assert len(told) == 2
    assert ["Добро пожаловать" in words(slip) for slip in printer.slips] == [True]


async def test_a_welcome_that_the_register_prints_itself_is_not_printed_by_us() -> None:
    shop = enrolling.make_shop()
    printer = with_printer(shop, slips_elsewhere=True)
    await enrolling.finish(shop)
    await run(shop, seconds=1)
    assert printer.jobs == []
