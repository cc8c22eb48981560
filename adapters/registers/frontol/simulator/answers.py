"""What a till gets back, read as strictly as a till may: bytes into values, pure."""

from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from gateway.errors import RegisterError


class AnswerNotUnderstood(RegisterError):
    """The gateway's answer is not one a till can use."""


class Shown(Struct, frozen=True):
    """One line on the cashier's screen."""

    text: str


class AnsweredLine(Struct, frozen=True, rename="camel"):
    """A line of the answer; sums in roubles for the whole line."""

    index: int
    discount_amount: Decimal | None = None
    paid_amount: Decimal | None = None


class AnsweredDocument(Struct, frozen=True):
    positions: tuple[AnsweredLine, ...] = ()


class AnsweredClient(Struct, frozen=True, rename="camel"):
    """`available_amount` is the most that can be paid with points on this document."""

    mobile_phone: str = ""
    email: str | None = None
    available_amount: Decimal | None = None
    validation_code: str | None = None


class Answer(Struct, frozen=True, rename="camel"):
    """Any answer; `code` 0 is success, `error` says why it is not."""

    code: int
    error: str = ""
    client: AnsweredClient = AnsweredClient()
    document: AnsweredDocument = AnsweredDocument()
    cashier_information: tuple[Shown, ...] = ()
    printing_information: tuple[tuple[dict[str, Any], ...], ...] = ()

    @property
    def accepted(self) -> bool:
        return self.code == 0

    @property
    def notices(self) -> tuple[str, ...]:
        """What the cashier reads."""
        return tuple(line.text for line in self.cashier_information)

    @property
    def discounts(self) -> dict[int, Decimal]:
        """By line; lines that are not named have none."""
        return {row.index: row.discount_amount for row in self.document.positions if row.discount_amount is not None}

    @property
    def paid(self) -> dict[int, Decimal]:
        """How a payment with points divides over the lines; empty when that is left to the till."""
        return {row.index: row.paid_amount for row in self.document.positions if row.paid_amount is not None}


def read_answer(body: bytes) -> Answer:
    """Raises `AnswerNotUnderstood`."""
    try:
        return msgspec.json.decode(body, type=Answer)
    except msgspec.DecodeError as error:
        raise AnswerNotUnderstood(f"ответ шлюза не разобран: {error}") from error
