"""What a cashier is told of a calculation: every state of a coupon, everything that could not be computed."""

from decimal import Decimal
from functools import partial

import pytest
from builders import make_quote
from msgspec.structs import replace

from gateway.domain.quote import CouponAnswer, CouponState, GiftCardAnswer, GiftCardState, Quote
from gateway.domain.texts import Language, Phrase, say
from gateway.services.quote_notices import notices


def told(quote: Quote) -> tuple[str, ...]:
    return notices(quote, lambda phrase, **_values: str(phrase))


@pytest.mark.parametrize("state", GiftCardState)
def test_every_gift_card_is_told_of_and_one_that_works_with_what_it_can_pay(state: GiftCardState) -> None:
    quote = make_quote(coupons=(), gift_cards=(GiftCardAnswer(number="77", state=state, available=Decimal(400)),))
    for language in Language:
        said = notices(quote, partial(say, language))[0]
        assert ("400.00" in said) is (state is GiftCardState.USABLE)
        assert "77" not in said


@pytest.mark.parametrize("state", CouponState)
def test_every_coupon_that_does_not_work_says_why_in_both_languages(state: CouponState) -> None:
    quote = make_quote(coupons=(CouponAnswer(code="C", state=state),))
    said = [text for text in told(quote) if text.startswith("coupon")]
    assert len(said) == (0 if state is CouponState.USED_HERE else 1)
    for text in said:
        assert say(Language.RU, Phrase(text)) != say(Language.EN, Phrase(text))


def test_what_could_not_be_computed_is_told_apart() -> None:
    quote = make_quote()
    assert Phrase.PARTLY_QUOTED in told(replace(quote, complete=False))
    assert Phrase.NO_DISCOUNTS in told(replace(quote, complete=False, undiscounted=True))
    assert Phrase.NO_DISCOUNTS in told(replace(quote, complete=False, pieces=()))
    assert Phrase.POINTS_AWAY in told(replace(quote, points_away=True))
    assert Phrase.CARD_BLOCKED in told(replace(quote, card_blocked=True))
    assert Phrase.CUSTOMER_UNKNOWN in told(replace(quote, stranger=True))
    assert told(replace(quote, hints=("a", "b")))[-2:] == ("a", "b")
