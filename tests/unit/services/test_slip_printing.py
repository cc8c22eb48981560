"""Slips on our own printer: once, while the customer is there, and no coupon lost on the way."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from builders import REGISTER, make_accepted, make_job, make_sale
from msgspec.structs import replace
from shop_floor import Shop, paid, plain_basket

from adapters.loyalty.memory import Fault
from adapters.printers.memory import MemoryPrinter
from gateway.domain.call import Accepted, Answer, Call, IssuedCoupon, Operation
from gateway.domain.change import Change
from gateway.domain.customer import CustomerKey, KeyKind
from gateway.domain.deadline import Deadline
from gateway.domain.print_job import JobState
from gateway.domain.print_outcome import Trouble, blocked, unknown
from gateway.domain.receipt import Receipt
from gateway.domain.sale_record import Sale, State
from gateway.domain.slip import Ean13, QrCode, Slip, Text
from gateway.errors import Conflict, StoreError, StoreUnavailable
from gateway.services.print_desk import NotPrintable
from gateway.settings import Printing as PrintingSettings

MARIA = CustomerKey(KeyKind.PHONE, "79217654321")  # every order of hers brings a code
CODE = "460123456789"


def with_printer(shop: Shop, *, slips_elsewhere: bool = False) -> MemoryPrinter:
    printer = MemoryPrinter()
    shop.printers[REGISTER] = printer
    shop.slips_elsewhere = slips_elsewhere
    shop.restart()
    return printer


async def run(shop: Shop, seconds: float = 0) -> None:
    """The printing of the shop, for so long by its clock."""
    jobs = [asyncio.create_task(job()) for job in shop.core.paper.jobs()]
    for step in (0.0, *[0.5] * int(seconds * 2)):
        shop.clock.move(step)
        for _ in range(30):
            await asyncio.sleep(0)
    for job in jobs:
        job.cancel()
    ends = await asyncio.gather(*jobs, return_exceptions=True)
    assert all(isinstance(end, asyncio.CancelledError) for end in ends), f"one ended by itself: {ends}"


async def printed(shop: Shop, printer: MemoryPrinter) -> int:
    """How many slips come out now."""
    await run(shop)
    return len(printer.jobs)


def words(slip: Slip) -> str:
    return " ".join(row.text for row in slip if isinstance(row, Text))


def codes(slip: Slip) -> list[str]:
    return [row.data for row in slip if isinstance(row, QrCode | Ean13)]


async def of_maria(shop: Shop, name: str = "receipt-1") -> Receipt:
    return paid(await shop.priced(plain_basket(name, customer=MARIA)))


async def states(shop: Shop) -> list[JobState]:
    return [job.state for job in await shop.store.print_jobs(10)]


async def test_a_delivered_sale_prints_its_slip_once(shop: Shop) -> None:
    printer = with_printer(shop)
    receipt = paid(await shop.priced(plain_basket()))
    for _ in range(2):
        await shop.complete(receipt)
    assert await printed(shop, printer) == 1
    assert await states(shop) == [], "a printed job is forgotten, with the name on it"


async def test_a_sale_whose_record_moved_while_it_was_settled_prints_its_slip_once(shop: Shop) -> None:
    """The store says `Conflict`, and the step is taken again: the slip must not be."""
    printer = with_printer(shop)
    receipt = paid(await shop.priced(plain_basket()))
    commit, conflicts = shop.store.commit, [Conflict()]

    async def contested(change: Change) -> None:
        if conflicts and change.sale is not None and change.sale.state is State.DELIVERED:
            raise conflicts.pop()
        await commit(change)

    shop.store.commit = contested  # type: ignore[method-assign]
    await shop.complete(receipt)
    assert ((await shop.sale()).state, await printed(shop, printer)) == (State.DELIVERED, 1)


async def test_coupons_known_in_time_stand_on_the_slip_and_nowhere_else(shop: Shop) -> None:
    printer = with_printer(shop)
    await shop.complete(await of_maria(shop))
    await run(shop, seconds=20)
    assert [codes(slip) for slip in printer.slips] == [[CODE]]
    assert "Спасибо за покупку" in words(printer.slips[0])
    assert await states(shop) == []


async def test_coupons_that_the_register_prints_itself_are_not_printed_by_us(shop: Shop) -> None:
    printer = with_printer(shop, slips_elsewhere=True)
    told = await shop.complete(await of_maria(shop))
    assert codes(told.slip) == [CODE]
    await run(shop, seconds=20)
    assert (printer.jobs, await states(shop)) == ([], [])


async def slow_server(shop: Shop, *, after: float, slips_elsewhere: bool) -> MemoryPrinter:
    """A sale of Maria's whose server answers only `after` so many seconds."""
    printer = with_printer(shop, slips_elsewhere=slips_elsewhere)
    receipt = await of_maria(shop)
    shop.program.fail_all(Fault.UNAVAILABLE)
    await shop.complete(receipt)
    jobs = [asyncio.create_task(job()) for job in shop.core.paper.jobs()]
    await shop.wait_for_background()
    await shop.pass_time(seconds=after)
    await shop.wait_for_background()
    shop.program.mend()
    await shop.pass_time(minutes=4)
    for _ in range(10):
        shop.clock.move(0.5)
        await shop.wait_for_background()
    for job in jobs:
        job.cancel()
    await asyncio.gather(*jobs, return_exceptions=True)
    assert (await shop.sale()).state is State.DELIVERED
    return printer


