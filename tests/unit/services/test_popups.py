"""The popup after the sale: asked for in time, offered once, reported before its window closes, or not at all."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, NoReturn

import msgspec
import pytest
from builders import REGISTER
from msgspec.structs import replace
from shop_floor import ANNA, GOLD, OLGA, START, Shop, paid, plain_basket

from adapters.loyalty.memory import Fault, Question
from gateway.domain.call import Operation, ReportShown
from gateway.domain.change import Change
from gateway.domain.customer import Customer, CustomerKey, KeyKind
from gateway.domain.deadline import Deadline
from gateway.domain.desk import PromptAnswer
from gateway.domain.ids import occasion_id
from gateway.domain.occasion import open_again
from gateway.domain.prompt import Prompt, PromptState
from gateway.domain.quote import Quote
from gateway.domain.receipt import RegisterRef
from gateway.errors import LoyaltyError, LoyaltyRejected, LoyaltyUnavailable, StoreUnavailable, TooManyCalls
from gateway.services.popups.buyers import MOST, Buyers
from gateway.services.popups.polling import LONGEST_PAUSE
from gateway.settings import Prompt as PromptSettings

SEEN = PromptAnswer.CONGRATULATED
ELSEWHERE = RegisterRef(outlet=REGISTER.outlet, register="3")


async def sell(shop: Shop, key: CustomerKey | None = ANNA, **overrides: Any) -> None:
    """Anna's 400 roubles lift her from silver to gold."""
    await shop.complete(paid(await shop.priced(plain_basket(customer=key, **overrides))))


async def waiting(shop: Shop) -> list[Prompt]:
    return [popup.prompt for popup in (await shop.core.popups.desk.view(REGISTER)).popups]


async def offered(shop: Shop) -> Prompt:
    await sell(shop)
    await shop.pass_time(seconds=15)
    (prompt,) = await waiting(shop)
    return prompt


async def state(shop: Shop, prompt: Prompt) -> PromptState:
    found = await shop.store.prompt(prompt.id)
    assert found is not None
    return found.state


def reports(shop: Shop) -> int:
    return sum(call.operation is Operation.SHOWN for call in shop.program.arrived)


async def test_segments_are_asked_for_fifteen_seconds_after_the_close(shop: Shop) -> None:
    await sell(shop)
    await shop.pass_time(seconds=14.9)
    assert await waiting(shop) == []
    await shop.pass_time(seconds=0.1)
    (prompt,) = await waiting(shop)
    assert (prompt.text, prompt.rule, prompt.register) == ("Поздравьте: Анна", "gold", REGISTER)
    assert (prompt.customer_id, prompt.deadline) == ("80015", START + timedelta(seconds=120))


async def test_of_a_sale_delivered_late_ten_seconds_after_the_delivery(shop: Shop) -> None:
    receipt = paid(await shop.priced(plain_basket(customer=ANNA)))
    shop.program.fail(Operation.SALE, Fault.UNAVAILABLE)
    await shop.complete(receipt)
    await shop.pass_time(seconds=20)
    shop.program.mend()
    while (delivered := (await shop.sale()).delivered_at) is None:
        await shop.pass_time(seconds=1)
    due = delivered + timedelta(seconds=10)
    await shop.pass_time(seconds=(due - shop.clock.now()).total_seconds() - 0.1)
    assert await waiting(shop) == []
    await shop.pass_time(seconds=0.2)
    assert len(await waiting(shop)) == 1


async def test_a_sale_delivered_after_its_window_asks_nobody(shop: Shop) -> None:
    receipt = paid(await shop.priced(plain_basket(customer=ANNA)))
    shop.program.fail_all(Fault.UNAVAILABLE)
    await shop.complete(receipt)
    await shop.pass_time(seconds=130)
    shop.program.mend()
    await shop.pass_time(minutes=5)
    assert await waiting(shop) == []
    assert (shop.counted("popups", state="too_late"), shop.counted("popup_polls", found="no")) == (1, 0)


async def test_nothing_found_is_asked_for_once_more_at_forty_five_seconds(shop: Shop) -> None:
    await sell(shop, OLGA)
    await shop.pass_time(seconds=44)
    assert shop.counted("popup_polls", found="no") == 1
    await shop.pass_time(minutes=5)
    assert (shop.counted("popup_polls", found="no"), await waiting(shop)) == (2, [])


