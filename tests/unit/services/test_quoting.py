"""Questions of an open receipt: what the register is told when the loyalty server answers, and when it does not."""

from decimal import Decimal

from builders import REGISTER
from msgspec.structs import replace
from shop_floor import OLGA, Shop, basket, plain_basket

from adapters.loyalty.memory import REFUSAL, Fault, Question
from gateway.domain.customer import CustomerKey, KeyKind
from gateway.domain.texts import Language, Phrase, say


def said(phrase: Phrase, **values: str) -> str:
    return say(Language.RU, phrase, **values)


async def test_a_quote_tells_discounts_by_line_and_what_points_may_pay(shop: Shop) -> None:
    told = await shop.quote(basket())
    assert (told.discounts, told.spendable) == ({1: Decimal("77.98")}, Decimal("140.36"))
    assert said(Phrase.SPENDABLE, points="140,36 балла") in told.notices
    assert told.customer is not None
    assert told.customer.first_name == "Ольга"


async def test_a_coupon_that_does_nothing_is_explained(shop: Shop) -> None:
    told = await shop.quote(basket(coupons=("NONE",)))
    assert said(Phrase.COUPON_UNKNOWN) in told.notices


async def test_server_away_means_no_discount_and_a_notice_for_a_known_customer(shop: Shop) -> None:
    shop.program.fail_all(Fault.UNAVAILABLE)
    told = await shop.quote(basket())
    assert (told.discounts, told.spendable) == ({}, None)
    assert told.notices == (said(Phrase.NO_DISCOUNTS),)
    assert shop.counted("fallback_answers", operation="quote") == 1


async def test_server_away_means_no_word_at_all_for_an_anonymous_buyer(shop: Shop) -> None:
    shop.program.fail_all(Fault.UNAVAILABLE)
    told = await shop.quote(basket(customer=None))
    assert (told.discounts, told.notices) == ({}, ())


async def test_server_away_repeats_the_prices_of_the_very_same_basket_only(shop: Shop) -> None:
    before = await shop.quote(basket())
    shop.program.fail_all(Fault.UNAVAILABLE)
    same = await shop.quote(basket())
    assert (same.discounts, same.spendable) == (before.discounts, before.spendable)
    assert same.notices == (before.notices[0], said(Phrase.EARLIER_QUOTE))
    other = await shop.quote(basket(coupons=()))
    assert (other.discounts, other.notices) == ({}, (said(Phrase.NO_DISCOUNTS),))


async def test_prices_are_told_even_when_the_customer_could_not_be_asked(shop: Shop) -> None:
    shop.program.fail(Question.IDENTIFY, Fault.UNAVAILABLE)
    assert (await shop.quote(basket())).discounts == {1: Decimal("77.98")}


async def test_a_quote_is_never_kept_for_another_receipt(shop: Shop) -> None:
    await shop.quote(basket())
    shop.program.fail_all(Fault.UNAVAILABLE)
    assert (await shop.quote(basket("receipt-2"))).discounts == {}


async def test_the_customer_is_asked_for_once_per_receipt_and_again_for_another_key(shop: Shop) -> None:
    await shop.quote(plain_basket())
    shop.program.fail(Question.IDENTIFY, Fault.UNAVAILABLE)
    told = await shop.quote(plain_basket(coupons=("NONE",)))
    assert told.customer is not None
    assert told.customer.last_name == "Белова"
    shop.program.mend()
    maria = await shop.quote(plain_basket(customer=CustomerKey(KeyKind.PHONE, "79217654321")))
    assert maria.customer is not None
    assert maria.customer.last_name == "Петрова"


async def test_a_stranger_is_named_as_one(shop: Shop) -> None:
    nobody = CustomerKey(KeyKind.PHONE, "79990000000")
    told = await shop.quote(basket(customer=nobody))
    assert said(Phrase.CUSTOMER_UNKNOWN) in told.notices
    identified = await shop.core.checkout.identify(nobody, REGISTER, shop.soon())
    assert (identified.customer, identified.known) == (None, True)
    assert identified.notices == (said(Phrase.CUSTOMER_UNKNOWN),)


async def test_identified_without_a_server_is_unknown_for_now(shop: Shop) -> None:
    shop.program.fail_all(Fault.UNAVAILABLE)
    identified = await shop.core.checkout.identify(OLGA, REGISTER, shop.soon())
    assert (identified.customer, identified.known) == (None, False)
    assert identified.notices == (said(Phrase.SERVER_AWAY),)


async def test_identified_tells_name_level_and_balance_and_has_a_slip(shop: Shop) -> None:
    identified = await shop.core.checkout.identify(OLGA, REGISTER, shop.soon())
    assert identified.notices == ("Белова Ольга", "Уровень: Серебро", "Баланс: 1500 баллов")
    assert identified.slip


async def test_the_registers_own_price_is_not_discounted_twice(shop: Shop) -> None:
    """A line total below price times quantity is a discount the register gave; ours comes on top of it."""
    lowered = replace(basket().lines[0], total=Decimal("700.00"))
    assert (await shop.quote(basket(lines=(lowered,)))).discounts == {1: Decimal("70.00")}


async def test_a_server_that_refuses_to_calculate_is_heard_by_the_cashier(shop: Shop) -> None:
    shop.program.fail(Question.QUOTE, Fault.REFUSED)
    told = await shop.quote(basket())
    assert told.notices == (REFUSAL, said(Phrase.NO_DISCOUNTS))
    assert (await shop.quote(plain_basket(customer=None))).notices == (REFUSAL,)


async def test_a_key_the_server_cannot_take_is_no_server_that_is_away(shop: Shop) -> None:
    shop.program.fail(Question.IDENTIFY, Fault.REFUSED, times=1)
    told = await shop.core.checkout.identify(OLGA, REGISTER, shop.soon())
    assert (told.customer, told.known, told.notices) == (None, True, (REFUSAL,))
