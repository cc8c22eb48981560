"""Codes by SMS: when one is sent, to whom it is told, what it opens; and that it is never sent twice."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal

import pytest
import structlog
from builders import REGISTER
from shop_floor import ANNA, FIFTY, OLGA, Shop, paid, plain_basket

from adapters.loyalty.memory import Fault
from adapters.loyalty.memory_participants import MemoryParticipants
from gateway.core import Loyalty
from gateway.domain.code import CodeMode
from gateway.domain.customer import CustomerKey, KeyKind
from gateway.domain.deadline import Deadline
from gateway.domain.identification import Spending
from gateway.domain.texts import Language, Phrase, say
from gateway.domain.told import CodeSent, Declined, DeclineReason, Redeemed
from gateway.errors import LoyaltyError, LoyaltyUnavailable, OutcomeUnknown
from gateway.settings import Register
from gateway.settings.people import Codes, Identifying, SpendingBy

COMPARING = (Register(kind="frontol", id=REGISTER.register, outlet=REGISTER.outlet, access_key_file="key"),)
WITH_CODE = Identifying(spending=SpendingBy(phone=Spending.WITH_CODE, card=Spending.NEVER, one_time=Spending.FREELY))


class Participants(MemoryParticipants):
    """With a bad day, and a slow one: a sending fails with `failing`, or waits until `may_go` is set."""

    failing: LoyaltyError | None = None
    may_go: asyncio.Event | None = None
    checks: int = 0

    async def send_code(self, key: CustomerKey, code: str, *, deadline: Deadline) -> str:
        if self.may_go is not None:
            await self.may_go.wait()
        if self.failing is not None:
            raise self.failing
        return await super().send_code(key, code, deadline=deadline)

    async def check_code(self, key: CustomerKey, code: str, *, deadline: Deadline) -> bool:
        self.checks += 1
        return await super().check_code(key, code, deadline=deadline)


def make_shop(mode: CodeMode = CodeMode.GENERATED, *, comparing: bool = True, **codes: object) -> Shop:
    shop = Shop(
        codes=Codes(spending=mode, **codes),  # type: ignore[arg-type]
        identification=WITH_CODE,
        registers=COMPARING if comparing else (),
    )
    shop.participants = Participants(shop.programme, shop.clock, tells_codes=mode is not CodeMode.SERVER)
    shop.loyalty = Loyalty(program=shop.program, participants=shop.participants)
    shop.restart()
    return shop


def participants(shop: Shop) -> Participants:
    assert isinstance(shop.participants, Participants)
    return shop.participants


def sent(shop: Shop) -> Sequence[str]:
    """What stands on the phones, oldest first."""
    return [message.code for message in shop.programme.sms.sent]


def said(phrase: Phrase) -> str:
    return say(Language.RU, phrase)


async def send_code(shop: Shop, receipt_id: str = "receipt-1") -> CodeSent | Declined:
    return await shop.core.checkout.send_code(plain_basket(receipt_id), shop.soon())


async def redeem(shop: Shop, code: str, receipt_id: str = "receipt-1") -> Redeemed | Declined:
    receipt = await shop.priced(plain_basket(receipt_id))
    return await shop.core.checkout.redeem(receipt, FIFTY, shop.soon(0.6), code)


async def test_a_code_of_ours_is_told_with_the_quote_and_sent_behind_it() -> None:
    shop = make_shop()
    told = await shop.quote(plain_basket())
    assert (told.code_needed, len(told.code), told.spendable) == (True, 4, Decimal(80))
    await shop.wait_for_background()
    assert sent(shop) == [told.code]
    assert shop.counted("codes", purpose="spending", outcome="sent") == 1


async def test_a_recalculation_tells_the_same_code_and_sends_no_other() -> None:
    shop = make_shop()
    first = await shop.quote(plain_basket())
    assert (await shop.quote(plain_basket())).code == first.code
    await shop.wait_for_background()
    assert sent(shop) == [first.code]


async def test_no_code_is_sent_when_no_points_are_available() -> None:
    shop = make_shop()
    shop.spend_elsewhere(left=0)
    told = await shop.quote(plain_basket())
    await shop.wait_for_background()
    assert (told.spendable, told.code_needed, told.code, sent(shop)) == (Decimal(0), False, "", [])


async def test_a_code_of_the_servers_is_waited_for_and_told() -> None:
    shop = make_shop(CodeMode.RETURNED)
    told = await shop.quote(plain_basket())
    assert [told.code] == sent(shop)


async def test_a_code_that_comes_late_is_told_by_the_next_quote_and_until_then_nothing_is_offered() -> None:
    shop = make_shop(CodeMode.RETURNED)
    participants(shop).may_go = asyncio.Event()
    first = await shop.quote(plain_basket())
    assert (first.code, first.spendable) == ("", Decimal(0))
    assert said(Phrase.CODE_LATE) in first.notices
    participants(shop).may_go.set()  # type: ignore[union-attr]
    await shop.wait_for_background()
    second = await shop.quote(plain_basket())
    assert ([second.code], second.spendable) == (sent(shop), Decimal(80))


async def test_what_surely_was_not_sent_is_sent_by_the_next_quote() -> None:
    shop = make_shop(CodeMode.RETURNED)
    participants(shop).failing = LoyaltyUnavailable("away")
    first = await shop.quote(plain_basket())
    assert (first.code, first.spendable) == ("", Decimal(0))
    participants(shop).failing = None
    assert [(await shop.quote(plain_basket())).code] == sent(shop)


async def test_what_may_have_been_sent_is_not_sent_again_within_ten_minutes() -> None:
    shop = make_shop(CodeMode.RETURNED)
    participants(shop).failing = OutcomeUnknown("silence")
    await shop.quote(plain_basket())
    participants(shop).failing = None
    assert (await shop.quote(plain_basket())).code == ""
    await shop.pass_time(minutes=11)
    assert [(await shop.quote(plain_basket())).code] == sent(shop)


async def test_a_customer_who_begins_anew_is_told_his_unused_code_again() -> None:
    shop = make_shop()
    first = await shop.quote(plain_basket("receipt-1"))
    assert (await shop.quote(plain_basket("receipt-2"))).code == first.code


async def test_a_used_code_opens_no_second_receipt_and_no_other_is_sent_within_ten_minutes() -> None:
    shop = make_shop()
    first = await shop.quote(plain_basket("receipt-1"))
    assert isinstance(await redeem(shop, "", "receipt-1"), Redeemed)
    second = await shop.quote(plain_basket("receipt-2"))
    assert (second.code, second.spendable) == ("", Decimal(0))
    assert said(Phrase.CODE_TOO_SOON) in second.notices
    await shop.pass_time(minutes=11)
    third = await shop.quote(plain_basket("receipt-2"))
    assert third.code
    await shop.wait_for_background()
    assert sent(shop) == [first.code, third.code]


async def test_after_the_cap_of_the_day_nothing_is_sent_and_the_administrator_hears_once() -> None:
    shop = make_shop(daily_cap=1)
    await shop.quote(plain_basket("receipt-1"))
    with structlog.testing.capture_logs() as logs:
        for name in ("receipt-2", "receipt-3"):
            told = await shop.quote(plain_basket(name, customer=ANNA))
            assert (told.code, told.spendable) == ("", Decimal(0))
    assert [row["event"] for row in logs if row["log_level"] == "error"] == ["codes_daily_cap"]
    assert shop.counted("codes", purpose="spending", outcome="capped") == 2
    await shop.pass_time(days=1)
    assert (await shop.quote(plain_basket("receipt-4", customer=ANNA))).code


async def test_a_register_that_compares_need_not_tell_the_code_but_a_wrong_echo_is_refused() -> None:
    shop = make_shop()
    told = await shop.quote(plain_basket())
    wrong = await redeem(shop, "0000" if told.code != "0000" else "1111")
    assert isinstance(wrong, Declined)
    assert wrong.reason is DeclineReason.WRONG_CODE
    assert isinstance(await redeem(shop, told.code), Redeemed)


async def test_a_code_the_register_holds_from_before_our_restart_is_honoured_without_another_sms() -> None:
    shop = make_shop()
    told = await shop.quote(plain_basket())
    await shop.wait_for_background()
    shop.restart()
    again = await shop.core.checkout.quote(plain_basket(), shop.soon(), told.code)
    assert (again.code, again.spendable) == (told.code, Decimal(80))
    assert sent(shop) == [told.code]


async def test_a_payment_that_stands_is_said_again_after_a_restart() -> None:
    shop = make_shop()
    await shop.quote(plain_basket())
    receipt = await shop.priced(plain_basket())
    assert isinstance(await shop.redeem(receipt), Redeemed)
    shop.restart()
    assert isinstance(await shop.redeem(receipt), Redeemed)


@pytest.mark.parametrize("mode", [CodeMode.GENERATED, CodeMode.RETURNED, CodeMode.SERVER])
async def test_a_register_that_does_not_compare_asks_for_a_code_and_never_sees_it(mode: CodeMode) -> None:
    shop = make_shop(mode, comparing=False)
    told = await shop.quote(plain_basket())
    assert (told.code_needed, told.code, told.spendable) == (True, "", Decimal(80))
    await shop.wait_for_background()
    assert sent(shop) == []
    answer = await send_code(shop)
    await shop.wait_for_background()
    assert isinstance(answer, CodeSent)
    assert (answer.code, len(sent(shop))) == ("", 1)
    without = await redeem(shop, "")
    assert isinstance(without, Declined)
    assert without.reason is DeclineReason.CODE_NEEDED
    assert isinstance(await redeem(shop, sent(shop)[0]), Redeemed)
    assert isinstance(await redeem(shop, sent(shop)[0]), Redeemed), "the register may repeat its question"


async def test_a_code_is_void_after_three_wrong_tries_even_for_the_right_one() -> None:
    shop = make_shop(comparing=False)
    await shop.quote(plain_basket())
    await send_code(shop)
    await shop.wait_for_background()
    right = sent(shop)[0]
    for _ in range(3):
        refused = await redeem(shop, "no")
        assert isinstance(refused, Declined)
        assert refused.reason is DeclineReason.WRONG_CODE
    last = await redeem(shop, right)
    assert isinstance(last, Declined)
    assert last.text == said(Phrase.TOO_MANY_TRIES)
    assert shop.points() == 1500


async def test_a_repeated_wish_for_a_code_sends_no_second_one() -> None:
    shop = make_shop(comparing=False)
    await shop.quote(plain_basket())
    for _ in range(3):
        assert isinstance(await send_code(shop), CodeSent)
    await shop.wait_for_background()
    assert len(sent(shop)) == 1


async def test_a_kind_of_key_that_only_earns_is_offered_no_points_and_given_none() -> None:
    shop = make_shop()
    by_card = plain_basket(customer=CustomerKey(KeyKind.CARD, "2900004455"))
    told = await shop.quote(by_card)
    assert (told.spendable, told.code) == (Decimal(0), "")
    assert said(Phrase.SPENDING_NOT_ALLOWED) in told.notices
    refused = await shop.redeem(by_card)
    assert isinstance(refused, Declined)
    assert refused.reason is DeclineReason.NOT_ALLOWED


async def test_a_good_one_time_code_stands_for_the_phone_and_is_asked_about_once() -> None:
    shop = make_shop()
    shop.programme.sms.send(OLGA.value, "9911")
    scanned = plain_basket(customer=CustomerKey(KeyKind.CARD, f"QR:{OLGA.value}:9911"))
    told = await shop.quote(scanned)
    assert (told.spendable, told.code_needed, told.code) == (Decimal(80), False, "")
    receipt = await shop.priced(scanned)
    assert isinstance(await shop.redeem(receipt), Redeemed)
    await shop.complete(paid(receipt, FIFTY))
    assert participants(shop).checks == 1
    sale = await shop.sale()
    assert sale.close is not None
    assert sale.close.receipt.customer == OLGA


async def test_an_old_one_time_code_proves_nothing_and_the_phones_rule_holds() -> None:
    shop = make_shop()
    told = await shop.quote(plain_basket(customer=CustomerKey(KeyKind.CARD, f"QR:{OLGA.value}:0000")))
    assert told.code_needed
    assert told.notices[0] == said(Phrase.ONE_TIME_REFUSED)


async def test_the_text_of_a_one_time_code_is_stored_nowhere() -> None:
    shop = make_shop()
    text = f"QR:{OLGA.value}:9911"
    scanned = plain_basket(customer=CustomerKey(KeyKind.CARD, text))
    raw = f'{{"client":{{"card":"{text}"}}}}'.encode()
    await shop.core.checkout.complete(paid(await shop.priced(scanned)), raw, shop.soon())
    await shop.core.checkout.park(REGISTER, raw, "a trial")
    close = (await shop.sale()).close
    assert close is not None
    stored = (close.raw, *(document.raw for document in await shop.store.documents()))
    assert len(stored) == 2
    assert not any(b"9911" in kept for kept in stored)


async def test_no_code_is_ever_in_a_log_or_in_what_a_value_says_of_itself() -> None:
    shop = make_shop(comparing=False)
    with structlog.testing.capture_logs() as logs:
        told = await shop.quote(plain_basket())
        answer = await send_code(shop)
        await shop.wait_for_background()
        await redeem(shop, sent(shop)[0])
    seen = repr((logs, told, answer, shop.core.people.codes._issued))
    assert sent(shop)[0] not in seen


async def test_a_code_told_for_one_receipt_opens_no_other() -> None:
    shop = make_shop(comparing=False)
    await shop.priced(plain_basket("receipt-1"))
    await shop.priced(plain_basket("receipt-2"))
    assert isinstance(await send_code(shop, "receipt-1"), CodeSent)
    assert isinstance(await send_code(shop, "receipt-2"), CodeSent)
    await shop.wait_for_background()
    shop.program.fail_all(Fault.UNAVAILABLE)  # the first receipt proves the code, and cannot spend
    assert isinstance(
        await shop.core.checkout.redeem(plain_basket("receipt-1"), FIFTY, shop.soon(0.6), sent(shop)[-1]), Declined
    )
    shop.program.mend()
    other = await shop.core.checkout.redeem(plain_basket("receipt-2"), FIFTY, shop.soon(0.6), "")
    assert isinstance(other, Declined)
    assert other.reason is DeclineReason.CODE_NEEDED


async def test_a_picture_of_a_one_time_code_is_asked_about_again_the_next_day() -> None:
    shop = make_shop()
    shop.programme.sms.send(OLGA.value, "4831")
    scanned = CustomerKey(KeyKind.CARD, f"QR:{OLGA.value}:4831")
    for _ in range(2):
        await shop.core.checkout.identify(scanned, REGISTER, shop.soon())
    assert participants(shop).checks == 1
    await shop.pass_time(hours=20)
    told = await shop.core.checkout.identify(scanned, REGISTER, shop.soon())
    assert participants(shop).checks == 2
    assert said(Phrase.ONE_TIME_REFUSED) in told.notices