async def test_a_poll_that_fails_is_repeated_while_the_window_is_open(shop: Shop) -> None:
    await sell(shop)
    shop.program.fail(Question.SEGMENTS, Fault.UNAVAILABLE)
    await shop.pass_time(seconds=40)
    assert await waiting(shop) == []
    shop.program.mend()
    await shop.pass_time(seconds=35)  # the longest that a breaker keeps a server alone
    assert len(await waiting(shop)) == 1


class Asked:
    """When each question arrived; those for segments meet `error`."""

    def __init__(self, shop: Shop, error: LoyaltyError) -> None:
        self.segments: list[float] = []
        self.identified = 0
        identify = shop.program.identify

        async def counting(*asked: Any, **more: Any) -> Customer | None:
            self.identified += 1
            return await identify(*asked, **more)

        async def failing(*_asked: Any, **_more: Any) -> NoReturn:
            self.segments.append((shop.clock.now() - START).total_seconds())
            raise error

        shop.program.identify = counting  # type: ignore[method-assign]
        shop.program.segments = failing  # type: ignore[method-assign]


async def polled(shop: Shop, error: LoyaltyError) -> Asked:
    """A sale, and all the questions its popup brings about."""
    await sell(shop)
    asked = Asked(shop, error)
    await shop.pass_time(minutes=3)
    return asked


async def test_a_server_that_asks_to_wait_is_left_alone_as_long(shop: Shop) -> None:
    asked = await polled(shop, TooManyCalls("429", retry_after=60))
    assert asked.segments == [15, 75]


async def test_questions_nobody_answers_come_ever_more_seldom_and_end_with_the_window(shop: Shop) -> None:
    asked = await polled(shop, TooManyCalls("429"))
    pauses = [round(later - sooner, 3) for sooner, later in pairwise(asked.segments)]
    assert pauses[0] < pauses[1] < pauses[2] < pauses[3] <= LONGEST_PAUSE
    assert max(pauses) <= LONGEST_PAUSE
    assert 100 < asked.segments[-1] < 120
    assert asked.identified == 1, "who he is was answered the first time"


async def test_a_refusal_is_asked_once_more_and_no_more(shop: Shop) -> None:
    asked = await polled(shop, LoyaltyRejected("Операция не найдена"))
    assert asked.segments == [15, 45]


async def test_buyers_of_sales_that_another_gateway_took_over_are_not_kept_for_ever(shop: Shop) -> None:
    buyers = Buyers(shop.program)
    shop.program.fail(Question.SEGMENTS, Fault.UNAVAILABLE)
    for number in range(MOST + 5):
        with pytest.raises(LoyaltyUnavailable):
            await buyers.with_segments(f"receipt-{number}", ANNA, REGISTER, shop.soon())
    assert len(buyers._met) == MOST


async def test_an_anonymous_sale_has_nobody_to_congratulate(shop: Shop) -> None:
    await sell(shop, None)
    await shop.pass_time(minutes=3)
    assert shop.counted("popup_polls", found="no") == 0


async def test_a_prompt_is_offered_to_its_own_register_only(shop: Shop) -> None:
    prompt = await offered(shop)
    assert (await shop.core.popups.desk.view(ELSEWHERE)).popups == ()
    assert await shop.core.popups.desk.answer(prompt.id, ELSEWHERE, SEEN) is False
    assert await state(shop, prompt) is PromptState.OFFERED


async def test_shown_is_reported_at_once_and_the_customer_gets_the_code(shop: Shop) -> None:
    prompt = await offered(shop)
    assert await shop.core.popups.desk.answer(prompt.id, REGISTER, SEEN) is True
    assert await waiting(shop) == []
    await shop.pass_time(seconds=1)
    assert (await state(shop, prompt), reports(shop)) == (PromptState.REPORTED, 1)
    account = shop.programme.account("80015")
    shop.program.catch_up()
    assert account is not None
    assert account.codes == ["UP-0001"]


async def test_a_second_click_is_the_same_click(shop: Shop) -> None:
    prompt = await offered(shop)
    for _ in range(2):
        assert await shop.core.popups.desk.answer(prompt.id, REGISTER, SEEN) is True
        await shop.pass_time(seconds=1)
    assert (reports(shop), await waiting(shop)) == (1, [])


async def test_the_report_names_rule_and_receipt_and_nothing_personal(shop: Shop) -> None:
    prompt = await offered(shop)
    await shop.core.popups.desk.answer(prompt.id, REGISTER, SEEN)
    await shop.pass_time(seconds=1)
    told = msgspec.json.decode(shop.program.arrived[-1].body, type=ReportShown)
    assert (told.customer_id, told.action) == ("80015", "popup-shown")
    assert told.fields == {"rule": "gold", "receipt": "receipt-1"}