async def test_late_coupons_come_out_of_the_registers_printer_while_the_customer_is_there(shop: Shop) -> None:
    """The first repeat comes about a second later."""
    printer = await slow_server(shop, after=0.1, slips_elsewhere=True)
    assert [codes(slip) for slip in printer.slips] == [[CODE]]
    assert "Ваш купон" in words(printer.slips[0])
    assert await states(shop) == []


async def test_a_slip_of_ours_waits_a_moment_for_the_servers_texts(shop: Shop) -> None:
    printer = await slow_server(shop, after=0.1, slips_elsewhere=False)
    assert [codes(slip) for slip in printer.slips] == [[CODE]]
    assert "Спасибо за покупку" in words(printer.slips[0])


async def test_coupons_that_come_too_late_are_counted_and_their_codes_kept(shop: Shop) -> None:
    printer = await slow_server(shop, after=40, slips_elsewhere=True)
    assert printer.jobs == []
    (job,) = await shop.store.print_jobs(10)
    assert (job.state, job.codes, job.reason, job.data) == (JobState.UNPRINTED, (CODE,), "too_late", b"")
    assert shop.counted("unprinted_coupons", reason="too_late") == 1


async def test_how_long_texts_and_jobs_are_waited_for_is_the_shops_to_say() -> None:
    shop = Shop(printing=PrintingSettings(late_texts_seconds=90, job_life_seconds=600))
    printer = await slow_server(shop, after=40, slips_elsewhere=True)
    assert [codes(slip) for slip in printer.slips] == [[CODE]]
    printer.fail_with = blocked(Trouble.PAPER_OUT)
    await shop.complete(await of_maria(shop, "receipt-2"))
    shop.core.paper.printing.put(shop.core.paper.printing.new_job("slip", REGISTER, "sale"), printer.slips[0])
    await run(shop, seconds=400)
    assert await states(shop) == [JobState.WAITING]
    await run(shop, seconds=210)
    assert await states(shop) == []


async def test_without_the_servers_texts_the_slip_says_what_is_known_and_the_coupon_is_kept(shop: Shop) -> None:
    printer = await slow_server(shop, after=40, slips_elsewhere=False)
    assert [codes(slip) for slip in printer.slips] == [[]]
    assert await states(shop) == [JobState.UNPRINTED]


async def test_a_register_without_a_printer_keeps_the_codes_it_could_not_print(shop: Shop) -> None:
    receipt = await of_maria(shop)
    shop.program.fail_all(Fault.UNAVAILABLE)
    await shop.complete(receipt)
    shop.program.mend()
    await shop.pass_time(seconds=10)
    await run(shop)
    (job,) = await shop.store.print_jobs(10)
    assert (job.state, job.reason) == (JobState.UNPRINTED, "no_printer")


async def test_a_job_waits_for_paper_and_prints_by_itself(shop: Shop) -> None:
    printer = with_printer(shop)
    printer.fail_with = blocked(Trouble.PAPER_OUT)
    await shop.complete(await of_maria(shop))
    await run(shop, seconds=10)
    (state,) = shop.core.paper.printing.printers()
    assert (state.trouble, state.waiting) == (Trouble.PAPER_OUT, 1)
    assert "вставьте рулон" in state.hint
    assert shop.counted("print_jobs", outcome="blocked") == 1
    printer.fail_with = None
    await run(shop, seconds=3)
    (state,) = shop.core.paper.printing.printers()
    assert (state.trouble, state.waiting, len(printer.jobs)) == (Trouble.NONE, 0, 1)


