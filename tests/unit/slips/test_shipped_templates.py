"""The templates a chain gets with the gateway."""

from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from gateway.domain.customer import Balance, Customer
from gateway.domain.slip import Cut, Ean13, QrCode, Size, Text
from gateway.domain.slip_data import SlipCoupon, SlipData, slip_customer
from gateway.domain.slip_layout import Line, lay_out
from gateway.slips import Templates
from gateway.slips.preview import preview
from gateway.slips.sample import ANONYMOUS, SAMPLE

FOLDER = Path(__file__).parents[3] / "receipt_templates"


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates(FOLDER)


def shown(templates: Templates, name: str, data: SlipData, columns: int = 32) -> str:
    return preview(templates.render(name, data), columns=columns)


def test_every_document_of_a_store_is_there(templates: Templates) -> None:
    everything = "birthday coupon customer invitation quote refund sale test welcome"
    assert templates.names == tuple(everything.split())


def test_a_sale_says_what_was_earned_and_what_is_left(templates: Templates) -> None:
    text = shown(templates, "sale", SAMPLE)
    assert "Алёна, рады вас видеть!" in text
    assert "Начислено            68,18 балла" in text
    assert "На счёте          1 086,18 балла" in text


def test_an_anonymous_buyer_is_invited_and_told_no_points_of_his(templates: Templates) -> None:
    text = shown(templates, "invitation", ANONYMOUS)
    assert "Спросите кассира" in text
    assert "1318" not in text


def test_coupons_are_bars_when_they_are_ean_and_qr_with_text_otherwise(templates: Templates) -> None:
    coupons = tuple(SlipCoupon(code=code) for code in ("460123456789", "4601234567890", "ЗИМА-7К2"))
    slip = templates.render("sale", replace(SAMPLE, coupons=coupons))
    assert [element for element in slip if isinstance(element, Ean13 | QrCode)] == [
        Ean13(data="460123456789"),
        QrCode(data="4601234567890"),
        QrCode(data="ЗИМА-7К2"),
    ]
    printed = [element.text for element in slip if isinstance(element, Text)]
    assert {"4601234567890", "ЗИМА-7К2"} <= set(printed)


@pytest.mark.parametrize("name", ["sale", "refund", "quote", "invitation", "coupon"])
def test_a_slip_about_money_says_that_it_is_not_fiscal(templates: Templates, name: str) -> None:
    slip = templates.render(name, SAMPLE)
    small = [element.text for element in slip if isinstance(element, Text) and element.size is Size.SMALL]
    assert "не является фискальным документом" in small[-1].lower()
    assert slip[-1] == Cut()


@pytest.mark.parametrize("name", ["customer", "birthday", "coupon"])
def test_nobody_gets_a_slip_about_nobody(templates: Templates, name: str) -> None:
    assert templates.render(name, ANONYMOUS) == ()


def test_a_new_participant_gets_the_way_to_his_card_as_a_qr_code(templates: Templates) -> None:
    welcome = templates.render("welcome", replace(SAMPLE, wallet_link="https://w.example/1", rules_version="3"))
    assert QrCode(data="https://w.example/1") in welcome
    assert Text(text="Вы приняли правила программы 3", size=Size.SMALL) in welcome
    assert not [row for row in templates.render("welcome", ANONYMOUS) if isinstance(row, QrCode)]


@pytest.mark.parametrize(("days", "greeting"), [(0, "С днём рождения!"), (3, "Скоро ваш праздник!")])
def test_a_birthday_is_greeted_on_the_day_and_before(templates: Templates, days: int, greeting: str) -> None:
    texts = [
        row.text
        for row in templates.render("birthday", replace(SAMPLE, days_to_birthday=days))
        if isinstance(row, Text)
    ]
    assert greeting in texts


def test_no_slip_shows_a_whole_card_or_phone(templates: Templates) -> None:
    customer = Customer(
        id="7", first_name="Пётр", phone="79161234567", card="2000000004521", balance=Balance(available=Decimal(21))
    )
    data = replace(SAMPLE, customer=slip_customer(customer))
    for name in templates.names:
        text = shown(templates, name, data, columns=48)
        assert "6123" not in text
        assert "000000" not in text
    assert "21 балл│" in shown(templates, "customer", data)


@pytest.mark.parametrize("columns", [32, 42, 48])
def test_a_preview_is_a_box_with_the_lines_of_the_layout(templates: Templates, columns: int) -> None:
    slip = templates.render("refund", SAMPLE)
    rows = preview(slip, columns=columns).split("\n")
    assert len({len(row) for row in rows}) == 1
    small = [piece for piece in lay_out(slip, columns=columns).pieces if isinstance(piece, Line)]
    for line in small:
        if line.size is not Size.LARGE:
            assert any(row.startswith("│" + line.text) for row in rows)


def test_the_longest_texts_still_fit_in_a_slip(templates: Templates) -> None:
    data = replace(
        SAMPLE,
        texts=("слово " * 1000,) * 100,
        coupons=(SlipCoupon(code="К" * 1000, title="т" * 1000),) * 50,
        outlet="м" * 5000,
    )
    assert templates.render("sale", data)[-1] == Cut()
