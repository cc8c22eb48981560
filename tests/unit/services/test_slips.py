"""Which slip a closed receipt gets."""

from datetime import date
from decimal import Decimal

import pytest
from builders import make_customer, make_receipt
from shop_floor import OLGA, START, shipped_templates
from virtual_clock import FakeClock

from gateway.core import EVERY_SLIP
from gateway.domain.call import Accepted, IssuedCoupon
from gateway.domain.sale_record import Close
from gateway.domain.slip import Cut, QrCode, Slip, Text
from gateway.services.slips import Slips


def slips(within: int = 0) -> Slips:
    return Slips(shipped_templates(), FakeClock(START), None, EVERY_SLIP, within)


def closed(**receipt: object) -> Close:
    return Close(receipt=make_receipt("receipt-1", **receipt), digest="", raw=b"", at=START, taken_at=START)


def texts(slip: Slip) -> str:
    return "\n".join(row.text for row in slip if isinstance(row, Text))


def test_who_is_not_known_is_invited_and_who_is_known_is_not() -> None:
    assert "Станьте своим!" in texts(slips().sale(closed(customer=None), None, None))
    assert "Станьте своим!" not in texts(slips().sale(closed(customer=OLGA), None, None))


@pytest.mark.parametrize(
    ("born", "within", "greeted"), [(14, 0, True), (15, 0, False), (17, 3, True), (13, 3, False)]
)
def test_a_birthday_gets_paper_of_its_own_after_the_slip(born: int, within: int, greeted: bool) -> None:  # noqa: FBT001
    """The sale is on 14 March."""
    customer = make_customer(birth_date=date(1990, 3, born))
    slip = slips(within).sale(closed(customer=OLGA), Accepted(earned=Decimal(5)), customer)
    assert ("праздник" in texts(slip) or "рождения" in texts(slip)) is greeted
    assert slip.count(Cut()) == 1 + greeted


def late(outcome: Accepted) -> Slip:
    return slips().late(make_receipt("receipt-1", customer=OLGA), START, outcome)


def test_late_texts_make_a_slip_and_their_absence_none() -> None:
    outcome = Accepted(coupons=(IssuedCoupon(code="GIFT-42"),))
    assert QrCode(data="GIFT-42") in late(outcome)
    assert late(Accepted(earned=Decimal(5))) == ()
    assert "Завтра акция" in texts(late(Accepted(texts=("Завтра акция",))))