async def test_a_printer_says_what_it_printed_last_and_what_became_of_it(shop: Shop) -> None:
    printer = with_printer(shop)
    assert [state.last for state in shop.core.paper.printing.printers()] == [None]
    await shop.complete(await of_maria(shop))
    await run(shop)
    assert await last_job(shop) == ("coupon", "done", shop.clock.now())
    await shop.core.paper.desk.test("printer of 2")
    assert (await last_job(shop))[:2] == ("test", "done")
    printer.fail_with = blocked(Trouble.PAPER_OUT)
    await shop.complete(await of_maria(shop, "receipt-2"))
    await run(shop, seconds=185)
    assert (await last_job(shop))[:2] == ("coupon", "expired")


async def last_job(shop: Shop) -> tuple[str, str, datetime]:
    (state,) = shop.core.paper.printing.printers()
    assert state.last is not None
    return state.last.document, state.last.outcome, state.last.at


async def test_a_job_whose_time_is_over_loses_its_bytes_and_keeps_its_codes(shop: Shop) -> None:
    printer = with_printer(shop)
    printer.fail_with = blocked(Trouble.COVER_OPEN)
    await shop.complete(await of_maria(shop))
    await run(shop, seconds=185)
    (job,) = await shop.store.print_jobs(10)
    assert (job.state, job.codes, job.data, job.reason) == (JobState.UNPRINTED, (CODE,), b"", "cover_open")
    printer.fail_with = None
    await run(shop, seconds=5)
    assert printer.jobs == []
    await shop.core.paper.desk.reprint(job.id)
    await run(shop)
    assert codes(printer.slips[-1]) == [CODE]
    assert (len(printer.jobs), await states(shop)) == (1, [])


def pays_apart(shop: Shop) -> None:
    """From now on a sale is placed, then told as paid; this server names the coupon when the sale is placed."""
    shop.program.profile = replace(shop.program.profile, pays_apart=True)
    send = shop.program.send

    async def naming(call: Call, *, deadline: Deadline) -> Answer:
        answer = await send(call, deadline=deadline)
        if call.operation is Operation.SALE and isinstance(answer, Accepted):
            return replace(answer, coupons=(IssuedCoupon(code=CODE),))
        return answer

    shop.program.send = naming  # type: ignore[method-assign]


async def placed_first(shop: Shop) -> MemoryPrinter:
    """A sale of Maria's, told as paid only after its answer; there is no paper."""
    pays_apart(shop)
    printer = with_printer(shop)
    printer.fail_with = blocked(Trouble.PAPER_OUT)
    await shop.complete(await of_maria(shop))
    sale = await shop.sale()
    assert sale.outcome is not None
    assert sale.state is not State.DELIVERED
    return printer


async def test_codes_known_before_the_sale_is_told_as_paid_outlive_a_printer_without_paper(shop: Shop) -> None:
    await placed_first(shop)
    await run(shop, seconds=5)
    await shop.pass_time(seconds=70)
    assert (await shop.sale()).state is State.DELIVERED
    await run(shop, seconds=185)
    (job,) = await shop.store.print_jobs(10)
    assert (job.state, job.codes, job.reason) == (JobState.UNPRINTED, (CODE,), "paper_out")


async def test_a_repeated_close_during_the_delivery_prints_a_known_coupon_once(shop: Shop) -> None:
    printer = await placed_first(shop)
    printer.fail_with = None
    await repeated_during_the_delivery(shop)
    await run(shop, seconds=10)
    assert ([codes(slip) for slip in printer.slips], await states(shop)) == ([[CODE]], [])


async def test_after_a_crash_between_answer_and_delivery_a_told_coupon_is_not_printed_again(shop: Shop) -> None:
    """Nothing says what was the last thing that the process before us did: a person looks."""
    printer = await placed_first(shop)
    printer.fail_with = None
    await run(shop)
    assert [codes(slip) for slip in printer.slips] == [[CODE]]
    shop.clock.move(1)
    shop.restart()
    await shop.pass_time(seconds=15)
    assert (await shop.sale()).state is State.DELIVERED
    await run(shop, seconds=5)
    assert len(printer.slips) == 1
    (job,) = shop.core.paper.desk.jobs()
    assert (job.state, job.codes, job.reason) == (JobState.UNKNOWN, (CODE,), "restart")


async def repeated_during_the_delivery(shop: Shop) -> None:
    """The register closes again, and the delivery is stored before the sale is read for this answer."""
    read, receipt = shop.store.sale, (await shop.sale()).close
    assert receipt is not None

    async def slowly(sale_id: str) -> Sale | None:
        shop.store.sale = read  # type: ignore[method-assign]
        await shop.pass_time(seconds=4)
        return await read(sale_id)

    shop.store.sale = slowly  # type: ignore[method-assign]
    await shop.complete(receipt.receipt)
    assert (await shop.sale()).state is State.DELIVERED