@pytest.mark.parametrize("fault", [Fault.LOST_REQUEST, Fault.LOST_ANSWER, Fault.UNAVAILABLE])
async def test_a_report_without_an_answer_is_repeated_and_counts_once(shop: Shop, fault: Fault) -> None:
    prompt = await offered(shop)
    shop.program.fail(Operation.SHOWN, fault, times=3)
    await shop.core.popups.desk.answer(prompt.id, REGISTER, SEEN)
    await shop.pass_time(seconds=60)
    assert await state(shop, prompt) is PromptState.REPORTED
    account = shop.programme.account("80015")
    shop.program.catch_up()
    assert account is not None
    assert (len(account.actions), account.codes) == (1, ["UP-0001"])


async def test_a_report_that_would_come_too_late_is_not_sent(shop: Shop) -> None:
    prompt = await offered(shop)
    shop.program.fail(Operation.SHOWN, Fault.UNAVAILABLE)
    await shop.core.popups.desk.answer(prompt.id, REGISTER, SEEN)
    await shop.pass_time(seconds=104)
    shop.program.mend()
    await shop.pass_time(minutes=5)
    assert (await state(shop, prompt), reports(shop)) == (PromptState.EXPIRED, 0)


async def test_a_prompt_nobody_looked_at_expires_with_its_window(shop: Shop) -> None:
    prompt = await offered(shop)
    await shop.pass_time(seconds=101.9)
    assert len(await waiting(shop)) == 1
    await shop.pass_time(seconds=0.2)
    assert (await waiting(shop), await state(shop, prompt)) == ([], PromptState.EXPIRED)
    assert await shop.core.popups.desk.answer(prompt.id, REGISTER, SEEN) is False
    await shop.pass_time(minutes=5)
    assert reports(shop) == 0


async def test_a_click_after_the_deadline_is_too_late_even_before_the_expiry_was_noted(shop: Shop) -> None:
    prompt = await offered(shop)
    shop.clock.move(105)
    assert await waiting(shop) == []
    assert await shop.core.popups.desk.answer(prompt.id, REGISTER, SEEN) is False


async def test_whatever_click_is_taken_is_reported_in_time_and_any_later_one_brings_the_popup_again(
    shop: Shop,
) -> None:
    for name, seconds, is_taken in (("receipt-1", 102, False), ("receipt-2", 101.9, True)):
        assert await sold_and_polled(shop, name) == ["gold"]
        [popup] = (await shop.core.popups.desk.view(REGISTER)).popups
        shop.clock.move(seconds)
        assert await shop.core.popups.desk.answer(popup.prompt.id, REGISTER, SEEN) is is_taken
        shop.clock.move(0.9)
        await shop.pass_time(minutes=5)
    assert (await state(shop, popup.prompt), reports(shop)) == (PromptState.REPORTED, 1)


async def test_an_unknown_prompt_was_not_shown(shop: Shop) -> None:
    assert await shop.core.popups.desk.answer("no such prompt", REGISTER, SEEN) is False


async def test_a_restart_between_close_and_poll_asks_all_the_same(shop: Shop) -> None:
    await sell(shop)
    shop.restart()
    await shop.pass_time(seconds=15)
    assert len(await waiting(shop)) == 1


async def test_a_restart_after_the_offer_shows_it_and_reports_it_once(shop: Shop) -> None:
    prompt = await offered(shop)
    shop.restart()
    assert await waiting(shop) == [prompt]
    assert await shop.core.popups.desk.answer(prompt.id, REGISTER, SEEN) is True
    shop.restart()
    await shop.pass_time(seconds=1)
    assert (await state(shop, prompt), reports(shop)) == (PromptState.REPORTED, 1)


async def test_a_poll_repeated_after_a_crash_offers_nothing_twice(shop: Shop) -> None:
    prompt = await offered(shop)
    await shop.core.popups.polling.poll("receipt-1", shop.soon())
    assert await waiting(shop) == [prompt]
    await shop.core.popups.desk.answer(prompt.id, REGISTER, SEEN)
    await shop.core.popups.polling.poll("receipt-1", shop.soon())
    assert await waiting(shop) == []


async def test_without_rules_nobody_is_asked() -> None:
    shop = Shop(prompts=())
    await sell(shop)
    await shop.pass_time(minutes=3)
    assert shop.counted("popup_polls", found="no") == 0


