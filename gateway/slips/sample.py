"""Made-up sales that every template is tried with, and that a preview shows."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

from msgspec.structs import fields, replace

from gateway.domain.slip_data import SlipCoupon, SlipCustomer, SlipData

SAMPLE = SlipData(
    outlet="Магазин на Лесной",
    register="Касса 2",
    now=datetime(2025, 11, 21, 18, 45, tzinfo=UTC),
    number="4711",
    customer=SlipCustomer(
        first_name="Алёна",
        last_name="Синичкина",
        card="**** 4521",
        phone="**** 0147",
        level="Золотой",
        available=Decimal(1318),
    ),
    total=Decimal("2590.00"),
    discount=Decimal("259.00"),
    spent=Decimal(300),
    earned=Decimal("68.18"),
    available=Decimal("1086.18"),
    returned=Decimal(150),
    texts=("До платинового уровня осталось 4\u00a0200\u00a0₽", "Баллы за эту покупку начнут действовать 5 декабря"),
    coupons=(
        SlipCoupon(code="4601234567893", title="Скидка 10 % на следующую покупку"),
        SlipCoupon(code="ЗИМА-7К2", title="Подарок на день рождения"),
        SlipCoupon(code="GIFT-42"),
    ),
    wallet_link="https://wallet.example.org/c/7Q2K9X",
    rules_version="от 01.09.2025",
    days_to_birthday=0,
)
ANONYMOUS = SlipData(
    outlet="Магазин на Лесной", register="Касса 2", now=SAMPLE.now, number="4712", total=SAMPLE.total
)
BARE = SlipData(outlet="", register="", now=SAMPLE.now)


@cache
def samples() -> tuple[SlipData, ...]:
    """A full sale, an anonymous one, one without anything, and the full one lacking one value at a time."""
    optional = {field.name: field.default for field in fields(SlipData) if not field.required}
    lacking = (replace(SAMPLE, **{name: default}) for name, default in optional.items())
    return (SAMPLE, ANONYMOUS, BARE, *lacking, replace(SAMPLE, customer=SlipCustomer()))