async def test_a_repeated_close_during_the_delivery_loses_no_coupon(shop: Shop) -> None:
    printer = with_printer(shop)
    receipt = await of_maria(shop)
    shop.program.fail_all(Fault.UNAVAILABLE)
    await shop.complete(receipt)
    shop.program.mend()
    await repeated_during_the_delivery(shop)
    await run(shop, seconds=10)
    assert ([codes(slip) for slip in printer.slips], await states(shop)) == ([[CODE]], [])


async def test_a_repeat_during_the_first_answer_prints_nothing_that_the_first_one_printed(shop: Shop) -> None:
    printer = with_printer(shop)
    await shop.complete(await of_maria(shop))
    await run(shop, seconds=1)
    sale, slip, after_sale = await shop.sale(), (Text(text="чек"),), shop.core.paper.after_sale
    sale = replace(sale, outcome=make_accepted(coupons=()))
    first, repeat = after_sale.answering(sale.id), after_sale.answering(sale.id)
    for answer, is_first in ((first, True), (repeat, False)):
        answer.sale, answer.slip, answer.is_first = sale, slip, is_first
    after_sale.delivered(sale)
    for answer in (first, repeat):
        after_sale.answered(sale.id, answer)
        await run(shop, seconds=1)
    assert len(printer.jobs) == 2, "the slip of the close, and the one here"


async def test_a_coupon_that_the_server_named_between_two_closes_is_not_lost(shop: Shop) -> None:
    """The first close was answered without it, the second one knows it, and only then the delivery is stored."""
    pays_apart(shop)
    printer = with_printer(shop)
    receipt = await of_maria(shop)
    shop.program.fail_all(Fault.UNAVAILABLE)
    await shop.complete(receipt)
    shop.program.mend()
    while (sale := await shop.sale()).outcome is None:
        await shop.pass_time(seconds=0.1)
    assert sale.state is not State.DELIVERED
    await shop.complete(receipt)
    await shop.pass_time(seconds=5)
    assert (await shop.sale()).state is State.DELIVERED
    await run(shop, seconds=10)
    assert ([codes(slip) for slip in printer.slips], await states(shop)) == ([[CODE]], [])


async def test_an_issued_coupon_that_nobody_printed_is_shown_to_a_person(shop: Shop) -> None:
    """Its order was dropped. Another one's delivery met a store that was away: of that nothing is there to show."""
    with_printer(shop)
    after_sale, sweep = shop.core.paper.after_sale, shop.core.paper.printing.sweep
    after_sale.issued(make_sale("away", outcome=make_accepted()))
    await shop.store.commit(Change(jobs=after_sale.issued(make_sale(outcome=make_accepted()))))
    await sweep()
    assert await states(shop) == [JobState.ISSUED], "it may still be decided"
    shop.clock.move(181)
    await sweep()
    (job,) = shop.core.paper.desk.jobs()
    assert (job.state, job.codes, job.reason) == (JobState.UNKNOWN, ("NEXT-10",), "undecided")
    assert await states(shop) == [JobState.UNKNOWN]


async def test_an_unknown_job_is_printed_again_only_by_a_person_and_says_so(shop: Shop) -> None:
    printer = with_printer(shop)
    printer.fail_with = unknown(Trouble.BROKEN_OFF)
    await shop.complete(await of_maria(shop))
    await run(shop, seconds=30)
    printer.fail_with = None
    await run(shop, seconds=30)
    assert (len(printer.jobs), await states(shop)) == (1, [JobState.UNKNOWN])
    (job,) = shop.core.paper.desk.jobs()
    await shop.core.paper.desk.reprint(job.id)
    await run(shop)
    first, again = printer.jobs
    assert again.endswith(first)
    assert "ПОВТОР".encode("cp866") in again
    assert await states(shop) == []
    with pytest.raises(NotPrintable, match="нет задания"):
        await shop.core.paper.desk.reprint(job.id)


async def test_what_may_be_on_paper_stays_so_though_there_was_no_paper_to_print_it_again(shop: Shop) -> None:
    printer = with_printer(shop)
    printer.fail_with = unknown(Trouble.BROKEN_OFF)
    await shop.complete(await of_maria(shop))
    await run(shop)
    (job,) = shop.core.paper.desk.jobs()
    printer.fail_with = blocked(Trouble.PAPER_OUT)
    for _ in range(2):
        await shop.core.paper.desk.reprint(job.id)
        await run(shop, seconds=185)
        assert await states(shop) == [JobState.UNKNOWN]
    assert shop.counted("unprinted_coupons", reason="paper_out") == 0
    printer.fail_with = None
    await shop.core.paper.desk.reprint(job.id)
    await run(shop)
    assert printer.jobs[-1].count("ПОВТОР".encode("cp866")) == 1