async def test_each_rule_has_its_own_window() -> None:
    short = replace(GOLD, name="short", window_seconds=20)
    late = PromptSettings(name="week", text="С днём рождения!", segment="Soon")
    shop = Shop(prompts=(short, late))
    await sell(shop)
    await shop.pass_time(seconds=15)
    assert [prompt.rule for prompt in await waiting(shop)] in (["short", "week"], ["week", "short"])
    await shop.pass_time(seconds=2)
    assert [prompt.rule for prompt in await waiting(shop)] == ["week"]


async def test_a_rule_whose_text_fails_does_not_stop_the_others() -> None:
    broken = replace(GOLD, name="broken", text="{{ customer.first_name.nothing.at.all }}")
    shop = Shop(prompts=(broken, GOLD))
    await sell(shop)
    await shop.pass_time(seconds=15)
    assert [prompt.rule for prompt in await waiting(shop)] == ["gold"]


async def test_a_click_that_cannot_be_stored_was_not_shown(shop: Shop) -> None:
    prompt = await offered(shop)
    shop.store.writable = False
    with pytest.raises(StoreUnavailable):
        await shop.core.popups.desk.answer(prompt.id, REGISTER, SEEN)
    shop.store.writable = True
    assert await waiting(shop) == [prompt]


async def test_screens_are_rung_when_a_prompt_is_offered_and_let_go_at_the_end(shop: Shop) -> None:
    rings: list[int] = []

    async def listen() -> None:
        async for _ in shop.core.popups.desk.changes(REGISTER):
            rings.append(len(await waiting(shop)))  # noqa: PERF401 - each ring by itself

    screen = asyncio.create_task(listen())
    await shop.wait_for_background()
    prompt = await offered(shop)
    await shop.wait_for_background()
    assert rings[-1] == 1, "also rung when the receipt was begun and closed"
    await shop.core.popups.desk.answer(prompt.id, REGISTER, SEEN)
    await shop.wait_for_background()
    assert rings[-1] == 0
    shop.core.popups.desk.stop()
    async with asyncio.timeout(1):
        await screen


async def sold_and_polled(shop: Shop, receipt_id: str) -> list[str]:
    """The rules whose popups wait after one more sale to Anna."""
    await sell(shop, receipt_id=receipt_id)
    await shop.pass_time(seconds=15)
    return [prompt.rule for prompt in await waiting(shop) if prompt.sale_id == receipt_id]


ANYBODY = PromptSettings(name="hello", text="Здравствуйте")


async def seen(shop: Shop) -> None:
    """The cashier has said all that waits."""
    for prompt in await waiting(shop):
        assert await shop.core.popups.desk.answer(prompt.id, REGISTER, SEEN) is True


async def test_one_popup_for_a_customer_and_a_rule_though_he_has_two_receipts() -> None:
    shop = Shop(prompts=(ANYBODY,))
    assert await sold_and_polled(shop, "receipt-1") == ["hello"]
    shop.restart()
    assert await sold_and_polled(shop, "receipt-2") == [], "the first still waits"
    await seen(shop)
    assert await sold_and_polled(shop, "receipt-3") == []
    await shop.pass_time(days=1)
    assert await sold_and_polled(shop, "receipt-4") == []


async def test_what_nobody_saw_in_its_window_is_said_after_the_next_sale() -> None:
    shop = Shop(prompts=(ANYBODY,))
    assert await sold_and_polled(shop, "receipt-1") == ["hello"]
    await shop.pass_time(minutes=3)
    assert await waiting(shop) == []
    assert await sold_and_polled(shop, "receipt-2") == ["hello"]
    await seen(shop)
    await shop.pass_time(minutes=3)
    assert await sold_and_polled(shop, "receipt-3") == []


async def test_who_had_left_is_told_after_his_next_sale_and_not_after_this_one() -> None:
    shop = Shop(prompts=(ANYBODY,))
    await sold_and_polled(shop, "receipt-1")
    [prompt] = await waiting(shop)
    assert await shop.core.popups.desk.answer(prompt.id, REGISTER, PromptAnswer.LEFT) is True
    await shop.core.popups.polling.poll("receipt-1", shop.soon())
    assert await waiting(shop) == []
    assert await sold_and_polled(shop, "receipt-2") == ["hello"]


