"""What a scanned text is, and what its bearer may do."""

import pytest

from gateway.domain.customer import CustomerKey, KeyKind
from gateway.domain.identification import Identification, Spending

RULES = Identification(wallet=r"77\d{14}", spending={KeyKind.PHONE: Spending.WITH_CODE})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2900004417", KeyKind.CARD),
        ("7712345678901234", KeyKind.WALLET),
        ("QR:79115550123:4831", KeyKind.ONE_TIME),
        ("QR:79115550123", KeyKind.CARD),
    ],
)
def test_a_text_is_told_by_its_shape(text: str, kind: KeyKind) -> None:
    assert RULES.scanned(text) == CustomerKey(kind, text)


def test_a_one_time_key_has_a_phone_and_a_code() -> None:
    assert RULES.one_time_parts(RULES.scanned("QR:79115550123:4831")) == ("79115550123", "4831")
    with pytest.raises(ValueError, match="one-time"):
        RULES.one_time_parts(CustomerKey(KeyKind.CARD, "QR:79115550123:4831"))


def test_a_kind_without_a_rule_may_spend_freely() -> None:
    assert RULES.may(KeyKind.PHONE) is Spending.WITH_CODE
    assert RULES.may(KeyKind.CARD) is Spending.FREELY