async def test_what_may_be_on_paper_stays_so_though_its_printer_was_sold(shop: Shop) -> None:
    with_printer(shop)
    again = make_job("a", printer="sold", state=JobState.WAITING, doubtful=True)
    await shop.store.commit(Change(jobs=(again,)))
    await run(shop)
    assert await states(shop) == [JobState.UNKNOWN]


async def test_a_process_that_died_while_printing_leaves_the_job_to_a_person(shop: Shop) -> None:
    printer = with_printer(shop)
    waiting = make_job(
        "w", printer="printer of 2", state=JobState.WAITING, expires_at=shop.clock.now() + timedelta(seconds=60)
    )
    begun = replace(waiting, id="p", state=JobState.PRINTING)
    foreign = replace(waiting, id="f", register=replace(REGISTER, outlet="another"))
    await shop.store.commit(Change(jobs=(waiting, begun, foreign)))
    await run(shop)
    assert printer.jobs == [waiting.data]
    left = {job.id: job.state for job in await shop.store.print_jobs(10)}
    assert left == {"p": JobState.UNKNOWN, "f": JobState.WAITING}


@pytest.mark.parametrize("error", [StoreUnavailable, Conflict])
async def test_jobs_left_behind_are_shown_though_the_store_takes_no_change(
    shop: Shop, error: type[StoreError]
) -> None:
    """A disk that is full at the start, or another gateway that was quicker: the printing goes on."""
    with_printer(shop)
    begun = make_job("b", state=JobState.PRINTING)
    issued = replace(begun, id="i", state=JobState.ISSUED, data=b"")
    homeless = replace(begun, id="h", state=JobState.WAITING, printer="sold")
    await shop.store.commit(Change(jobs=(begun, issued, homeless)))

    async def refused(_change: Change) -> None:
        raise error

    shop.store.commit = refused  # type: ignore[method-assign]
    await run(shop)
    shown = {job.id: job.state for job in shop.core.paper.desk.jobs()}
    assert shown == {"b": JobState.UNKNOWN, "i": JobState.UNKNOWN, "h": JobState.UNPRINTED}


async def test_bytes_go_after_an_hour_and_codes_after_a_week(shop: Shop) -> None:
    printer = with_printer(shop)
    printer.fail_with = unknown(Trouble.TIMEOUT)
    await shop.complete(await of_maria(shop))
    await run(shop)
    shop.clock.move(3700)
    await shop.core.paper.printing.sweep()
    (job,) = await shop.store.print_jobs(10)
    assert (job.data, job.codes) == (b"", (CODE,))
    shop.clock.move(timedelta(days=7).total_seconds())
    await shop.core.paper.printing.sweep()
    assert await states(shop) == []


async def test_nothing_is_sent_while_the_store_cannot_say_so(shop: Shop) -> None:
    printer = with_printer(shop)
    await shop.complete(await of_maria(shop))
    shop.store.writable = False
    await run(shop, seconds=10)
    assert printer.jobs == []
    shop.store.writable = True
    await run(shop, seconds=3)
    assert (len(printer.jobs), await states(shop)) == (1, [])


async def test_one_refund_that_comes_twice_at_once_prints_once(shop: Shop) -> None:
    printer = with_printer(shop)
    await shop.complete(paid(await shop.priced(plain_basket())))
    await run(shop)
    commit = shop.store.commit

    async def in_a_moment(change: Change) -> None:
        await asyncio.sleep(0)
        await commit(change)

    shop.store.commit = in_a_moment  # type: ignore[method-assign]
    told = await asyncio.gather(shop.refund("refund-1", 1), shop.refund("refund-1", 1))
    await run(shop)
    assert ([bool(answer.slip) for answer in told], len(printer.jobs)) == ([True, True], 2)


async def test_a_refund_prints_once_where_slips_are_ours(shop: Shop) -> None:
    printer = with_printer(shop)
    await shop.complete(paid(await shop.priced(plain_basket())))
    await run(shop)
    for _ in range(2):
        with suppress(Conflict):
            await shop.refund("refund-1", 1)
    await run(shop)
    assert ["Возврат" in words(slip) for slip in printer.slips] == [False, True]
    assert Decimal(len(printer.jobs)) == 2