async def test_an_older_popup_that_expires_does_not_undo_a_newer_one() -> None:
    shop = Shop(prompts=(replace(ANYBODY, again_after_days=0),))
    assert await sold_and_polled(shop, "receipt-1") == ["hello"]
    await shop.pass_time(seconds=30)
    assert await sold_and_polled(shop, "receipt-2") == ["hello"]
    [older, newer] = sorted(await waiting(shop), key=lambda row: row.deadline)
    await shop.core.popups.desk.answer(newer.id, REGISTER, SEEN)
    await shop.pass_time(minutes=5)
    assert await state(shop, older) is PromptState.EXPIRED
    [known] = await shop.store.occasions([occasion_id("hello", "80015")])
    assert (known.prompt_id, known.holds) == (newer.id, True)


async def test_two_receipts_looked_at_in_the_same_moment_raise_one_popup() -> None:
    shop = Shop(prompts=(ANYBODY,))
    await sell(shop, receipt_id="receipt-1")
    await sell(shop, receipt_id="receipt-2")
    shop.clock.move(15)
    polls = (shop.core.popups.polling.poll(name, shop.soon()) for name in ("receipt-1", "receipt-2"))
    await asyncio.gather(*polls, return_exceptions=True)
    assert len(await waiting(shop)) == 1


async def test_who_has_left_and_entered_again_gets_another() -> None:
    silver = replace(ANYBODY, segment="Level/Silver")
    shop = Shop(prompts=(silver,))
    assert await sold_and_polled(shop, "receipt-1") == [], "the sale has lifted her to gold"
    gold = replace(ANYBODY, segment="Level/Gold")
    shop = Shop(prompts=(gold,))
    assert await sold_and_polled(shop, "receipt-1") == ["hello"]
    account = shop.programme.account("80015")
    assert account is not None
    [known] = await shop.store.occasions([occasion_id("hello", "80015")])
    await shop.store.commit(Change(occasions=(open_again(known),)))  # a look at her while she was not in it
    assert await sold_and_polled(shop, "receipt-2") == ["hello"]


async def test_a_rule_may_speak_again_after_some_days() -> None:
    shop = Shop(prompts=(replace(ANYBODY, again_after_days=30),))
    assert await sold_and_polled(shop, "receipt-1") == ["hello"]
    await seen(shop)
    await shop.pass_time(days=29)
    assert await sold_and_polled(shop, "receipt-2") == []
    await shop.pass_time(days=1)
    assert await sold_and_polled(shop, "receipt-3") == ["hello"]


async def test_of_more_rules_than_may_speak_at_once_the_less_important_waits_for_the_next_sale() -> None:
    rules = tuple(replace(ANYBODY, name=name, priority=priority) for name, priority in (("a", 0), ("b", 9), ("c", 5)))
    shop = Shop(prompts=rules)
    assert sorted(await sold_and_polled(shop, "receipt-1")) == ["b", "c"]
    assert await sold_and_polled(shop, "receipt-2") == ["a"]


async def test_left_is_not_reported_and_does_not_come_again(shop: Shop) -> None:
    prompt = await offered(shop)
    assert await shop.core.popups.desk.answer(prompt.id, REGISTER, PromptAnswer.LEFT) is True
    assert await shop.core.popups.desk.answer(prompt.id, REGISTER, PromptAnswer.LEFT) is True
    assert await shop.core.popups.desk.answer(prompt.id, REGISTER, SEEN) is False
    await shop.pass_time(minutes=5)
    assert (await waiting(shop), await state(shop, prompt), reports(shop)) == ([], PromptState.LEFT, 0)


async def test_the_next_receipt_makes_a_popup_say_whose_it_is(shop: Shop) -> None:
    await offered(shop)
    [popup] = (await shop.core.popups.desk.view(REGISTER)).popups
    assert popup.whose == ""
    await shop.quote(plain_basket("receipt-2", customer=OLGA))
    seen = await shop.core.popups.desk.view(REGISTER)
    time = START.astimezone().strftime("%H:%M")
    assert seen.popups[0].whose == f"предыдущий чек {time}, Анна С."
    assert seen.receipt_open
    assert seen.card is not None


async def whose(shop: Shop) -> list[bool]:
    """Of each popup on the screen, whether it says that it is of a receipt before."""
    return [popup.whose != "" for popup in (await shop.core.popups.desk.view(REGISTER)).popups]


async def test_a_close_that_came_late_is_of_the_receipt_before_while_the_next_is_open_and_after(shop: Shop) -> None:
    late = paid(await shop.priced(plain_basket(customer=ANNA)))
    await shop.pass_time(seconds=60)
    await shop.priced(plain_basket("receipt-2", customer=OLGA))
    await shop.complete(late)
    await shop.pass_time(seconds=16)
    assert await whose(shop) == [True]
    await shop.complete(paid(plain_basket("receipt-2", customer=OLGA)))
    assert await whose(shop) == [True]
    await shop.complete(late)
    assert await whose(shop) == [True], "its repeat is no newer"


async def test_a_close_that_came_late_is_of_the_receipt_before_though_the_next_customer_was_only_met(
    shop: Shop,
) -> None:
    late = paid(await shop.priced(plain_basket(customer=ANNA)))
    await shop.core.checkout.identify(OLGA, REGISTER, shop.soon())
    await shop.complete(late)
    await shop.pass_time(seconds=16)
    assert await whose(shop) == [True]


async def test_after_a_sale_that_nobody_asked_about_no_popup_passes_for_that_of_the_customer_here(shop: Shop) -> None:
    await offered(shop)
    await shop.complete(paid(plain_basket(customer=ANNA)))
    assert await whose(shop) == [False], "its own close once more"
    await shop.complete(paid(plain_basket("receipt-2", customer=None)))
    assert await whose(shop) == [True]


async def test_a_screen_at_another_gateway_than_the_register_does_not_know_who_stands_there(shop: Shop) -> None:
    other = Shop()
    other.store, other.clock = shop.store, shop.clock
    other.restart()
    await offered(shop)
    assert (await whose(shop), await whose(other)) == ([False], [True])


async def at_the_register(shop: Shop) -> str | None:
    card = (await shop.core.popups.desk.view(REGISTER)).card
    return card.name if card else None


async def test_another_key_is_another_customer_though_the_server_is_away(shop: Shop) -> None:
    await shop.core.checkout.identify(ANNA, REGISTER, shop.soon())
    shop.program.fail_all(Fault.UNAVAILABLE)
    await shop.quote(plain_basket(customer=ANNA))
    assert await at_the_register(shop) == "Светлова Анна"
    await shop.quote(plain_basket(customer=OLGA))
    assert await at_the_register(shop) is None


async def test_whom_the_server_calls_a_stranger_is_not_the_one_met_before(shop: Shop) -> None:
    nobody = CustomerKey(KeyKind.PHONE, "79990000000")
    await shop.core.checkout.identify(ANNA, REGISTER, shop.soon())
    await shop.quote(plain_basket(customer=nobody))
    assert await at_the_register(shop) is None
    await shop.core.checkout.identify(ANNA, REGISTER, shop.soon())
    quote = shop.program.quote

    async def gone(*asked: Any, deadline: Deadline) -> Quote:
        return replace(await quote(*asked, deadline=deadline), stranger=True)

    shop.program.quote = gone  # type: ignore[method-assign]
    await shop.quote(plain_basket(customer=ANNA))
    assert await at_the_register(shop) is None


async def test_no_answer_to_the_register_ever_carries_it(shop: Shop) -> None:
    """The next receipt is another customer's, though he be the same."""
    prompt = await offered(shop)
    identified = await shop.core.checkout.identify(ANNA, REGISTER, shop.soon())
    told = await shop.quote(plain_basket("receipt-2", customer=ANNA))
    closed = await shop.complete(paid(plain_basket("receipt-2", customer=ANNA)))
    for answer in (identified, told, closed):
        assert prompt.text not in repr(msgspec.to_builtins(answer, enc_hook=str))


async def test_a_popup_is_expected_while_it_may_still_come(shop: Shop) -> None:
    await shop.pass_time(minutes=3)  # after our own start what went on before is not known
    assert not (await shop.core.popups.desk.view(REGISTER)).expected
    await sell(shop, OLGA)
    assert (await shop.core.popups.desk.view(REGISTER)).expected
    await shop.pass_time(seconds=121)
    assert not (await shop.core.popups.desk.view(REGISTER)).expected


async def test_the_report_carries_the_fields_of_its_rule() -> None:
    shop = Shop(prompts=(replace(GOLD, fields={"level": "{{ customer.level }}"}),))
    prompt = await offered(shop)
    await shop.core.popups.desk.answer(prompt.id, REGISTER, SEEN)
    await shop.pass_time(seconds=1)
    told = msgspec.json.decode(shop.program.arrived[-1].body, type=ReportShown)
    assert told.fields == {"rule": "gold", "receipt": "receipt-1", "level": prompt.fields["level"]}
    assert prompt.fields["level"]


def test_the_price_of_the_example_sale_lifts_anna() -> None:
    assert Decimal(49700) + 400 >= 50000
